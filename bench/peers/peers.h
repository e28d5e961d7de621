// The libraries and the plain loops that saku is measured against, each single-threaded.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "bench/contender.h"

namespace saku::bench {

/// sgemm. It has no interface for packed weights in this version, so it packs in every call.
[[nodiscard]] Contender openblas();

/// Inner product for matrix products, convolution with channel-blocked activations of its own choice; weights in its
/// preferred format, reordered once. Conversions of activations are outside the timed part.
[[nodiscard]] Contender onednn();

/// The same library through its other doors: matmul for matrix products, convolution with plain NCHW activations;
/// weights in its preferred format.
[[nodiscard]] Contender onednn_plain();

/// The loops of the definition in C, compiled by clang with -O3 -march=native (no fast-math) when the problem is
/// prepared; the sum of an element in a local variable.
[[nodiscard]] Contender plain_c();

/// Environment variables that the libraries read when they are loaded: one thread each, and OpenBLAS's AVX-512 kernels
/// where the CPU has AVX-512 (it does not know newer CPUs and would fall back to its AVX2 ones).
[[nodiscard]] std::vector<std::pair<std::string, std::string>> peer_environment();

}  // namespace saku::bench
