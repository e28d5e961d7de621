// Indices as numbers in the arithmetic of a kernel.
#pragma once

#include "targets/llvm/frame.h"

namespace saku::targets {

/// The index as a float, lane by lane.
[[nodiscard]] llvm::Value* index_number(Frame& frame, const ir::Index& index, const Lanes& lanes);

}  // namespace saku::targets
