#include "bench/peers/plain_c_source.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

#include "base/result.h"

namespace saku::bench {

using namespace saku::ir;

namespace {

const char* const helpers =
    "#include <math.h>\n"
    "static inline long floor_div(long a, long b) { long q = a / b; return q - (a % b < 0); }\n"
    "static inline long floor_mod(long a, long b) { return a - b * floor_div(a, b); }\n"
    "static inline float larger(float a, float b) { return a > b ? a : b; }\n"
    "static inline float smaller(float a, float b) { return a < b ? a : b; }\n";

std::string number(std::int64_t value) { return std::to_string(value) + "L"; }

/// Exact: hexadecimal digits.
std::string number(double value) {
    if (std::isinf(value)) return value > 0 ? "INFINITY" : "(-INFINITY)";
    if (std::isnan(value)) return "NAN";
    char text[64];
    std::snprintf(text, sizeof text, "(%af)", static_cast<double>(static_cast<float>(value)));
    return text;
}

class Source {
public:
    explicit Source(const Operator& op) : op_(op) {}

    std::string text() {
        std::string parameters;
        std::string arguments;
        for (std::size_t t = 0; t < op_.tensors.size(); ++t) {
            const std::string separator = t == 0 ? "" : ", ";
            parameters += separator + (op_.tensors[t].is_output ? "" : "const ") + "float *restrict " + tensor(t);
            arguments += separator + "tensors[" + std::to_string(t) + "]";
        }
        std::string body;
        for (const Statement& statement : op_.statements) body += this->statement(statement);
        // A function of its own: clang takes restrict seriously on parameters only.
        return helpers + ("static void loops(" + parameters) + ") {\n" + body +
               "}\nvoid nest(float *const *tensors) { loops(" + arguments + "); }\n";
    }

private:
    [[nodiscard]] std::string tensor(std::size_t t) const { return "t_" + op_.tensors[t].name; }
    [[nodiscard]] std::string axis(VarId id) const { return "i_" + op_.axes[static_cast<std::size_t>(id)].name; }

    [[nodiscard]] std::string loops(const std::vector<VarId>& axes) const {
        std::string text;
        for (const VarId id : axes) {
            const std::string extent = number(op_.axes[static_cast<std::size_t>(id)].extent);
            text += "  for (long " + axis(id) + " = 0; " + axis(id) + " < " + extent + "; " + axis(id) + "++)\n";
        }
        return text;
    }

    [[nodiscard]] std::string index(const Index& index) const {
        std::string text = "(" + number(index.constant());
        for (const ir::Term& term : index.terms()) text += " + " + number(term.coefficient) + " * " + atom(term.atom);
        return text + ")";
    }

    [[nodiscard]] std::string atom(const Atom& atom) const {
        if (atom.kind == Atom::Kind::variable) return axis(atom.variable);
        const char* const function = atom.kind == Atom::Kind::floor_div ? "floor_div(" : "floor_mod(";
        return function + index(*atom.inner) + ", " + number(atom.divisor) + ")";
    }

    [[nodiscard]] std::string element(const Access& access) const {
        const Tensor& read = op_.tensors[static_cast<std::size_t>(access.buffer)];
        std::string offset = "0";
        for (std::size_t d = 0; d < access.indices.size(); ++d)
            offset += " + " + index(access.indices[d]) + " * " + number(read.strides[d]);
        return tensor(static_cast<std::size_t>(access.buffer)) + "[" + offset + "]";
    }

    /// A read, behind tests of the subscripts that may leave the tensor.
    [[nodiscard]] std::string load(const Access& access) const {
        const Tensor& read = op_.tensors[static_cast<std::size_t>(access.buffer)];
        const std::optional<double>& pad = access.pad ? access.pad : read.pad;
        std::string tests;
        for (std::size_t d = 0; pad && d < access.indices.size(); ++d) {
            const auto interval = range(access.indices[d], [this](VarId id) -> std::optional<Interval> {
                return Interval{0, op_.axes[static_cast<std::size_t>(id)].extent - 1};
            });
            const std::string at = index(access.indices[d]);
            if (!interval || interval->low < 0) tests += (tests.empty() ? "" : " && ") + at + " >= 0";
            if (!interval || interval->high >= read.shape[d])
                tests += (tests.empty() ? "" : " && ") + at + " < " + number(read.shape[d]);
        }
        if (tests.empty()) return element(access);
        return "(" + tests + " ? " + element(access) + " : " + number(*pad) + ")";
    }

    [[nodiscard]] std::string expression(const Expr& expr) const {
        return std::visit(
            Overloaded{[](const Constant& x) { return number(x.value); },
                       [this](const Load& x) { return load(x.access); },
                       [this](const IndexValue& x) { return "(float)" + index(x.index); },
                       [this](const Unary& x) { return unary(x); },
                       [this](const Binary& x) { return binary(x.op, expression(x.left), expression(x.right)); }},
            expr->node);
    }

    [[nodiscard]] std::string unary(const Unary& x) const {
        const std::string operand = "(" + expression(x.operand) + ")";
        switch (x.op) {
            case UnaryOp::negate:
                return "(-" + operand + ")";
            case UnaryOp::absolute:
                return "fabsf" + operand;
            case UnaryOp::square_root:
                return "sqrtf" + operand;
            case UnaryOp::exponential:
                return "expf" + operand;
            case UnaryOp::reciprocal:
                return "(1.0f / " + operand + ")";
        }
        return operand;
    }

    static std::string binary(BinaryOp op, const std::string& left, const std::string& right) {
        switch (op) {
            case BinaryOp::maximum:
                return "larger(" + left + ", " + right + ")";
            case BinaryOp::minimum:
                return "smaller(" + left + ", " + right + ")";
            case BinaryOp::add:
            case BinaryOp::subtract:
            case BinaryOp::multiply:
            case BinaryOp::divide:
                break;
        }
        return "(" + left + " " + to_string(op) + " " + right + ")";
    }

    /// `sum` combined with the value.
    static std::string updated(Update update, const std::string& sum, const std::string& value) {
        switch (update) {
            case Update::assign:
                return value;
            case Update::add:
                return sum + " + " + value;
            case Update::multiply:
                return sum + " * " + value;
            case Update::maximum:
                return "larger(" + value + ", " + sum + ")";
            case Update::minimum:
                return "smaller(" + value + ", " + sum + ")";
        }
        return value;
    }

    static std::string identity(Update update) {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        switch (update) {
            case Update::multiply:
                return number(1.0);
            case Update::maximum:
                return number(-infinity);
            case Update::minimum:
                return number(infinity);
            case Update::assign:
            case Update::add:
                break;
        }
        return number(0.0);
    }

    std::string statement(const Statement& statement) {
        std::vector<VarId> kept;
        std::vector<VarId> reduced;
        for (const VarId id : statement.axes) {
            const bool is_kept = std::any_of(statement.destination.indices.begin(), statement.destination.indices.end(),
                                             [&](const Index& index) { return index.uses(id); });
            (is_kept ? kept : reduced).push_back(id);
        }
        const bool is_first = written_.insert(statement.destination.buffer).second &&
                              !op_.tensors[static_cast<std::size_t>(statement.destination.buffer)].is_accumulated;
        const std::string out = element(statement.destination);
        const std::string value = expression(statement.value);
        if (statement.update == Update::assign) return loops(kept) + "    " + out + " = " + value + ";\n";
        return loops(kept) + "  {\n    float sum = " + (is_first ? identity(statement.update) : out) + ";\n" +
               loops(reduced) + "    sum = " + updated(statement.update, "sum", value) + ";\n    " + out +
               " = sum;\n  }\n";
    }

    const Operator& op_;
    std::set<BufferId> written_;
};

}  // namespace

std::string plain_c_source(const Operator& op) { return Source(op).text(); }

}  // namespace saku::bench
