// Loads whose lanes lie apart in a known pattern, as wide loads and shuffles (wide_loads.h plans them).
#pragma once

#include "targets/llvm/place.h"

namespace saku::targets {

/// The elements that the lanes read, where `mask` (null: all active ones) holds; other lanes give any value. Null when
/// the pattern is not known, or does not fit: then nothing has been emitted.
[[nodiscard]] llvm::Value* load_pattern(Frame& frame, const Place& place, const Lanes& lanes, llvm::Value* mask);

}  // namespace saku::targets
