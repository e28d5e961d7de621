#include "targets/llvm/interior.h"

#include <algorithm>
#include <map>

#include "base/checked.h"
#include "ir/unrolled_copies.h"
#include "ir/walk.h"
#include "targets/llvm/indices.h"
#include "targets/llvm/place.h"

namespace saku::targets {

using namespace saku::ir;

namespace {

/// What a body holds, as far as it may be copied.
struct Body {
    bool may_be_copied = true;
    bool has_loops = false;              ///< that run
    bool has_many_reads = false;         ///< of one padded access
    std::vector<UnrolledLoop> unrolled;  ///< around what is looked at
    std::map<VarId, Interval> inside;    ///< of the loops in it
    std::vector<Index> reads;            ///< what padded reads test, resolved
    std::vector<Index> guards;           ///< what guards do
};

void add_padded_reads(const Frame& frame, const Store& store, Body& body) {
    for_each_load(store.value, [&](const Access& access) {
        if (!access.pad) return;
        if (distinct_copies(access.indices, body.unrolled) > most_padded_reads) body.has_many_reads = true;
        for (const Index& bound : bounds_of(frame, place_of(frame, access))) body.reads.push_back(bound);
    });
}

std::int64_t look_at(const Frame& frame, const Block& block, Body& body);

/// Vectors of all copies that the loop makes of its body.
std::int64_t look_at(const Frame& frame, const Loop& loop, Body& body) {
    const bool runs = loop.kind == LoopKind::serial || loop.kind == LoopKind::parallel;
    if (runs && loop.extent.value > 1) body.has_loops = true;
    Interval& values = body.inside[loop.variable];  // of all loops over it
    values = {0, std::max(values.high, loop.extent.value - 1)};
    const std::int64_t lanes = loop.kind == LoopKind::vector ? frame.plan.native_lanes : 1;
    const std::int64_t copies = runs ? 1 : (loop.extent.value + lanes - 1) / lanes;
    if (loop.kind == LoopKind::unrolled) body.unrolled.push_back({loop.variable, loop.extent.value});
    const std::int64_t vectors = look_at(frame, loop.body, body);
    if (loop.kind == LoopKind::unrolled) body.unrolled.pop_back();
    return std::min(copies, most_copied_vectors + 1) * vectors;
}

/// Vectors that the block makes.
std::int64_t look_at(const Frame& frame, const Block& block, Body& body) {
    std::int64_t vectors = 0;
    for (const Node& node : block) {
        std::visit(Overloaded{
                       [&](const Loop& loop) { vectors += look_at(frame, loop, body); },
                       [&](const Guard& guard) {
                           for (const Index& condition : guard.conditions) {
                               body.guards.push_back(resolve(frame, condition));
                           }
                           vectors += look_at(frame, guard.then, body) + look_at(frame, guard.otherwise, body);
                       },
                       [&](const Store& store) {
                           add_padded_reads(frame, store, body);
                           ++vectors;
                       },
                       [&](const Prefetch&) {},
                       [&](const Intrinsic&) { body.may_be_copied = false; },
                   },
                   node.node);
        if (vectors > most_copied_vectors) body.may_be_copied = false;
        if (!body.may_be_copied) return vectors;
    }
    return vectors;
}

/// Iterations in which step * i + others >= 0 for all values of the others.
Interval where_it_holds(std::int64_t step, Interval others, std::int64_t extent) {
    if (step > 0) return {std::max<std::int64_t>(0, -floor_div(others.low, step)), extent - 1};
    return {0, std::min(extent - 1, floor_div(others.low, -step))};
}

/// The iterations of the loop in which every condition holds, as far as the loop and those inside it decide.
Interval interior_of(const Loop& loop, const Body& body, const std::vector<Index>& conditions, Interval interior) {
    const Ranges inside = [&body](VarId id) -> std::optional<Interval> {
        const auto place = body.inside.find(id);
        return place == body.inside.end() ? std::nullopt : std::optional(place->second);
    };
    for (const Index& condition : conditions) {
        const std::int64_t step = condition.coefficient(loop.variable);
        const std::optional<Interval> others = range(condition - Index::variable(loop.variable) * step, inside);
        if (step == 0 || !others) continue;
        const Interval holds = where_it_holds(step, *others, loop.extent.value);
        interior = {std::max(interior.low, holds.low), std::min(interior.high, holds.high)};
    }
    return interior;
}

}  // namespace

std::optional<LoopParts> parts_of(const Frame& frame, const Loop& loop) {
    Body body;
    const std::int64_t vectors = look_at(frame, loop.body, body);
    if (!body.may_be_copied) return std::nullopt;
    const bool is_short = vectors <= short_body && !body.has_loops;
    if (!is_short && body.has_many_reads) return std::nullopt;
    const std::int64_t last = loop.extent.value - 1;
    Interval inside = interior_of(loop, body, body.reads, {0, last});
    if (is_short) inside = interior_of(loop, body, body.guards, inside);
    if (inside.low == 0 && inside.high == last) return std::nullopt;
    if (inside.low > inside.high) {  // every iteration is tested
        if (last >= most_border_iterations) return std::nullopt;
        return LoopParts{.before = {0, last}, .inside = {last + 1, last}, .behind = {last + 1, last}};
    }
    const bool few = inside.low <= most_border_iterations && last - inside.high <= most_border_iterations;
    const std::int64_t free = inside.high - inside.low + 1;
    if (!few && !(is_short && free >= 2 && 2 * free >= loop.extent.value)) return std::nullopt;
    return LoopParts{.before = {0, inside.low - 1}, .inside = inside, .behind = {inside.high + 1, last}};
}

}  // namespace saku::targets
