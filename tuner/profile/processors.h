// Processors that a kernel for one thread is timed on, in turns.
//
// For minutes at a time, one of two cores of a rented Zen 5 machine reads 8 MB out of L3 a fifth more slowly than the
// other where code does not prefetch, and alike where it does; later it may be the other one. A time from one of them
// would be its luck.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace saku::tuner {

/// The one that the thread is on first; the others are processors it may use, spread evenly over those that are alike
/// as far as the system says (outermost cache shared, highest clock, capacity). At least one, at most `most`, which is
/// >= 1.
[[nodiscard]] std::vector<int> alike_processors(std::size_t most,
                                                const std::string& system = "/sys/devices/system/cpu");

}  // namespace saku::tuner
