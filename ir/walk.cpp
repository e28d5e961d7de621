#include "ir/walk.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/result.h"

namespace saku::ir {

namespace {

/// The blocks directly inside a node.
template <class Visit>
void for_each_child_block(const Node& node, Visit visit) {
    std::visit(Overloaded{
                   [&](const Loop& loop) { visit(loop.body); },
                   [&](const Guard& guard) {
                       visit(guard.then);
                       visit(guard.otherwise);
                   },
                   [&](const Intrinsic& intrinsic) { visit(intrinsic.semantics); },
                   [](const Store&) {},
                   [](const Prefetch&) {},
               },
               node.node);
}

/// The node with each block inside it passed through `change`.
template <class Change>
Node map_child_blocks(const Node& node, Change change) {
    return std::visit(Overloaded{
                          [&](const Loop& loop) {
                              return Node{Loop{loop.variable, loop.extent, loop.kind, change(loop.body)}};
                          },
                          [&](const Guard& guard) {
                              return Node{Guard{guard.conditions, change(guard.then), change(guard.otherwise)}};
                          },
                          [&](const Intrinsic& intrinsic) {
                              return Node{Intrinsic{intrinsic.name, change(intrinsic.semantics)}};
                          },
                          [&](const Store& store) { return Node{store}; },
                          [&](const Prefetch& prefetch) { return Node{prefetch}; },
                      },
                      node.node);
}

template <class Change>
Access map_access(const Access& access, Change change) {
    Access mapped = access;
    for (Index& index : mapped.indices) index = change(index);
    return mapped;
}

}  // namespace

void walk(const Block& block, const std::function<void(const Node&)>& visit) {
    for (const Node& node : block) {
        visit(node);
        for_each_child_block(node, [&](const Block& child) { walk(child, visit); });
    }
}

Block rewrite(const Block& block, const std::function<std::optional<Block>(const Node&)>& replace) {
    Block result;
    result.reserve(block.size());
    for (const Node& node : block) {
        if (std::optional<Block> replaced = replace(node)) {
            for (Node& piece : *replaced) result.push_back(std::move(piece));
        } else {
            result.push_back(map_child_blocks(node, [&](const Block& child) { return rewrite(child, replace); }));
        }
    }
    return result;
}

Block map_accesses(const Block& block, const std::function<Access(const Access&)>& change) {
    return rewrite(block, [&](const Node& node) -> std::optional<Block> {
        if (const Store* store = std::get_if<Store>(&node.node)) {
            Store mapped = *store;
            mapped.destination = change(store->destination);
            mapped.value = map_loads(store->value, [&](const Access& access) { return load(change(access)); });
            return block_of(Node{std::move(mapped)});
        }
        if (const Prefetch* prefetch = std::get_if<Prefetch>(&node.node)) {
            return block_of(Node{Prefetch{change(prefetch->access)}});
        }
        return std::nullopt;
    });
}

Block map_indices(const Block& block, const std::function<Index(const Index&)>& change) {
    const Block accessed = map_accesses(block, [&](const Access& access) { return map_access(access, change); });
    const Block mapped = rewrite(accessed, [&](const Node& node) -> std::optional<Block> {
        const Store* store = std::get_if<Store>(&node.node);
        if (store == nullptr) return std::nullopt;
        Expr value = map_index_values(store->value, change);
        if (value == store->value) return std::nullopt;
        Store changed = *store;
        changed.value = std::move(value);
        return block_of(Node{std::move(changed)});
    });
    const std::function<std::optional<Block>(const Node&)> others = [&](const Node& node) -> std::optional<Block> {
        if (const Store* store = std::get_if<Store>(&node.node); store != nullptr && store->first) {
            Store changed = *store;
            for (Index& index : *changed.first) index = change(index);
            return block_of(Node{std::move(changed)});
        }
        if (const Guard* guard = std::get_if<Guard>(&node.node)) {
            Guard changed{guard->conditions, rewrite(guard->then, others), rewrite(guard->otherwise, others)};
            for (Index& index : changed.conditions) index = change(index);
            return block_of(Node{std::move(changed)});
        }
        return std::nullopt;
    };
    return rewrite(mapped, others);
}

Block substitute(const Block& block, VarId variable, const Index& replacement) {
    return map_indices(block, [&](const Index& index) { return substitute(index, variable, replacement); });
}

void for_each_access(const Block& block, const std::function<void(const Access&, bool)>& visit) {
    walk(block, [&](const Node& node) {
        if (const Store* store = std::get_if<Store>(&node.node)) {
            for_each_load(store->value, [&](const Access& access) { visit(access, false); });
            visit(store->destination, true);
        } else if (const Prefetch* prefetch = std::get_if<Prefetch>(&node.node)) {
            visit(prefetch->access, false);
        }
    });
}

std::vector<const Loop*> find_loops(const Block& block, VarId variable) {
    std::vector<const Loop*> found;
    walk(block, [&](const Node& node) {
        const Loop* loop = std::get_if<Loop>(&node.node);
        if (loop != nullptr && loop->variable == variable) found.push_back(loop);
    });
    return found;
}

const Loop* find_loop(const Block& block, VarId variable) {
    const std::vector<const Loop*> found = find_loops(block, variable);
    return found.empty() ? nullptr : found.front();
}

Ranges ranges_of(const Block& block) {
    std::map<VarId, Interval> known;
    walk(block, [&](const Node& node) {
        const Loop* loop = std::get_if<Loop>(&node.node);
        if (loop == nullptr) return;
        const std::int64_t last = largest(loop->extent) - 1;
        auto [place, is_new] = known.try_emplace(loop->variable, Interval{0, last});
        if (!is_new) place->second.high = std::max(place->second.high, last);
    });
    return [known = std::move(known)](VarId id) -> std::optional<Interval> {
        const auto place = known.find(id);
        if (place == known.end()) return std::nullopt;
        return place->second;
    };
}

namespace {

Block renamed_loops(const Block& block, const std::map<VarId, VarId>& fresh) {
    return rewrite(block, [&](const Node& node) -> std::optional<Block> {
        const Loop* loop = std::get_if<Loop>(&node.node);
        if (loop == nullptr) return std::nullopt;
        return block_of(
            Node{Loop{fresh.at(loop->variable), loop->extent, loop->kind, renamed_loops(loop->body, fresh)}});
    });
}

}  // namespace

Block with_fresh_variables(LoopNest& nest, const Block& block) {
    std::map<VarId, VarId> fresh;
    walk(block, [&](const Node& node) {
        const Loop* loop = std::get_if<Loop>(&node.node);
        if (loop == nullptr || fresh.contains(loop->variable)) return;
        // A copy: add_variable may move the names.
        const std::string name = nest.variables[static_cast<std::size_t>(loop->variable)];
        fresh[loop->variable] = add_variable(nest, name);
    });
    Block renamed = renamed_loops(block, fresh);
    for (const auto& [old_id, new_id] : fresh) renamed = substitute(renamed, old_id, Index::variable(new_id));
    return renamed;
}

}  // namespace saku::ir
