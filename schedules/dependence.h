// Which iterations touch the same elements, and may therefore not change their order or run at once.
//
// Two accesses are compared as ir/equal_parts.h describes; when every loop in question is forced to be equal, different
// iterations touch different elements. What it does not know: run-time extents, and values (two stores of the same
// value count as a conflict).
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

/// May the iterations of `loop`, which stands at `place`, run in any order, or all at once? "iterations depend on each
/// other" or "scratch shared by iterations" when not.
[[nodiscard]] Fitted<Done> iterations_are_independent(const ir::LoopNest& nest, const ir::Loop& loop,
                                                      const Place& place, Sharing sharing);

/// May the loops of a chain be run in any order of nesting? `body` is what the innermost holds, in the guards that
/// stand between the loops; only the loops of `moved` change places. Updates of the same kind commute, as long as the
/// iteration that starts a reduction (`first`) stays the first. "a dependence would be broken" when not.
[[nodiscard]] Fitted<Done> loops_may_change_places(const ir::LoopNest& nest, const std::vector<LoopHead>& moved,
                                                   const ir::Block& body);

/// Do different values of `variables` give different elements? The variables in `running` take any value in both
/// iterations, all others are the same in both.
[[nodiscard]] bool touches_distinct_elements(const ir::Access& access, const std::vector<ir::VarId>& variables,
                                             const std::vector<LoopHead>& running);

}  // namespace saku::schedules
