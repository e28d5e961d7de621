#include <algorithm>
#include <numeric>
#include <utility>

#include "base/check.h"
#include "ir/operator.h"

namespace saku::ir {

namespace {

Layout layout_of(const Tensor& tensor) {
    std::vector<LayoutPart> parts;
    for (std::size_t d = 0; d < tensor.shape.size(); ++d) {
        parts.push_back(
            {.dimension = static_cast<int>(d), .divisor = 1, .extent = tensor.shape[d], .stride = tensor.strides[d]});
    }
    // A view may be transposed: physical dimensions stand outermost first.
    std::stable_sort(parts.begin(), parts.end(),
                     [](const LayoutPart& a, const LayoutPart& b) { return a.stride > b.stride; });
    return Layout{std::move(parts)};
}

/// Of tensors whose dimensions all have names of one letter.
std::string letters_of(const Tensor& tensor) {
    std::string letters;
    for (const std::string& dimension : tensor.dimensions) letters += dimension;
    const bool all = std::all_of(tensor.dimensions.begin(), tensor.dimensions.end(),
                                 [](const std::string& dimension) { return dimension.size() == 1; });
    return all && letters.size() == tensor.shape.size() ? letters : "";
}

Buffer buffer_of(const Tensor& tensor) {
    return {.name = tensor.name,
            .type = tensor.type,
            .scope = Scope::argument,
            .shape = tensor.shape,
            .layout = layout_of(tensor),
            .is_output = tensor.is_output,
            .is_constant = tensor.is_constant,
            .is_accumulated = tensor.is_accumulated,
            .source = std::nullopt,
            .plain = tensor.any_layout ? std::optional(layout_of(tensor)) : std::nullopt,
            .letters = letters_of(tensor)};
}

bool destination_uses(const Statement& statement, VarId axis) {
    return std::any_of(statement.destination.indices.begin(), statement.destination.indices.end(),
                       [&](const Index& index) { return index.uses(axis); });
}

bool stays_inside(const Operator& op, const Access& access) {
    const Tensor& tensor = op.tensors[static_cast<std::size_t>(access.buffer)];
    const Ranges ranges = [&](VarId axis) -> std::optional<Interval> {
        return Interval{0, op.axes[static_cast<std::size_t>(axis)].extent - 1};
    };
    for (std::size_t d = 0; d < access.indices.size(); ++d) {
        const std::optional<Interval> reach = range(access.indices[d], ranges);
        if (reach->low < 0 || reach->high >= tensor.shape[d]) return false;
    }
    return true;
}

/// The index in the nest's variables; `variables` is indexed by axis. All axes change at once, since the ids of axes
/// and variables overlap.
Index renamed(Index index, const std::vector<VarId>& variables, std::size_t axis_count) {
    // Through ids that neither axes nor variables have.
    const VarId aside = static_cast<VarId>(axis_count) + *std::max_element(variables.begin(), variables.end()) + 1;
    const std::vector<VarId> used = index.variables();
    for (VarId axis : used) index = substitute(index, axis, Index::variable(aside + axis));
    for (VarId axis : used) {
        index = substitute(index, aside + axis, Index::variable(variables[static_cast<std::size_t>(axis)]));
    }
    return index;
}

Access renamed(const Access& access, const std::vector<VarId>& variables, std::size_t axis_count) {
    Access result = access;
    for (Index& index : result.indices) index = renamed(std::move(index), variables, axis_count);
    return result;
}

/// Adds statement `number` to the nest.
void lower_statement(const Operator& op, std::size_t number, LoopNest& nest) {
    const Statement& statement = op.statements[number];

    std::vector<VarId> order = statement.axes;
    const auto reduced = std::stable_partition(order.begin(), order.end(),
                                               [&](VarId axis) { return destination_uses(statement, axis); });

    std::vector<VarId> variables(op.axes.size(), 0);
    for (VarId axis : order) {
        variables[static_cast<std::size_t>(axis)] = add_variable(nest, op.axes[static_cast<std::size_t>(axis)].name);
    }

    const auto in_nest = [&](const Access& access) {
        return variables.empty() ? access : renamed(access, variables, op.axes.size());
    };
    Store store{.destination = in_nest(statement.destination),
                .update = statement.update,
                .value = map_loads(statement.value,
                                   [&](const Access& access) {
                                       Access changed = in_nest(access);
                                       changed.pad.reset();
                                       const Tensor& source = op.tensors[static_cast<std::size_t>(access.buffer)];
                                       if (source.pad && !stays_inside(op, access)) changed.pad = source.pad;
                                       return load(std::move(changed));
                                   }),
                .first = std::nullopt,
                .statement = static_cast<int>(number)};
    if (!variables.empty()) {
        store.value = map_index_values(store.value,
                                       [&](const Index& index) { return renamed(index, variables, op.axes.size()); });
    }
    const bool starts = statement.update != Update::assign && !goes_on(op, number);
    if (starts) {
        store.first.emplace();
        for (auto axis = reduced; axis != order.end(); ++axis) {
            store.first->push_back(Index::variable(variables[static_cast<std::size_t>(*axis)]));
        }
    }

    Block block{Node{std::move(store)}};
    for (auto axis = order.rbegin(); axis != order.rend(); ++axis) {
        const auto position = static_cast<std::size_t>(*axis);
        block = block_of(Node{Loop{variables[position], op.axes[position].extent, LoopKind::serial, std::move(block)}});
    }
    nest.body.push_back(std::move(block.front()));
}

}  // namespace

LoopNest lower(const Operator& op) {
    LoopNest nest;
    nest.name = op.name;
    for (const Tensor& tensor : op.tensors) nest.buffers.push_back(buffer_of(tensor));
    for (std::size_t number = 0; number < op.statements.size(); ++number) lower_statement(op, number, nest);
    return nest;
}

}  // namespace saku::ir
