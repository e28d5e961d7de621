#include "ir/operator.h"

#include <variant>

namespace saku::ir {

namespace {

double operations(const Expr& expr) {
    return std::visit(Overloaded{
                          [](const Constant&) { return 0.0; },
                          [](const Load&) { return 0.0; },
                          [](const Unary& x) { return 1.0 + operations(x.operand); },
                          [](const Binary& x) { return 1.0 + operations(x.left) + operations(x.right); },
                      },
                      expr->node);
}

}  // namespace

std::string shorthand(const Operator& op) {
    std::string text = op.name;
    for (const auto& [name, value] : op.parameters) {
        text += text.size() == op.name.size() ? ":" : ",";
        text += name + "=" + std::to_string(value);
    }
    if (op.free_layouts) text += (op.parameters.empty() ? ":" : ",") + std::string("layout=any");
    return text;
}

double flops(const Operator& op) {
    double total = 0;
    for (const Statement& statement : op.statements) {
        double iterations = 1;
        for (VarId axis : statement.axes)
            iterations *= static_cast<double>(op.axes[static_cast<std::size_t>(axis)].extent);
        const double update = statement.update == Update::assign ? 0.0 : 1.0;
        total += iterations * (operations(statement.value) + update);
    }
    return total;
}

}  // namespace saku::ir
