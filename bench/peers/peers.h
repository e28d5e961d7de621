// The libraries and the plain loops that saku is measured against.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "bench/contender.h"

namespace saku::bench {

/// Matrix products: sgemm, a call a batch, and sgemv for single rows and columns. It has no interface for packed
/// weights in this version, so it packs in every call.
[[nodiscard]] Contender openblas();

/// Everything the library has a primitive for, with activations in the layout it likes best (channels in blocks) and
/// weights in its preferred format, reordered once: inner product for products with weights, convolution, pooling,
/// eltwise, binary, reduction. Conversions of activations are outside the timed part.
[[nodiscard]] Contender onednn();

/// The same library through its other doors: matmul for matrix products (batched ones, too), convolution and pooling on
/// activations as the operator has them; weights in its preferred format.
[[nodiscard]] Contender onednn_plain();

/// The loops of the definition in C, compiled by clang with -O3 -march=native (no fast-math) when the problem is
/// prepared; the sum of an element in a local variable. One thread.
[[nodiscard]] Contender plain_c();

/// Environment variables that the libraries read when they are loaded: so many threads each, and OpenBLAS's AVX-512
/// kernels where the CPU has AVX-512 (it does not know newer CPUs and would fall back to its AVX2 ones).
[[nodiscard]] std::vector<std::pair<std::string, std::string>> peer_environment(int threads);

}  // namespace saku::bench
