#include "ir/operator.h"

#include <algorithm>
#include <charconv>
#include <variant>

namespace saku::ir {

namespace {

double operations(const Expr& expr) {
    return std::visit(Overloaded{
                          [](const Constant&) { return 0.0; },
                          [](const Load&) { return 0.0; },
                          [](const IndexValue&) { return 0.0; },
                          [](const Unary& x) { return 1.0 + operations(x.operand); },
                          [](const Binary& x) { return 1.0 + operations(x.left) + operations(x.right); },
                      },
                      expr->node);
}

}  // namespace

std::string to_string(const ParameterValue& value) {
    if (const std::int64_t* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, std::get<double>(value)).ptr;
    return std::string(digits, end);
}

std::string shorthand(const Operator& op) {
    std::string text = op.name;
    for (const auto& [name, value] : op.parameters) {
        text += text.size() == op.name.size() ? ":" : ",";
        text += name + "=" + to_string(value);
    }
    if (op.free_layouts) text += (op.parameters.empty() ? ":" : ",") + std::string("layout=any");
    return text;
}

Operator with_free_layouts(Operator op) {
    op.free_layouts = true;
    for (Tensor& tensor : op.tensors) tensor.any_layout |= !tensor.is_constant && tensor.shape.size() > 1;
    return op;
}

Operator with_fixed_layouts(Operator op) {
    op.free_layouts = false;
    for (Tensor& tensor : op.tensors) tensor.any_layout = false;
    return op;
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

double tensor_bytes(const Operator& op) {
    double bytes = 0;
    for (const Tensor& tensor : op.tensors) {
        double elements = 1;
        for (const std::int64_t extent : tensor.shape) elements *= static_cast<double>(extent);
        bytes += elements * size_bytes(tensor.type);
    }
    return bytes;
}

bool is_written_before(const Operator& op, std::size_t number, BufferId tensor) {
    return std::any_of(op.statements.begin(), op.statements.begin() + static_cast<std::ptrdiff_t>(number),
                       [&](const Statement& earlier) { return earlier.destination.buffer == tensor; });
}

bool goes_on(const Operator& op, std::size_t number) {
    const Statement& statement = op.statements[number];
    const BufferId tensor = statement.destination.buffer;
    if (statement.update == Update::assign) return false;
    return op.tensors[static_cast<std::size_t>(tensor)].is_accumulated || is_written_before(op, number, tensor);
}

}  // namespace saku::ir
