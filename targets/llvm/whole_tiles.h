// Guards in straight code that the same branch can decide for all copies: is the tile whole?
//
// A masked tail has a test for each row or lane of the tile, in every tile, though only the last one needs them. One
// branch on the tile as a whole leaves the others free of tests; it also keeps the compiler from moving the work on a
// row behind the row's test, away from the loads that rows share. Padded reads are the same where a sum has no loop
// that runs; in one that does, what they test is worked out before it.
#pragma once

#include <optional>
#include <vector>

#include "targets/llvm/frame.h"

namespace saku::targets {

/// What must be >= 0 for every guard in `node` (unrolled and vector loops, guards, stores) to let all iterations
/// through and, `with_padding`, for every padded read to lie inside; conditions that are known to hold are left out.
/// Nothing where loops run in the node, where no guard depends on a loop that runs around it, where some copy's guard
/// never holds, or where there is too much code to have it twice.
[[nodiscard]] std::optional<std::vector<ir::Index>> whole_conditions(const Frame& frame, const ir::Node& node,
                                                                     bool with_padding);

}  // namespace saku::targets
