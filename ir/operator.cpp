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
    if (!op.layout.empty()) text += (op.parameters.empty() ? ":layout=" : ",layout=") + op.layout;
    return text;
}

Operator with_free_layouts(Operator op) {
    op.layout = "any";
    for (Tensor& tensor : op.tensors) tensor.any_layout |= !tensor.is_constant && tensor.shape.size() > 1;
    return op;
}

Result<Operator> with_layouts(Operator op, const std::string& name) {
    const auto may_move = [](const Tensor& tensor) { return !tensor.is_constant && tensor.shape.size() > 1; };
    const auto first = std::find_if(op.tensors.begin(), op.tensors.end(), may_move);
    if (first == op.tensors.end()) return Error{"", "layout is '" + name + "', expected any: no tensor has an order"};
    const std::optional<LayoutOrder> order = read_layout_order(name, first->dimensions);
    if (!order) {
        return Error{"", "layout is '" + name + "', expected any, or for '" + first->name + "' " +
                             expected_layouts(first->dimensions)};
    }
    if (is_as_declared(*order)) return op;
    const std::size_t rank = first->shape.size();
    op.layout = name;
    for (Tensor& tensor : op.tensors) {
        if (!may_move(tensor) || tensor.shape.size() != rank) continue;
        tensor.any_layout = true;
        tensor.layout = *order;
    }
    return op;
}

Operator with_fixed_layouts(Operator op) {
    op.layout.clear();
    for (Tensor& tensor : op.tensors) {
        tensor.any_layout = false;
        tensor.layout.clear();
    }
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
