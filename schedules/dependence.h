// Which iterations touch the same elements, and may therefore not change their order or run at once.
//
// Two accesses are compared under two iterations of the loops in question: for each subscript, the difference of the
// two values must be zero when both touch one element. A coefficient larger than all that the rest of the difference can
// reach forces its variable to be equal in both iterations (as in 8*i_o + i_i with i_i < 8); floor(x/d) and x mod d
// together force x. When every loop in question is forced, different iterations touch different elements.
//
// What it does not know: guards (two accesses under conditions that exclude each other count as both happening),
// subscripts of run-time extent, and values (two stores of the same value count as a conflict).
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "ir/loop_nest.h"
#include "schedules/place.h"

namespace saku::schedules {

enum class Sharing : std::uint8_t {
    nothing,          ///< every buffer counts
    private_scratch,  ///< scratch that each iteration writes before it reads it counts as its own
};

/// May the iterations of `loop` run in any order, or all at once? "iterations depend on each other" when not.
[[nodiscard]] Fitted<Done> iterations_are_independent(const ir::LoopNest& nest, const ir::Loop& loop, Sharing sharing);

/// May the loops of a chain be run in any order of nesting? `body` is what the innermost holds; only the loops of
/// `moved` change places. Updates of the same kind commute, as long as the iteration that starts a reduction (`first`)
/// stays the first. "a dependence would be broken" when not.
[[nodiscard]] Fitted<Done> loops_may_change_places(const ir::LoopNest& nest, const std::vector<LoopHead>& moved,
                                                   const ir::Block& body);

/// Do different values of `variables` give different elements? The variables in `running` take any value in both
/// iterations, all others are the same in both.
[[nodiscard]] bool touches_distinct_elements(const ir::Access& access, const std::vector<ir::VarId>& variables,
                                             const std::vector<LoopHead>& running);

}  // namespace saku::schedules
