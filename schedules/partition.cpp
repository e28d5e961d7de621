#include "schedules/partition.h"

#include <algorithm>
#include <utility>

#include "base/checked.h"
#include "ir/tidy.h"
#include "ir/walk.h"
#include "schedules/names.h"
#include "schedules/place.h"

namespace saku::schedules {

namespace {

/// The conditions inside a loop that use its variable: those of guards, and those of padded reads being inside.
struct Bounds {
    const ir::LoopNest& nest;
    const ir::Loop& loop;
    ir::Interval middle;  ///< iterations in which all conditions hold, whatever the other loops do

    void narrow(const ir::Index& condition, const Place& place) {
        const std::int64_t slope = condition.coefficient(loop.variable);
        const ir::Index rest = condition - ir::Index::variable(loop.variable) * slope;
        // Inside a floor or mod no single cut changes its truth for good.
        if (slope == 0 || rest.uses(loop.variable)) return;
        if (always(condition, place)) return;
        const std::optional<std::int64_t> least = facts_at(place).lower(rest);
        if (!least) return;
        // slope * v + least >= 0
        if (slope > 0) {
            middle.low = std::max(middle.low, ceil_div(-*least, slope));
        } else {
            middle.high = std::min(middle.high, floor_div(*least, -slope));
        }
    }

    void narrow(const ir::Access& access, const Place& place) {
        if (!access.pad) return;
        const std::vector<std::int64_t>& shape = buffer_of(nest, access.buffer).shape;
        for (std::size_t d = 0; d < shape.size(); ++d) {
            narrow(access.indices[d], place);
            narrow(ir::Index(shape[d] - 1) - access.indices[d], place);
        }
    }
};

Bounds bounds_of(const ir::LoopNest& nest, const ir::Loop& loop, const Place& place) {
    Bounds bounds{nest, loop, {0, loop.extent.value - 1}};
    walk_places(loop.body, inside(place, loop), [&](const ir::Node& node, const Place& here) {
        if (const ir::Guard* guard = std::get_if<ir::Guard>(&node.node)) {
            for (const ir::Index& condition : guard->conditions) bounds.narrow(condition, here);
        } else if (const ir::Store* store = std::get_if<ir::Store>(&node.node)) {
            ir::for_each_load(store->value, [&](const ir::Access& access) { bounds.narrow(access, here); });
        }
    });
    return bounds;
}

/// The iterations from `start` on, `extent` of them, as a loop from 0.
void append_part(ir::Block& parts, const ir::Loop& loop, std::int64_t start, std::int64_t extent) {
    if (extent <= 0) return;
    const ir::Index shifted = ir::Index::variable(loop.variable) + start;
    parts.push_back({ir::Loop{loop.variable, extent, loop.kind,
                              start == 0 ? loop.body : ir::substitute(loop.body, loop.variable, shifted)}});
}

Fitted<ir::Block> parts_of(const ir::LoopNest& nest, const ir::Loop& loop, const Place& place) {
    const std::string& name = name_of(nest, loop.variable);
    if (loop.extent.kind != ir::Extent::Kind::constant) return NotApplicable{"extent not constant", "loop " + name};
    if (loop.kind == ir::LoopKind::parallel) return NotApplicable{"parallel loop", name + " would run in several parts"};
    const Bounds bounds = bounds_of(nest, loop, place);
    const auto [low, high] = bounds.middle;
    if (low > high) {
        return NotApplicable{"no iteration without guards", "in each of " + name + " some condition may fail"};
    }
    ir::Block parts;
    append_part(parts, loop, 0, low);
    append_part(parts, loop, low, high - low + 1);
    append_part(parts, loop, high + 1, loop.extent.value - 1 - high);
    return parts;
}

}  // namespace

Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Partition& step) {
    SAKU_TRY(variable, loop_named(nest, step.loop));
    SAKU_TRY(body, change_loops(nest.body, variable, [&](const ir::Loop& loop, const Place& place) {
                 return parts_of(nest, loop, place);
             }));
    ir::LoopNest result = nest;
    result.body = ir::tidy(result, body, {}, true);
    return result;
}

}  // namespace saku::schedules
