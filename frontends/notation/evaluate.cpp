#include "frontends/notation/evaluate.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "base/checked.h"

namespace saku::frontends {

namespace {

constexpr std::int64_t max_coefficient = std::int64_t{1} << 48;
constexpr std::int64_t max_divisor = std::int64_t{1} << 40;
constexpr int max_nested_divisions = 6;

using ir::Index;

/// The largest coefficient or constant outside divisions; those inside were looked at when they were made.
std::int64_t magnitude(const Index& index) {
    // The one integer without an absolute value is too large in any case.
    std::int64_t largest = index.constant() == INT64_MIN ? INT64_MAX : std::llabs(index.constant());
    for (const ir::Term& term : index.terms()) {
        largest = std::max<std::int64_t>(largest, std::llabs(term.coefficient));
    }
    return largest;
}

int nested_divisions(const Index& index) {
    int deepest = 0;
    for (const ir::Term& term : index.terms()) {
        if (term.atom.inner) deepest = std::max(deepest, 1 + nested_divisions(*term.atom.inner));
    }
    return deepest;
}

/// floor(floor(x/a)/b) becomes floor(x/(ab)): the largest divisor a division by `divisor` can make.
std::optional<std::int64_t> joined_divisor(const Index& index, std::int64_t divisor) {
    std::int64_t largest = divisor;
    for (const ir::Term& term : index.terms()) {
        if (!term.atom.inner) continue;
        const auto joined = joined_divisor(*term.atom.inner, divisor);
        const auto product = joined ? checked_mul(*joined, term.atom.divisor) : std::nullopt;
        if (!product) return std::nullopt;
        largest = std::max(largest, *product);
    }
    return largest;
}

class Evaluator {
public:
    Evaluator(const Scope& scope, const std::vector<ir::Axis>* axes) : scope_(scope), axes_(axes) {}

    Result<Index> run(const IntExpr& expr) const {
        return std::visit(Overloaded{
                              [&](const IntNumber& x) -> Result<Index> { return Index(x.value); },
                              [&](const IntName& x) { return name(x, expr); },
                              [&](const IntNegate& x) { return negate(x, expr); },
                              [&](const IntNot& x) { return logical_not(x, expr); },
                              [&](const IntBinary& x) { return binary(x, expr); },
                          },
                          expr->node);
    }

private:
    [[nodiscard]] Error error(const IntExpr& at, std::string what) const {
        return {to_string(scope_.file, at->at), std::move(what)};
    }
    [[nodiscard]] Error overflow(const IntExpr& at) const {
        const std::string names = values_of_names(at, scope_);
        return error(at, "the expression overflows 64 bits" + (names.empty() ? "" : ": " + names));
    }

    [[nodiscard]] Error too_large(const IntExpr& at) const {
        return error(at, "a factor of an axis, or a number added to one, exceeds 2^48");
    }

    /// An index with variables, unless its numbers are too large to go on with.
    [[nodiscard]] Result<Index> limited(Index index, const IntExpr& at) const {
        if (!index.is_constant() && magnitude(index) > max_coefficient) {
            return too_large(at);
        }
        return index;
    }

    [[nodiscard]] Result<Index> name(const IntName& x, const IntExpr& at) const {
        if (axes_ != nullptr) {
            for (std::size_t id = 0; id < axes_->size(); ++id) {
                if ((*axes_)[id].name == x.name) return Index::variable(static_cast<ir::VarId>(id));
            }
        }
        const auto known = scope_.integers.find(x.name);
        if (known != scope_.integers.end()) return Index(known->second);
        if (scope_.reals.contains(x.name)) {
            return error(at, "'" + x.name + "' is a real number, which can only be compared here");
        }
        return error(at, "unknown name '" + x.name + "', expected a parameter" +
                             (axes_ == nullptr ? " or a let" : ", a let or an axis"));
    }

    [[nodiscard]] Result<Index> negate(const IntNegate& x, const IntExpr& at) const {
        SAKU_TRY(operand, run(x.operand));
        return scale(operand, -1, at);
    }

    [[nodiscard]] Result<Index> logical_not(const IntNot& x, const IntExpr& at) const {
        SAKU_TRY(operand, run(x.operand));
        if (!operand.is_constant()) return error(at, "'not' cannot be applied to an axis");
        return Index(operand.constant() == 0 ? 1 : 0);
    }

    /// The value of a real parameter, or of its negative; empty for everything else.
    [[nodiscard]] std::optional<double> real(const IntExpr& expr) const {
        if (const IntNegate* negated = std::get_if<IntNegate>(&expr->node)) {
            const std::optional<double> operand = real(negated->operand);
            return operand ? std::optional(-*operand) : std::nullopt;
        }
        const IntName* named = std::get_if<IntName>(&expr->node);
        const auto known = named == nullptr ? scope_.reals.end() : scope_.reals.find(named->name);
        return known == scope_.reals.end() ? std::nullopt : std::optional(known->second);
    }

    static bool is_comparison(IntOp op) { return op >= IntOp::equal && op <= IntOp::greater_equal; }

    /// A comparison where at least one side is a real number.
    [[nodiscard]] Result<Index> compare_reals(const IntBinary& x, const IntExpr& at) const {
        double sides[2] = {};
        for (const bool is_right : {false, true}) {
            const IntExpr& side = is_right ? x.right : x.left;
            if (const std::optional<double> value = real(side)) {
                sides[is_right ? 1 : 0] = *value;
                continue;
            }
            SAKU_TRY(value, run(side));
            if (!value.is_constant()) return error(at, "an axis cannot be compared with a real number");
            sides[is_right ? 1 : 0] = static_cast<double>(value.constant());
        }
        // No NaNs: equality and order decide everything.
        const std::int64_t order = sides[0] < sides[1] ? -1 : sides[0] > sides[1] ? 1 : 0;
        return Index(of_constants(x.op, order, 0));
    }

    [[nodiscard]] Result<Index> binary(const IntBinary& x, const IntExpr& at) const {
        if (is_comparison(x.op) && (real(x.left) || real(x.right))) return compare_reals(x, at);
        SAKU_TRY(left, run(x.left));
        // `and` and `or` look at their right side only where it matters: `r > 0 and h % r == 0`.
        if (left.is_constant() && x.op == IntOp::both && left.constant() == 0) return Index(0);
        if (left.is_constant() && x.op == IntOp::either && left.constant() != 0) return Index(1);
        SAKU_TRY(right, run(x.right));
        switch (x.op) {
            case IntOp::add:
                return add(left, right, at);
            case IntOp::subtract:
                return subtract(left, right, at);
            case IntOp::multiply:
                return multiply(left, right, at);
            case IntOp::divide:
            case IntOp::modulo:
                return divide(x.op, left, right, at);
            default:
                break;
        }
        if (!left.is_constant() || !right.is_constant()) {
            return error(at, "axes cannot be compared; expected sums of axes times constants, '/' and '%'");
        }
        return Index(of_constants(x.op, left.constant(), right.constant()));
    }

    /// The operations that cannot fail.
    static std::int64_t of_constants(IntOp op, std::int64_t a, std::int64_t b) {
        switch (op) {
            case IntOp::equal:
                return a == b ? 1 : 0;
            case IntOp::not_equal:
                return a != b ? 1 : 0;
            case IntOp::less:
                return a < b ? 1 : 0;
            case IntOp::less_equal:
                return a <= b ? 1 : 0;
            case IntOp::greater:
                return a > b ? 1 : 0;
            case IntOp::greater_equal:
                return a >= b ? 1 : 0;
            case IntOp::both:
                return a != 0 && b != 0 ? 1 : 0;
            case IntOp::either:
                return a != 0 || b != 0 ? 1 : 0;
            case IntOp::minimum:
                return std::min(a, b);
            default:
                return std::max(a, b);
        }
    }

    [[nodiscard]] Result<Index> add(const Index& left, const Index& right, const IntExpr& at) const {
        if (left.is_constant() && right.is_constant()) {
            const auto sum = checked_add(left.constant(), right.constant());
            if (!sum) return overflow(at);
            return Index(*sum);
        }
        if (std::max(magnitude(left), magnitude(right)) > max_coefficient) return too_large(at);
        return limited(left + right, at);
    }

    [[nodiscard]] Result<Index> subtract(const Index& left, const Index& right, const IntExpr& at) const {
        if (left.is_constant() && right.is_constant()) {
            const auto difference = checked_sub(left.constant(), right.constant());
            if (!difference) return overflow(at);
            return Index(*difference);
        }
        if (std::max(magnitude(left), magnitude(right)) > max_coefficient) return too_large(at);
        return limited(left - right, at);
    }

    [[nodiscard]] Result<Index> multiply(const Index& left, const Index& right, const IntExpr& at) const {
        if (right.is_constant()) return scale(left, right.constant(), at);
        if (left.is_constant()) return scale(right, left.constant(), at);
        return error(at, "two axes cannot be multiplied; expected an axis times a constant");
    }

    [[nodiscard]] Result<Index> scale(const Index& index, std::int64_t factor, const IntExpr& at) const {
        if (index.is_constant()) {
            const auto product = checked_mul(index.constant(), factor);
            if (!product) return overflow(at);
            return Index(*product);
        }
        if (!checked_mul(magnitude(index), factor)) return too_large(at);
        return limited(index * factor, at);
    }

    [[nodiscard]] Result<Index> divide(IntOp op, const Index& left, const Index& right, const IntExpr& at) const {
        const std::string sign = op == IntOp::divide ? "'/'" : "'%'";
        if (!right.is_constant()) return error(at, sign + " by an axis; expected a constant");
        const std::int64_t divisor = right.constant();
        if (divisor < 1) return error(at, sign + " by " + std::to_string(divisor) + ", expected at least 1");
        if (left.is_constant()) {
            return Index(op == IntOp::divide ? floor_div(left.constant(), divisor)
                                             : floor_mod(left.constant(), divisor));
        }
        const auto joined = joined_divisor(left, divisor);
        if (!joined || *joined > max_divisor) return error(at, sign + " by more than 2^40 in a subscript");
        if (nested_divisions(left) >= max_nested_divisions) {
            return error(at, "more than six '/' and '%' inside one another in a subscript");
        }
        return op == IntOp::divide ? ir::quotient(left, divisor) : ir::remainder(left, divisor);
    }

    const Scope& scope_;
    const std::vector<ir::Axis>* axes_;  // null: none may be used
};

void add_values_of_names(const IntExpr& expr, const Scope& scope, std::string& text) {
    std::visit(Overloaded{
                   [](const IntNumber&) {},
                   [&](const IntName& x) {
                       const auto known = scope.integers.find(x.name);
                       const auto real = scope.reals.find(x.name);
                       if (known == scope.integers.end() && real == scope.reals.end()) return;
                       const std::string entry = x.name + " = " +
                                                 (known != scope.integers.end() ? std::to_string(known->second)
                                                                                : ir::to_string(real->second));
                       // Entries end at a comma or the text's end: `r = 1` is not part of `r = 11`.
                       if ((", " + text + ",").find(", " + entry + ",") != std::string::npos) return;
                       text += (text.empty() ? "" : ", ") + entry;
                   },
                   [&](const IntNegate& x) { add_values_of_names(x.operand, scope, text); },
                   [&](const IntNot& x) { add_values_of_names(x.operand, scope, text); },
                   [&](const IntBinary& x) {
                       add_values_of_names(x.left, scope, text);
                       add_values_of_names(x.right, scope, text);
                   },
               },
               expr->node);
}

}  // namespace

std::string values_of_names(const IntExpr& expr, const Scope& scope) {
    std::string text;
    add_values_of_names(expr, scope, text);
    return text;
}

Result<std::int64_t> evaluate(const IntExpr& expr, const Scope& scope) {
    SAKU_TRY(value, Evaluator(scope, nullptr).run(expr));
    return value.constant();
}

Result<std::string> text_of(const IntExpr& expr, const Scope& scope) {
    const IntName* named = std::get_if<IntName>(&expr->node);
    const auto real = named == nullptr ? scope.reals.end() : scope.reals.find(named->name);
    if (real != scope.reals.end()) return ir::to_string(real->second);
    SAKU_TRY(value, evaluate(expr, scope));
    return std::to_string(value);
}

Result<Index> evaluate_subscript(const IntExpr& expr, const Scope& scope, const std::vector<ir::Axis>& axes) {
    return Evaluator(scope, &axes).run(expr);
}

}  // namespace saku::frontends
