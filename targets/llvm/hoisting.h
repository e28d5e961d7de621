// Loads that a loop repeats in every iteration: worth doing once before it, or too many for the registers?
//
// LLVM moves every load out of a loop that the loop does not change, and whatever does not fit into registers goes to
// the stack: it is stored there when the loop begins, and loaded again in each iteration as it would have been anyway.
#pragma once

#include "ir/loop_nest.h"
#include "targets/llvm/plan.h"

namespace saku::targets {

/// Vectors that straight code in the loop's body keeps in registers if its unchanging loads stay there as well:
/// accumulators, loads that the loop does not move, and two operands on their way. 0 where loops run inside, and where
/// reads are padded: their tests and addresses are worth more than the loads.
[[nodiscard]] double vectors_to_hold(const ir::LoopNest& nest, const EmissionPlan& plan, const ir::Loop& loop);

}  // namespace saku::targets
