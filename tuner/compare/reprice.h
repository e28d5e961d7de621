// Kept samples under a model: the same times beside other predictions, without measuring anything.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "costmodel/coefficients.h"
#include "costmodel/cost.h"
#include "targets/machine.h"
#include "tuner/compare/measurement.h"
#include "tuner/evaluate.h"

namespace saku::tuner {

struct Repriced {
    std::vector<Sample> samples;         ///< those that the model prices, predictions set
    std::vector<costmodel::Cost> costs;  ///< of the same
    std::size_t rejected = 0;            ///< that do not pass the gates
};

[[nodiscard]] Repriced reprice(const Pricer& pricer, const std::vector<Sample>& samples);

/// Of the candidate that is predicted fastest: the best measured time / its own; 0 of none. Times are those of the faster
/// pass, so the best is partly luck.
[[nodiscard]] double top1_of(const std::vector<Sample>& samples);
/// The same with the fastest of the eight best predictions.
[[nodiscard]] double top8_of(const std::vector<Sample>& samples);

/// The kept measurement as a comparison with these predictions: agreements are of today, what was timed again at the
/// end (ratios, static, profiled) is of the day of the measurement.
[[nodiscard]] Comparison comparison_of(const KeptMeasurement& measurement, const Space& space,
                                       const Repriced& repriced);

}  // namespace saku::tuner
