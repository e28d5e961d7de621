// exp as straight vector code: kernels call no function of the C library.
#pragma once

#include "targets/llvm/frame.h"

namespace saku::targets {

/// e^x in every lane of an f32 value. Within 2 units in the last place of the exact result, subnormal results included;
/// 0 and inf where those are nearest; exp(-inf) = 0, exp(inf) = inf, NaN stays NaN.
[[nodiscard]] llvm::Value* exponential(Frame& frame, llvm::Value* x, const Lanes& lanes);

}  // namespace saku::targets
