// The asking side: a measuring process that is started once and asked many times.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "tuner/profile/line_process.h"
#include "tuner/profile/trial.h"

namespace saku::tuner {

class TrialBench {
public:
    /// `command` must end in `serve_trials` on its stdin and stdout; waits until it is ready. Error: it did not start.
    [[nodiscard]] static Result<TrialBench> start(const std::vector<std::string>& command);

    /// Error: the process ended.
    [[nodiscard]] Result<std::vector<TrialOutcome>> run(const TrialRequest& request);

private:
    explicit TrialBench(LineProcess process) : process_(std::move(process)) {}
    [[nodiscard]] Error ended();

    LineProcess process_;
};

}  // namespace saku::tuner
