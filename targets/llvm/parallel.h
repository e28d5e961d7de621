// Parallel loops: the body becomes a function that saku_parallel_for calls for each iteration.
#pragma once

#include "targets/llvm/frame.h"

namespace saku::targets {

/// Outlines the loop's body and calls the runtime; its error code is kept in `<name>.status`. Only outside other
/// parallel loops.
void emit_parallel_loop(Frame& frame, const ir::Loop& loop);

/// The base pointer of every buffer of the nest in a function, from its arguments: `arguments` by BufferId for scope
/// arg (null where a packed operand stands in) and packed (pointing at the header); workspace places are added to
/// `workspace`. `worker` (i64) picks the private part; null outside parallel bodies.
void set_bases(Frame& frame, const std::vector<llvm::Value*>& arguments, llvm::Value* workspace, llvm::Value* worker);

}  // namespace saku::targets
