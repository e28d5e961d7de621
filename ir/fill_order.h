// Scratch buffers that are filled from their first element to their last.
//
// A store of a whole vector may then write more than the elements it is for: what lies behind them is not in use yet,
// and is set by the stores that follow. Copies of rows that are no multiple of a vector long need no masks.
#pragma once

#include <vector>

#include "ir/loop_nest.h"

namespace saku::ir {

/// By BufferId: whether all stores to the workspace buffer are assignments that do not read it, each alone in serial
/// and unrolled loops around a vector loop, which pass through the same elements of memory, neighbour by neighbour from
/// the buffer's first on. Nothing reads the buffer before such loops have ended. False for buffers of other scopes.
[[nodiscard]] std::vector<bool> filled_in_order(const LoopNest& nest);

}  // namespace saku::ir
