// What the core can do at most, measured beside everything else.
#pragma once

namespace saku::bench {

/// Single-precision operations of one call of `fma_peak`.
[[nodiscard]] double fma_peak_flops();

/// Independent fused multiply-adds on the widest registers of the machine the program is built for, nothing else.
void fma_peak();

}  // namespace saku::bench
