// Iterations of a loop in which nothing is padded or masked.
#pragma once

#include <optional>

#include "targets/llvm/frame.h"

namespace saku::targets {

/// Of a loop with a short body (copies, element-wise work: no loop that runs inside): the iterations low .. high in
/// which every test of a padded read or guard that this loop moves holds, whatever the loops inside stand at. Emitted
/// as a loop of their own they need no tests. Nothing when no test would go away, or too few iterations are free of
/// them.
[[nodiscard]] std::optional<ir::Interval> interior_of(const Frame& frame, const ir::Loop& loop);

}  // namespace saku::targets
