// The problems as primitives of oneDNN. All of them throw dnnl::error where the library refuses.
#pragma once

#include "bench/peers/onednn_primitive.h"
#include "bench/problem.h"

namespace saku::bench {

using MaybePrepared = Fitted<std::unique_ptr<Prepared>>;

/// free: inner product for weights that are not transposed as well as those that are; plain: matmul.
[[nodiscard]] MaybePrepared onednn_gemm(const Gemm& gemm, const Operands& operands, Activations activations);
[[nodiscard]] MaybePrepared onednn_convolution(const Conv& conv, const Operands& operands, Activations activations);
/// free: blocks of as many channels as a vector register has lanes.
[[nodiscard]] MaybePrepared onednn_pooling(const Pool& pool, const Operands& operands, Activations activations);
/// These have one form only, which counts as free.
[[nodiscard]] MaybePrepared onednn_elementwise(const Elementwise& elementwise, const Operands& operands,
                                               Activations activations);
[[nodiscard]] MaybePrepared onednn_reduction(const RowReduction& reduction, const Operands& operands,
                                             Activations activations);

}  // namespace saku::bench
