// Schedules worth looking at first: what a person who knows the closed forms for matrix products would write down.
#pragma once

#include <vector>

#include "tuner/id_space.h"
#include "tuner/sketch.h"

namespace saku::tuner {

/// For each sketch: every vector count with the tallest tile that fits the registers and the tallest that wastes least
/// of the axis, reductions whole or in blocks of about 256 iterations, operands packed as late or as early as the
/// sketch can; with several threads, each side of the nest that they may divide, in about a block for each of
/// them, and not divided at all. Canonical, ascending, distinct.
/// Source of the rules: Low, Igual, Smith and Quintana-Orti, "Analytical modeling is enough for high-performance BLIS",
/// ACM TOMS 2016 (tiles that cover the latency of the multiply-adds; blocks that leave the panels in L1).
[[nodiscard]] std::vector<Id> seeds(const std::vector<Sketch>& sketches, const IdSpace& space, int threads);

}  // namespace saku::tuner
