// Masks whose lanes LLVM does not get to know.
#pragma once

#include "targets/llvm/frame.h"

namespace saku::targets {

/// A constant mask as a value that stays in a mask register, on targets that have some; other masks as they are. LLVM
/// turns the choice between shuffled lanes and zeros by a constant into a further shuffle or a logical operation, where
/// one by a mask register is part of the shuffle before.
[[nodiscard]] llvm::Value* opaque_mask(Frame& frame, llvm::Value* mask);

}  // namespace saku::targets
