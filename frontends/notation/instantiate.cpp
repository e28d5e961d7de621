#include "frontends/notation/instantiate.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "frontends/notation/evaluate.h"
#include "frontends/notation/tensors.h"
#include "ir/arithmetic.h"

namespace saku::frontends {

namespace {

constexpr std::size_t max_tensors = 64;
constexpr std::size_t max_axes = 64;
constexpr std::size_t max_statements = 64;

/// What two constants make, where that is known before any kernel runs: for f32 and f64, what the kernel would compute;
/// for the other types, whose arithmetic may be wider than the type, small integers only. Empty where it is left to the
/// kernel (a division by 0 too, which IEEE defines).
std::optional<double> folded(ir::BinaryOp op, ir::DType type, const ir::Expr& left, const ir::Expr& right) {
    const auto* a = std::get_if<ir::Constant>(&left->node);
    const auto* b = std::get_if<ir::Constant>(&right->node);
    if (a == nullptr || b == nullptr) return std::nullopt;
    if (op == ir::BinaryOp::divide && b->value == 0) return std::nullopt;
    const double result = ir::computed(op, a->value, b->value);
    if (!std::isfinite(result)) return std::nullopt;
    if (type == ir::DType::f32 || type == ir::DType::f64) return result;
    constexpr double limit = 256;  // bf16 has 8 significant bits
    const auto is_small = [&](double value) {
        return value >= -limit && value <= limit && value == static_cast<double>(static_cast<int>(value));
    };
    if (op == ir::BinaryOp::divide || !is_small(a->value) || !is_small(b->value) || !is_small(result)) {
        return std::nullopt;
    }
    return result;
}

class Instantiation {
public:
    Instantiation(const OpTemplate& source, const Arguments& bound) : source_(source) {
        scope_.file = source.file;
        for (const auto& [name, value] : bound) {
            if (const std::int64_t* integer = std::get_if<std::int64_t>(&value)) scope_.integers[name] = *integer;
            if (const double* real = std::get_if<double>(&value)) scope_.reals[name] = *real;
        }
        op_.name = source.name;
        op_.parameters = without_defaults(source, bound);
    }

    Result<ir::Operator> run() {
        SAKU_TRY_DONE(items(source_.items));
        SAKU_TRY_DONE(all_axes_are_used());
        SAKU_TRY_DONE(placed(source_.at, ir::check_use(op_)));
        return std::move(op_);
    }

private:
    [[nodiscard]] Error error(Position at, std::string what) const {
        return {to_string(scope_.file, at), std::move(what)};
    }

    /// A check's complaint with the position it lacks.
    [[nodiscard]] Result<Done> placed(Position at, Result<Done> checked) const {
        if (checked) return checked;
        return error(at, checked.error().what);
    }

    Result<Done> items(const std::vector<Item>& list) {
        for (const Item& entry : list) {
            SAKU_TRY_DONE(std::visit([&](const auto& syntax) { return item(syntax); }, entry.node));
        }
        return Done{};
    }

    Result<Done> item(const WhenSyntax& when) {
        SAKU_TRY(holds, evaluate(when.condition, scope_));
        return items(holds != 0 ? when.then : when.otherwise);
    }

    Result<Done> item(const LetSyntax& let) {
        SAKU_TRY(value, evaluate(let.value, scope_));
        if (scope_.reals.contains(let.name) || !scope_.integers.emplace(let.name, value).second) {
            return error(let.at, "'" + let.name + "' already has a value, expected a new name");
        }
        return Done{};
    }

    Result<Done> item(const RequireSyntax& require) {
        SAKU_TRY(holds, evaluate(require.condition, scope_));
        if (holds != 0) return Done{};
        if (require.message.empty()) {
            const std::string values = values_of_names(require.condition, scope_);
            return error(require.at, "expected " + require.text + (values.empty() ? "" : ", found " + values));
        }
        std::string text;
        for (const auto& piece : require.message) {
            if (const IntExpr* expr = std::get_if<IntExpr>(&piece)) {
                SAKU_TRY(value, text_of(*expr, scope_));
                text += value;
            } else {
                text += std::get<std::string>(piece);
            }
        }
        return error(require.at, text);
    }

    Result<Done> item(const AxesSyntax& axes) {
        for (const AxisSyntax& axis : axes.axes) {
            if (op_.axes.size() >= max_axes) return error(axis.at, "the operator has more than 64 axes");
            for (const ir::Axis& other : op_.axes) {
                if (other.name == axis.name) return error(axis.at, "axis '" + axis.name + "' is declared twice");
            }
            SAKU_TRY(extent, evaluate(axis.extent, scope_));
            op_.axes.push_back({axis.name, extent});
            axis_positions_.push_back(axis.at);
            SAKU_TRY_DONE(placed(axis.at, ir::check_axis(op_.axes.back())));
        }
        return Done{};
    }

    Result<Done> item(const TensorSyntax& syntax) {
        if (op_.tensors.size() >= max_tensors) return error(syntax.at, "the operator has more than 64 tensors");
        for (const ir::Tensor& other : op_.tensors) {
            if (other.name == syntax.name) return error(syntax.at, "tensor '" + syntax.name + "' is declared twice");
        }
        SAKU_TRY(tensor, instantiate_tensor(syntax, scope_));
        op_.tensors.push_back(tensor);
        return Done{};
    }

    Result<Done> item(const StatementSyntax& syntax) {
        const Position at = syntax.destination.at;
        if (op_.statements.size() >= max_statements) return error(at, "the operator has more than 64 statements");
        SAKU_TRY(destination, access(syntax.destination, true));
        SAKU_TRY(value, value_of(syntax.value, op_.tensors[static_cast<std::size_t>(destination.buffer)].type));
        ir::Statement statement{.destination = destination, .update = syntax.update, .value = value, .axes = {}};
        statement.axes = used_axes(statement);
        op_.statements.push_back(std::move(statement));
        return placed(at, ir::check_statement(op_, op_.statements.size() - 1));
    }

    [[nodiscard]] static std::vector<ir::VarId> used_axes(const ir::Statement& statement) {
        std::vector<ir::VarId> used;
        const auto collect = [&](const ir::Access& from) {
            for (const ir::Index& index : from.indices) {
                const std::vector<ir::VarId> variables = index.variables();
                used.insert(used.end(), variables.begin(), variables.end());
            }
        };
        collect(statement.destination);
        ir::for_each_load(statement.value, collect);
        ir::for_each_index_value(statement.value, [&](const ir::Index& index) {
            const std::vector<ir::VarId> variables = index.variables();
            used.insert(used.end(), variables.begin(), variables.end());
        });
        std::sort(used.begin(), used.end());
        used.erase(std::unique(used.begin(), used.end()), used.end());
        return used;
    }

    Result<ir::Access> access(const AccessSyntax& syntax, bool is_write) {
        const auto tensor = std::find_if(op_.tensors.begin(), op_.tensors.end(),
                                         [&](const ir::Tensor& candidate) { return candidate.name == syntax.tensor; });
        if (tensor == op_.tensors.end()) {
            return error(syntax.at, "unknown tensor '" + syntax.tensor + "', expected one declared above");
        }
        ir::Access result{.buffer = static_cast<ir::BufferId>(tensor - op_.tensors.begin()), .indices = {}, .pad = {}};
        for (const IntExpr& subscript : syntax.subscripts) {
            SAKU_TRY(index, evaluate_subscript(subscript, scope_, op_.axes));
            result.indices.push_back(index);
        }
        SAKU_TRY_DONE(placed(syntax.at, ir::check_access(op_, result, is_write)));
        return result;
    }

    /// `type` is the destination's: literals are held in it.
    Result<ir::Expr> value_of(const ValueExpr& expr, ir::DType type) {
        return std::visit(Overloaded{
                              [&](const ValueNumber& x) { return literal(x.value, expr->at, type); },
                              [&](const ValueName& x) { return named_value(x, expr->at, type); },
                              [&](const AccessSyntax& x) -> Result<ir::Expr> {
                                  SAKU_TRY(element, access(x, false));
                                  return ir::load(element);
                              },
                              [&](const ValueIndex& x) -> Result<ir::Expr> {
                                  SAKU_TRY(index, evaluate_subscript(x.index, scope_, op_.axes));
                                  return ir::index_value(index);
                              },
                              [&](const ValueUnary& x) { return unary_value(x, expr->at, type); },
                              [&](const ValueBinary& x) { return binary_value(x, expr->at, type); },
                          },
                          expr->node);
    }

    [[nodiscard]] Result<ir::Expr> literal(double value, Position at, ir::DType type) const {
        const Result<double> rounded = rounded_to(type, value);
        if (!rounded) return error(at, rounded.error().what);
        return ir::constant(*rounded);
    }

    [[nodiscard]] Result<ir::Expr> named_value(const ValueName& x, Position at, ir::DType type) const {
        const bool is_axis =
            std::any_of(op_.axes.begin(), op_.axes.end(), [&](const ir::Axis& axis) { return axis.name == x.name; });
        if (is_axis) return error(at, "axis '" + x.name + "' cannot be used as a value, only in subscripts");
        if (const auto real = scope_.reals.find(x.name); real != scope_.reals.end()) {
            return literal(real->second, at, type);
        }
        const auto known = scope_.integers.find(x.name);
        if (known == scope_.integers.end()) {
            return error(at, "unknown name '" + x.name + "', expected a parameter, a let or a tensor's element");
        }
        return literal(static_cast<double>(known->second), at, type);
    }

    Result<ir::Expr> unary_value(const ValueUnary& x, Position at, ir::DType type) {
        // A negative literal is one number: -128 fits i8, 128 does not.
        const auto* number = std::get_if<ValueNumber>(&x.operand->node);
        if (x.op == ir::UnaryOp::negate && number != nullptr) return literal(-number->value, at, type);
        SAKU_TRY(operand, value_of(x.operand, type));
        const auto* known = std::get_if<ir::Constant>(&operand->node);
        if (x.op == ir::UnaryOp::negate && known != nullptr) return ir::constant(-known->value);
        return ir::unary(x.op, operand);
    }

    Result<ir::Expr> binary_value(const ValueBinary& x, Position at, ir::DType type) {
        SAKU_TRY(left, value_of(x.left, type));
        SAKU_TRY(right, value_of(x.right, type));
        if (const std::optional<double> result = folded(x.op, type, left, right)) return literal(*result, at, type);
        return ir::binary(x.op, left, right);
    }

    [[nodiscard]] Result<Done> all_axes_are_used() const {
        for (std::size_t id = 0; id < op_.axes.size(); ++id) {
            const bool is_used =
                std::any_of(op_.statements.begin(), op_.statements.end(), [&](const ir::Statement& statement) {
                    return std::binary_search(statement.axes.begin(), statement.axes.end(), static_cast<ir::VarId>(id));
                });
            if (!is_used) return error(axis_positions_[id], "axis '" + op_.axes[id].name + "' is used by no statement");
        }
        return Done{};
    }

    const OpTemplate& source_;
    Scope scope_;
    ir::Operator op_;
    std::vector<Position> axis_positions_;
};

}  // namespace

Result<ir::Operator> instantiate(const OpTemplate& op, const Arguments& given) {
    SAKU_TRY(bound, bind(op, given));
    return Instantiation(op, bound).run();
}

}  // namespace saku::frontends
