#include "targets/llvm/places_first.h"

#include <algorithm>
#include <vector>

#include "ir/walk.h"

namespace saku::targets {

using namespace saku::ir;

namespace {

/// Unrolled loops, each the only node of the one around it, and what the innermost holds.
struct Straight {
    std::vector<const Loop*> loops;
    const Block* body = nullptr;
};

Straight straight_from(const Loop& outermost) {
    Straight straight{.loops = {&outermost}, .body = &outermost.body};
    while (straight.body->size() == 1) {
        const auto* inner = std::get_if<Loop>(&straight.body->front().node);
        if (inner == nullptr || inner->kind != LoopKind::unrolled) break;
        straight.loops.push_back(inner);
        straight.body = &inner->body;
    }
    return straight;
}

/// The variables of vector loops in the body; nothing where it holds other loops.
std::optional<std::vector<VarId>> vector_variables(const Block& body) {
    std::vector<VarId> variables;
    bool has_others = false;
    walk(body, [&](const Node& node) {
        const auto* loop = std::get_if<Loop>(&node.node);
        if (loop == nullptr) return;
        has_others = has_others || loop->kind != LoopKind::vector;
        variables.push_back(loop->variable);
    });
    if (has_others) return std::nullopt;
    return variables;
}

/// The only store of the body, where that adds to a register tile.
const Store* sum_of(const LoopNest& nest, const Block& body) {
    const Store* store = nullptr;
    int others = 0;
    walk(body, [&](const Node& node) {
        if (const auto* found = std::get_if<Store>(&node.node)) {
            others += store != nullptr ? 1 : 0;
            store = found;
        } else if (!std::holds_alternative<Loop>(node.node) && !std::holds_alternative<Guard>(node.node)) {
            ++others;
        }
    });
    const bool is_sum = store != nullptr && others == 0 && store->update != Update::assign && !store->first &&
                        nest.buffers[static_cast<std::size_t>(store->destination.buffer)].scope == Scope::registers;
    return is_sum ? store : nullptr;
}

bool uses(const std::vector<Index>& indices, VarId variable) {
    return std::any_of(indices.begin(), indices.end(), [&](const Index& index) { return index.uses(variable); });
}

/// Do all vectors that are read move with every one of the places?
bool has_vectors_of_its_own(const Store& store, const std::vector<VarId>& lanes,
                            const std::vector<const Loop*>& places) {
    bool all = true;
    for_each_load(store.value, [&](const Access& access) {
        const bool is_vector =
            std::any_of(lanes.begin(), lanes.end(), [&](VarId lane) { return uses(access.indices, lane); });
        if (!is_vector) return;
        all = all && std::all_of(places.begin(), places.end(),
                                 [&](const Loop* place) { return uses(access.indices, place->variable); });
    });
    return all;
}

}  // namespace

std::optional<Loop> places_first(const LoopNest& nest, const Loop& loop) {
    const Straight straight = straight_from(loop);
    const auto lanes = vector_variables(*straight.body);
    const Store* store = sum_of(nest, *straight.body);
    if (!lanes || store == nullptr) return std::nullopt;
    std::vector<const Loop*> order;
    for (const Loop* each : straight.loops) {
        if (uses(store->destination.indices, each->variable)) order.push_back(each);
    }
    if (order.empty() || order.size() == straight.loops.size()) return std::nullopt;
    if (!has_vectors_of_its_own(*store, *lanes, order)) return std::nullopt;
    if (std::equal(order.begin(), order.end(), straight.loops.begin())) return std::nullopt;  // they are
    for (const Loop* each : straight.loops) {
        if (!uses(store->destination.indices, each->variable)) order.push_back(each);
    }
    Block body = *straight.body;
    for (auto each = order.rbegin(); each != order.rend(); ++each) {
        Loop next{.variable = (*each)->variable, .extent = (*each)->extent, .kind = LoopKind::unrolled, .body = {}};
        next.body = std::move(body);
        body = {Node{std::move(next)}};
    }
    return std::get<Loop>(body.front().node);
}

}  // namespace saku::targets
