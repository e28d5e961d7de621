#include "schedules/loop_kind.h"

#include <algorithm>
#include <utility>

#include "ir/walk.h"
#include "schedules/dependence.h"
#include "schedules/names.h"
#include "schedules/place.h"

namespace saku::schedules {

namespace {

constexpr std::int64_t most_unrolled = 256;
constexpr std::int64_t most_lanes = 64;

bool holds_loop(const ir::Block& block, const std::function<bool(const ir::Loop&)>& wanted) {
    bool found = false;
    ir::walk(block, [&](const ir::Node& node) {
        const ir::Loop* loop = std::get_if<ir::Loop>(&node.node);
        found = found || (loop != nullptr && wanted(*loop));
    });
    return found;
}

ir::Block with_kind(const ir::Loop& loop, ir::LoopKind kind) {
    ir::Block block;
    block.push_back({ir::Loop{loop.variable, loop.extent, kind, loop.body}});
    return block;
}

Fitted<Done> has_constant_extent(const ir::LoopNest& nest, const ir::Loop& loop, std::int64_t most) {
    if (loop.extent.kind != ir::Extent::Kind::constant) {
        return NotApplicable{"extent not constant", "loop " + name_of(nest, loop.variable)};
    }
    if (loop.extent.value > most) {
        return NotApplicable{"too many iterations", name_of(nest, loop.variable) + " has " +
                                                        std::to_string(loop.extent.value) + ", at most " +
                                                        std::to_string(most)};
    }
    return Done{};
}

/// Changes the kind of every loop over the variable that `fits`.
template <class Fits>
Fitted<ir::LoopNest> change_kind(const ir::LoopNest& nest, const std::string& name, ir::LoopKind kind, Fits fits) {
    SAKU_TRY(variable, loop_named(nest, name));
    SAKU_TRY(body, change_loops(nest.body, variable, [&](const ir::Loop& loop, const Place& place) -> Fitted<ir::Block> {
                 if (loop.kind == kind) return with_kind(loop, kind);
                 if (loop.kind != ir::LoopKind::serial) {
                     return NotApplicable{"not a serial loop", name + " is already " + to_string(loop.kind)};
                 }
                 SAKU_TRY_DONE(fits(loop, place));
                 return with_kind(loop, kind);
             }));
    ir::LoopNest result = nest;
    result.body = std::move(body);
    return result;
}

}  // namespace

Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Unroll& step) {
    return change_kind(nest, step.loop, ir::LoopKind::unrolled,
                       [&](const ir::Loop& loop, const Place&) { return has_constant_extent(nest, loop, most_unrolled); });
}

Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Vectorize& step) {
    const auto fits = [&](const ir::Loop& loop, const Place& place) -> Fitted<Done> {
        SAKU_TRY_DONE(has_constant_extent(nest, loop, most_lanes));
        bool only_stores = true;
        ir::walk(loop.body, [&](const ir::Node& node) {
            only_stores = only_stores && (std::holds_alternative<ir::Store>(node.node) ||
                                          std::holds_alternative<ir::Guard>(node.node));
        });
        if (!only_stores) {
            return NotApplicable{"not an innermost loop", "the body of " + step.loop + " holds more than stores and guards"};
        }
        return iterations_are_independent(nest, loop, place, Sharing::nothing);
    };
    return change_kind(nest, step.loop, ir::LoopKind::vector, fits);
}

Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Parallelize& step) {
    const auto fits = [&](const ir::Loop& loop, const Place& place) -> Fitted<Done> {
        const auto is_parallel = [](const auto& any) { return any.kind == ir::LoopKind::parallel; };
        if (std::any_of(place.loops.begin(), place.loops.end(), is_parallel) || holds_loop(loop.body, is_parallel)) {
            return NotApplicable{"parallel loops nested", "there is one around or inside " + step.loop};
        }
        if (std::any_of(place.loops.begin(), place.loops.end(),
                        [](const LoopHead& head) { return head.kind != ir::LoopKind::serial; })) {
            return NotApplicable{"not under serial loops", "a loop around " + step.loop + " is vector or unrolled"};
        }
        return iterations_are_independent(nest, loop, place, Sharing::private_scratch);
    };
    return change_kind(nest, step.loop, ir::LoopKind::parallel, fits);
}

}  // namespace saku::schedules
