// Loops that run: trip counts from guards, and interiors without tests.
#pragma once

#include "targets/llvm/frame.h"

namespace saku::targets {

/// Emits a serial loop. A guard on the loop's variable that is the whole body becomes a bound on the trip count; of
/// loops around copies, the iterations in which nothing is padded or masked become a loop of their own.
void emit_serial_loop(Frame& frame, const ir::Loop& loop);

}  // namespace saku::targets
