#include "targets/llvm/interior.h"

#include <algorithm>
#include <map>

#include "ir/walk.h"
#include "targets/llvm/indices.h"
#include "targets/llvm/place.h"

namespace saku::targets {

using namespace saku::ir;

namespace {

constexpr std::int64_t most_vectors = 16;  // a longer body is worth no second and third copy

/// What a body holds, as far as it may be copied.
struct Body {
    bool is_short = true;
    std::map<VarId, Interval> inside;  ///< of the loops in it
    std::vector<Index> conditions;     ///< of padded reads and guards, resolved
};

void add_padded_reads(const Frame& frame, const Store& store, Body& body) {
    for_each_load(store.value, [&](const Access& access) {
        if (!access.pad) return;
        for (const Index& bound : bounds_of(frame, place_of(frame, access))) body.conditions.push_back(bound);
    });
}

/// Vectors that the block makes; loops that run are not short.
std::int64_t look_at(const Frame& frame, const Block& block, Body& body) {
    std::int64_t vectors = 0;
    for (const Node& node : block) {
        std::visit(Overloaded{
                       [&](const Loop& loop) {
                           const bool runs = loop.kind == LoopKind::serial || loop.kind == LoopKind::parallel;
                           if (runs && loop.extent.value > 1) body.is_short = false;
                           Interval& values = body.inside[loop.variable];  // of all loops over it
                           values = {0, std::max(values.high, loop.extent.value - 1)};
                           const std::int64_t lanes = loop.kind == LoopKind::vector ? frame.plan.native_lanes : 1;
                           const std::int64_t times = (loop.extent.value + lanes - 1) / lanes;
                           vectors += std::min(times, most_vectors + 1) * look_at(frame, loop.body, body);
                       },
                       [&](const Guard& guard) {
                           for (const Index& condition : guard.conditions) {
                               body.conditions.push_back(resolve(frame, condition));
                           }
                           vectors += look_at(frame, guard.then, body) + look_at(frame, guard.otherwise, body);
                       },
                       [&](const Store& store) {
                           add_padded_reads(frame, store, body);
                           ++vectors;
                       },
                       [&](const Prefetch&) {},
                       [&](const Intrinsic&) { body.is_short = false; },
                   },
                   node.node);
        if (vectors > most_vectors) body.is_short = false;
        if (!body.is_short) return vectors;
    }
    return vectors;
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0); }

/// Iterations in which step * i + others >= 0 for all values of the others.
Interval where_it_holds(std::int64_t step, Interval others, std::int64_t extent) {
    if (step > 0) return {std::max<std::int64_t>(0, -floor_div(others.low, step)), extent - 1};
    return {0, std::min(extent - 1, floor_div(others.low, -step))};
}

}  // namespace

std::optional<Interval> interior_of(const Frame& frame, const Loop& loop) {
    Body body;
    look_at(frame, loop.body, body);
    if (!body.is_short || body.conditions.empty()) return std::nullopt;
    const Ranges inside = [&body](VarId id) -> std::optional<Interval> {
        const auto place = body.inside.find(id);
        return place == body.inside.end() ? std::nullopt : std::optional(place->second);
    };
    Interval interior{0, loop.extent.value - 1};
    for (const Index& condition : body.conditions) {
        const std::int64_t step = condition.coefficient(loop.variable);
        const std::optional<Interval> others = range(condition - Index::variable(loop.variable) * step, inside);
        if (step == 0 || !others) continue;
        const Interval holds = where_it_holds(step, *others, loop.extent.value);
        interior = {std::max(interior.low, holds.low), std::min(interior.high, holds.high)};
    }
    const std::int64_t free = interior.high - interior.low + 1;
    const bool is_whole = free == loop.extent.value;
    return is_whole || free < 2 || 2 * free < loop.extent.value ? std::nullopt : std::optional(interior);
}

}  // namespace saku::targets
