// Times of samples: two passes, the second in another order, built again and in other pages.
//
// A time is the mean of a pass's rounds but for the fastest and the slowest. A median would take the more frequent of
// two states that a core can be in for seconds: on rented machines, 8 MB out of L3 without prefetches take 74 or 92 us.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "tuner/profile/profile.h"
#include "tuner/space.h"

namespace saku::tuner {

struct Sample;

struct PassOptions {
    MeasureTrials measure;
    TrialRequest request = {};  ///< what all have in common; rounds are those of a pass
    std::size_t at_once = 8;    ///< samples that are built together and timed in turns
};

/// Fraction of the passes that is done, and of which one it is.
using PassProgress = std::function<void(double fraction, const std::string& stage)>;

/// Sets both times of each sample; those that failed have none (0) in the pass in which they did. Gives how many
/// failed, by status. Errors: of measuring.
[[nodiscard]] Result<std::map<std::string, std::size_t>> measure_passes(std::vector<Sample>& samples,
                                                                        const Space& space, const PassOptions& options,
                                                                        Random& random, const PassProgress& progress);

}  // namespace saku::tuner
