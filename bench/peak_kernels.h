// The loops behind bench/peak.h, which alone are compiled for this very machine.
#pragma once

#include <cstddef>

namespace saku::bench {

/// Single-precision operations of one call of `multiply_adds`.
[[nodiscard]] double multiply_add_flops();
void multiply_adds();

/// `count` must be a multiple of 64, the arrays begin on cache lines.
void copy_lines(const float* from, float* to, std::size_t count);

}  // namespace saku::bench
