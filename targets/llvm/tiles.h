// Register tiles: buffers of scope `registers` as vectors that LLVM keeps in registers.
#pragma once

#include "targets/llvm/frame.h"

namespace saku::targets {

/// Makes one stack slot a vector of every register buffer at the function's start; SROA turns them into values.
void allocate_tiles(Frame& frame);

/// The elements of a register buffer that the lanes name. Resolved indices must be constant apart from the lanes.
[[nodiscard]] llvm::Value* read_tile(Frame& frame, const ir::Access& access, const Lanes& lanes);

/// Writes them; with a mask, only its lanes.
void write_tile(Frame& frame, const ir::Access& access, const Lanes& lanes, llvm::Value* value, llvm::Value* mask);

/// Leaves the elements of a register buffer undefined: nothing of them has to be kept any longer.
void forget_tile(Frame& frame, ir::BufferId id);

/// Finishes writes that wait for more columns of a transposed block. Called before control flow and at its end.
void flush_transposed(Frame& frame);

}  // namespace saku::targets
