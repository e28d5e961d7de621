// Loads and stores of arguments, packed operands and workspace.
#pragma once

#include "targets/llvm/frame.h"

namespace saku::targets {

/// The elements that the lanes read, as a float or a vector of them. Lanes outside `mask` (null: none) and inactive
/// lanes give any value, and nothing outside the buffer is touched for them. Padded reads outside the shape give the
/// pad.
[[nodiscard]] llvm::Value* load_memory(Frame& frame, const ir::Access& access, const Lanes& lanes, llvm::Value* mask);

/// Writes the lanes in `mask` (null: all active ones). Lanes that name the same element write in order.
void store_memory(Frame& frame, const ir::Access& access, const Lanes& lanes, llvm::Value* value, llvm::Value* mask);

/// Asks for the cache line of an element; never faults.
void prefetch_memory(Frame& frame, const ir::Access& access);

}  // namespace saku::targets
