// The mask kind of `tail`.
#pragma once

#include "base/result.h"
#include "ir/loop_nest.h"

namespace saku::schedules {

/// Stores to registers leave the guards that use `tile`; what they read is padded where it may lie outside.
[[nodiscard]] Fitted<ir::LoopNest> with_masked_tail(const ir::LoopNest& nest, ir::VarId tile);

}  // namespace saku::schedules
