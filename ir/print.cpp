#include "ir/print.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "ir/walk.h"

namespace saku::ir {

namespace {

// Malformed nests are printed too: messages of `verify` quote them.
std::string variable_name(const LoopNest& nest, VarId id) {
    const bool known = id >= 0 && static_cast<std::size_t>(id) < nest.variables.size();
    return known ? nest.variables[static_cast<std::size_t>(id)] : "unknown_variable_" + std::to_string(id);
}

std::string buffer_name(const LoopNest& nest, BufferId id) {
    const bool known = id >= 0 && static_cast<std::size_t>(id) < nest.buffers.size();
    return known ? nest.buffers[static_cast<std::size_t>(id)].name : "unknown_buffer_" + std::to_string(id);
}

std::string number_text(double value) {
    if (std::isnan(value)) {
        const std::uint64_t bits = std::bit_cast<std::uint64_t>(value);
        if (bits == std::bit_cast<std::uint64_t>(std::numeric_limits<double>::quiet_NaN())) return "nan";
        std::array<char, 16> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), bits, 16).ptr;
        return "nan_" + std::string(digits.data(), end);
    }
    if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    return {digits.data(), end};
}

template <class Items, class Text>
std::string joined(const Items& items, Text text) {
    std::string all;
    for (const auto& item : items) all += (all.empty() ? "" : ", ") + text(item);
    return all;
}

int precedence(BinaryOp op) {
    switch (op) {
        case BinaryOp::add:
        case BinaryOp::subtract:
            return 1;
        case BinaryOp::multiply:
        case BinaryOp::divide:
            return 2;
        case BinaryOp::maximum:
        case BinaryOp::minimum:
            return 3;
    }
    return 3;
}

/// An operand under an operator that binds with `outer`: in parentheses where it binds weaker, or as weak on the right.
std::string operand_text(const LoopNest& nest, const Expr& expr, int outer, bool is_right) {
    const Binary* inner = std::get_if<Binary>(&expr->node);
    const int binds = inner == nullptr ? 3 : precedence(inner->op);
    const bool parentheses = binds < outer || (is_right && binds == outer && inner != nullptr);
    return parentheses ? "(" + print(nest, expr) + ")" : print(nest, expr);
}

std::string binary_text(const LoopNest& nest, const Binary& binary) {
    const int binds = precedence(binary.op);
    const std::string name = to_string(binary.op);
    if (binds == 3) return name + "(" + print(nest, binary.left) + ", " + print(nest, binary.right) + ")";
    return operand_text(nest, binary.left, binds, false) + " " + name + " " +
           operand_text(nest, binary.right, binds, true);
}

std::string extent_text(const Extent& extent) {
    std::string value = std::to_string(extent.value);
    switch (extent.kind) {
        case Extent::Kind::constant:
            return value;
        case Extent::Kind::vscale:
            return value + "*vscale";
        case Extent::Kind::parameter:
            return extent.parameter + " <= " + value;
    }
    return value;
}

std::string part_text(const LayoutPart& part, bool with_stride) {
    std::string text = "d" + std::to_string(part.dimension);
    if (part.divisor != 1) text += "/" + std::to_string(part.divisor);
    text += "%" + std::to_string(part.extent);
    if (with_stride) text += " stride " + std::to_string(part.stride);
    return text;
}

std::string extents_text(const Buffer& buffer) {
    std::string text;
    for (std::size_t d = 0; d < buffer.shape.size(); ++d) {
        if (d != 0) text += ", ";
        if (!buffer.letters.empty()) text += buffer.letters.substr(d, 1) + "=";
        text += std::to_string(buffer.shape[d]);
    }
    return text;
}

std::string layout_text(const Layout& layout) {
    const bool is_dense = layout == dense(layout.parts);
    return "(" + joined(layout.parts, [&](const LayoutPart& part) { return part_text(part, !is_dense); }) + ")";
}

std::string buffer_text(const LoopNest& nest, const Buffer& buffer) {
    std::string text =
        to_string(buffer.scope) + " " + buffer.name + ": " + to_string(buffer.type) + "[" + extents_text(buffer) + "]";
    if (buffer.layout != row_major(buffer.shape)) text += " layout " + layout_text(buffer.layout);
    if (buffer.source) text += " of " + buffer_name(nest, *buffer.source);
    if (buffer.scope == Scope::argument && !buffer.is_output) text += " in";
    if (buffer.is_output) text += " out";
    if (buffer.is_constant) text += " const";
    if (buffer.is_accumulated) text += " accumulated";
    if (buffer.plain) text += " free";
    if (buffer.plain && *buffer.plain != row_major(buffer.shape)) text += " " + layout_text(*buffer.plain);
    return text;
}

/// The names of the loops in program order, each once: the order in which `parse` numbers variables by itself.
std::vector<std::string> names_by_loop(const LoopNest& nest) {
    std::vector<bool> seen(nest.variables.size(), false);
    std::vector<std::string> names;
    const auto visit = [&](const Node& node) {
        const Loop* loop = std::get_if<Loop>(&node.node);
        if (loop == nullptr) return;
        const std::size_t id = static_cast<std::size_t>(loop->variable);
        if (id >= seen.size() || seen[id]) return;
        seen[id] = true;
        names.push_back(nest.variables[id]);
    };
    for (const OfflinePack& pack : nest.offline) walk(pack.body, visit);
    walk(nest.body, visit);
    return names;
}

class BlockPrinter {
public:
    using Note = std::function<std::string(const Loop&)>;
    explicit BlockPrinter(const LoopNest& nest, Note note = {}) : nest_(nest), note_(std::move(note)) {}

    void block(const Block& block, int indent) {
        for (const Node& node : block) {
            std::visit([&](const auto& alternative) { print_node(alternative, indent); }, node.node);
        }
    }
    std::string take() { return std::move(text_); }

private:
    void line(int indent, std::string_view content) {
        text_.append(static_cast<std::size_t>(indent) * 2, ' ');
        text_ += content;
        text_ += '\n';
    }

    void print_node(const Loop& loop, int indent) {
        const std::string kind = loop.kind == LoopKind::serial ? "" : to_string(loop.kind) + " ";
        const std::string note = note_ ? note_(loop) : "";
        line(indent, kind + "for " + variable_name(nest_, loop.variable) + " < " + extent_text(loop.extent) + " {" +
                         (note.empty() ? "" : "   ; " + note));
        block(loop.body, indent + 1);
        line(indent, "}");
    }

    void print_node(const Guard& guard, int indent) {
        line(indent,
             "if " + joined(guard.conditions, [&](const Index& i) { return print(nest_, i) + " >= 0"; }) + " {");
        block(guard.then, indent + 1);
        if (!guard.otherwise.empty()) {
            line(indent, "} else {");
            block(guard.otherwise, indent + 1);
        }
        line(indent, "}");
    }

    void print_node(const Store& store, int indent) {
        std::string text =
            print(nest_, store.destination) + " " + to_string(store.update) + " " + print(nest_, store.value);
        if (store.first) {
            text += " first (" + joined(*store.first, [&](const Index& index) { return print(nest_, index); }) + ")";
        }
        if (store.statement != 0) text += " statement " + std::to_string(store.statement);
        line(indent, text);
    }

    void print_node(const Prefetch& prefetch, int indent) { line(indent, "prefetch " + print(nest_, prefetch.access)); }

    void print_node(const Intrinsic& intrinsic, int indent) {
        line(indent, "intrinsic " + intrinsic.name + " {");
        block(intrinsic.semantics, indent + 1);
        line(indent, "}");
    }

    const LoopNest& nest_;
    Note note_;
    std::string text_;
};

}  // namespace

std::string print(const LoopNest& nest) {
    std::string text = "nest " + nest.name + " {\n";
    if (!nest.variables.empty() && names_by_loop(nest) != nest.variables) {
        text += "  variables " + joined(nest.variables, [](const std::string& name) { return name; }) + "\n";
    }
    for (const Buffer& buffer : nest.buffers) text += "  " + buffer_text(nest, buffer) + "\n";
    for (const OfflinePack& pack : nest.offline) {
        text += "  offline " + buffer_name(nest, pack.packed) + " {\n" + print(nest, pack.body, 2) + "  }\n";
    }
    return text + "  body {\n" + print(nest, nest.body, 2) + "  }\n}\n";
}

std::string print(const LoopNest& nest, const Block& block, int indent) {
    BlockPrinter printer(nest);
    printer.block(block, indent);
    return printer.take();
}

std::string print_annotated(const LoopNest& nest, const std::function<std::string(const Loop&)>& note) {
    BlockPrinter printer(nest, note);
    printer.block(nest.body, 0);
    return printer.take();
}

std::string print(const LoopNest& nest, const Expr& expr) {
    return std::visit(Overloaded{
                          [](const Constant& x) { return number_text(x.value); },
                          [&](const Load& x) { return print(nest, x.access); },
                          [&](const IndexValue& x) { return "index(" + print(nest, x.index) + ")"; },
                          [&](const Unary& x) { return to_string(x.op) + "(" + print(nest, x.operand) + ")"; },
                          [&](const Binary& x) { return binary_text(nest, x); },
                      },
                      expr->node);
}

std::string print(const LoopNest& nest, const Access& access) {
    std::string text = buffer_name(nest, access.buffer) + "[" +
                       joined(access.indices, [&](const Index& index) { return print(nest, index); }) + "]";
    if (access.pad) text += " pad " + number_text(*access.pad);
    return text;
}

std::string print(const LoopNest& nest, const Index& index) {
    return to_string(index, [&](VarId id) { return variable_name(nest, id); });
}

}  // namespace saku::ir
