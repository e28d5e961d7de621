// The measuring side: forks a process for each trial and lets them take turns.
//
//     request ─▶ fork, fork, …   build in parallel (at most `jobs` at once)
//                check           one at a time
//                sample, sample  one at a time, round by round
//
// A process that dies is "crashed", one that does not answer in time is killed and "timed out"; the others go on.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "tuner/profile/line_process.h"
#include "tuner/profile/trial.h"

namespace saku::tuner {

/// Which of its samples a candidate takes.
struct Turn {
    int series = 0;  ///< TrialRequest::series
    int round = 0;   ///< from 0
};

/// A built candidate, in its own process.
class Candidate {
public:
    virtual ~Candidate() = default;
    /// Empty when its results are right, else what is wrong.
    [[nodiscard]] virtual std::string check() = 0;
    /// Seconds of one call, over as many calls as fill `seconds`.
    [[nodiscard]] virtual double sample(double seconds, Turn turn) = 0;
};

/// Called in the trial's process.
using BuildCandidate = std::function<Fitted<std::unique_ptr<Candidate>>(const schedules::Schedule&)>;

/// Outcomes in the order of the request. The calling process must be safe to fork (LineProcess::fork).
[[nodiscard]] std::vector<TrialOutcome> run_trials(const TrialRequest& request, const BuildCandidate& build);

/// Answers requests, a line each, until the other side goes away. Says "ready" first.
void serve_trials(LineChannel& channel, const BuildCandidate& build);

}  // namespace saku::tuner
