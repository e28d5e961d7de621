// Measured tuning over the same space as static tuning: the honest competitor.
//
// A quarter of the trials are uniformly random candidates, the rest come from an evolution strategy on measured times.
// The gates that keep out what cannot run well at all (registers, scratch memory, size of the code) apply as in static
// tuning; predicted times take no part in the choice. The fastest few are timed again in turns at the end: the best of
// many noisy times is partly luck.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "tuner/evaluate.h"
#include "tuner/explore.h"
#include "tuner/profile/trial.h"

namespace saku::tuner {

/// One measured candidate.
struct Trial {
    Id id = 0;
    schedules::Schedule schedule = {};
    double predicted_seconds = 0;
    TrialOutcome outcome = {};
    double measured_seconds = 0;  ///< median of the samples; 0 unless measured
};

/// After so many seconds of tuning, the best kernel known took so long.
struct Progressed {
    double tuning_seconds = 0;
    double best_seconds = 0;
};

struct ProfileOptions {
    std::size_t trials = 64;
    std::uint64_t seed = 0;
    std::size_t batch = 8;        ///< candidates that are built and measured together
    TrialRequest measuring = {};  ///< all but the schedules
    MeasureTrials measure = {};
    /// Called for every trial once it is over; an error ends profiling.
    std::function<Result<Done>(const Trial&)> log = {};
    Progress progress = {};
};

struct ProfileResult {
    std::vector<Trial> trials = {};                  ///< in the order made
    std::map<std::string, std::size_t> failed = {};  ///< trials without a time, by status
    std::vector<Trial> best = {};           ///< the fastest few, timed again; fastest first; empty: none worked
    std::vector<Progressed> progress = {};  ///< at each improvement
    double seconds = 0;                     ///< wall time of all of it
    bool interrupted = false;
};

/// Errors: those of `measure` and `log`.
[[nodiscard]] Result<ProfileResult> profile(const Pricer& pricer, const ProfileOptions& options);

/// Measures schedules in batches of `batch`; outcomes in their order.
[[nodiscard]] Result<std::vector<TrialOutcome>> measure_in_batches(const std::vector<schedules::Schedule>& schedules,
                                                                   const TrialRequest& measuring, std::size_t batch,
                                                                   const MeasureTrials& measure,
                                                                   const std::function<bool(std::size_t)>& done = {});

}  // namespace saku::tuner
