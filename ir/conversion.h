// Between the caller's layout of an argument and the one that a nest works on.
//
// Arguments with a free layout (`Buffer::plain`) are laid out anew before a kernel runs, and outputs laid back after
// it. Both directions are nests of their own, so that what interprets, verifies and emits nests does so for them too:
//
//     arg in: f32[1, 20, 7, 7] layout (d0%1, d1/16%2, d2%7, d3%7, d1%16) in free
//
//     conversion_to:    arg plain: f32[1, 20, 7, 7] in               arg laid_out: f32[1, 32, 7, 7] layout (..) out
//     conversion_from:  arg laid_out: f32[1, 20, 7, 7] layout (..) in    arg plain: f32[1, 20, 7, 7] out
//
// Padding (channels 20 to 31 above) is set to zero on the way in, so that all of the memory holds something, and left
// alone on the way back; gaps of strided layouts are never touched. Nests read and write no padding in between.
#pragma once

#include "ir/loop_nest.h"

namespace saku::ir {

/// From `plain` (buffer 0) to `laid_out` (buffer 1). `buffer` must have a plain layout.
[[nodiscard]] LoopNest conversion_to(const Buffer& buffer);

/// From `laid_out` (buffer 0) to `plain` (buffer 1).
[[nodiscard]] LoopNest conversion_from(const Buffer& buffer);

}  // namespace saku::ir
