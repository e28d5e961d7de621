// Trials: schedules to be measured, and what came of them. A trial runs in a process of its own, so that its status can
// also be "crashed" or "timed out".
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "schedules/schedule.h"

namespace saku::tuner {

enum class TrialStatus : std::uint8_t { measured, wrong, refused, crashed, timed_out };
/// By value: "measured", "wrong", "refused", "crashed", "timed out".
[[nodiscard]] const std::vector<std::string>& trial_status_names();
[[nodiscard]] const std::string& name_of(TrialStatus status);

struct TrialOutcome {
    TrialStatus status = TrialStatus::refused;
    std::string detail = {};           ///< why it was not measured
    std::vector<double> samples = {};  ///< seconds per call, in the order taken; empty unless measured
};

constexpr int timing_series = 3;

/// Schedules to be built in parallel, then checked and timed one at a time: round by round, each once a round.
struct TrialRequest {
    std::vector<schedules::Schedule> schedules = {};
    int rounds = 5;
    double sample_seconds = 0.01;  ///< of one sample
    double limit_seconds = 10;     ///< for building, for checking and for each sample
    int jobs = 1;                  ///< builds at once
    int series = 0;                ///< below `timing_series`: in the same round of the same series, in the same pages
};

/// The one in the middle, of an even number the mean of the two; 0 of none.
[[nodiscard]] double median(std::vector<double> values);

/// In the order of the request's schedules. Errors: the measuring process cannot be started, or ended.
using MeasureTrials = std::function<Result<std::vector<TrialOutcome>>(const TrialRequest&)>;

[[nodiscard]] Json to_json(const TrialRequest& request);
[[nodiscard]] Result<TrialRequest> trial_request_from(const std::string& text, const std::string& where);
[[nodiscard]] Json to_json(const std::vector<TrialOutcome>& outcomes);
[[nodiscard]] Result<std::vector<TrialOutcome>> trial_outcomes_from(const std::string& text, const std::string& where);

}  // namespace saku::tuner
