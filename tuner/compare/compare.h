// How good is the static choice? Its predictions beside measured times, its pick beside what measuring finds.
//
//   samples    random: uniform over the ids that pass the gates; near: predicted within 1.5 times the best prediction,
//              at least a third of them. All are measured in two passes, the second in another order; in a pass,
//              those that are built together (`at_once`) take turns; the mean of the passes counts.
//   picks      the static pick, the eight best predictions, the fastest samples and the profiled winner are timed again
//              in turns, and only these times are compared with each other.
//
// The correlation of the two passes is the noise ceiling: no prediction can agree with a measurement better than the
// measurement agrees with itself.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "tuner/compare/passes.h"
#include "tuner/profile/profile.h"
#include "tuner/tune.h"

namespace saku::tuner {

enum class Origin : std::uint8_t { random, near };
[[nodiscard]] const char* name_of(Origin origin);

struct Sample {
    Id id = 0;
    Origin origin = Origin::random;
    double predicted_seconds = 0;
    double first_seconds = 0;  ///< measured in the first pass; of several measurements the mean of their first passes
    double second_seconds = 0;
    /// The mean of both passes: minutes apart, a core may be in another state, which users meet as well.
    [[nodiscard]] double measured() const { return (first_seconds + second_seconds) / 2; }
    [[nodiscard]] bool has_times() const { return first_seconds > 0 && second_seconds > 0; }
};

/// Agreement of predicted and measured times over all samples.
struct Agreements {
    double spearman = 0;
    double spearman_near = 0;
    double spearman_best_quartile = 0;  ///< over the fastest quarter by measured time
    double kendall = 0;
    double mape = 0;                 ///< mean absolute error, a fraction of the measured time
    double median_error_random = 0;  ///< the median of the same over samples of one origin
    double median_error_near = 0;
    double noise_ceiling = 0;  ///< Spearman of the two passes
    double noise_ceiling_best_quartile = 0;
};
[[nodiscard]] Agreements agreements(const std::vector<Sample>& samples);

struct CompareOptions {
    std::size_t samples = 96;
    std::size_t at_once = 8;        ///< samples that are built together and timed in turns: slow changes meet all alike
    int rounds = 9;                 ///< of a pass: times that each sample is timed
    TuneOptions tuning = {};        ///< static; how many it reports is decided here
    ProfileOptions profiling = {};  ///< trials 0: no measured tuning
};

/// How `compare` times its samples.
[[nodiscard]] PassOptions pass_options(const CompareOptions& options);

struct Comparison {
    std::string op;
    std::string target;
    int threads = 1;
    Id space_size = 0;
    std::vector<Sample> samples = {};
    std::map<std::string, std::size_t> failed = {};  ///< samples without a time, by status
    Agreements agreement = {};
    double top1_ratio = 0;  ///< best time anywhere / that of the static pick
    double top8_ratio = 0;  ///< best time anywhere / best of the eight best predictions
    double static_tuning_seconds = 0;
    double static_seconds = 0;  ///< the pick's time
    double static_predicted = 0;
    std::optional<Id> static_id = {};  ///< none for a kept measurement
    double profiled_tuning_seconds = 0;
    std::size_t profiled_trials = 0;
    double profiled_seconds = 0;  ///< the winner's time; 0: nothing was profiled, or nothing worked
    std::vector<Progressed> profiled_progress = {};
    double seconds = 0;  ///< wall time of all of it
};

/// NotApplicable: "no legal schedule", "nothing could be measured". Errors: of tuning and measuring.
[[nodiscard]] Result<Fitted<Comparison>> compare(const ir::Operator& op, const targets::Machine& machine,
                                                 const CompareOptions& options);

}  // namespace saku::tuner
