#include "tuner/profile/trial_bench.h"

namespace saku::tuner {

Error TrialBench::ended() { return {.where = "", .what = "the measuring process ended: " + process_.stop()}; }

Result<TrialBench> TrialBench::start(const std::vector<std::string>& command) {
    SAKU_TRY(process, LineProcess::start(command));
    TrialBench bench(std::move(process));
    std::string line;
    if (bench.process_.channel().hear(line) != LineChannel::Heard::line) return bench.ended();
    return bench;
}

Result<std::vector<TrialOutcome>> TrialBench::run(const TrialRequest& request) {
    LineChannel& channel = process_.channel();
    std::string line;
    if (!channel.send(to_line(to_json(request))) || channel.hear(line) != LineChannel::Heard::line) return ended();
    SAKU_TRY(outcomes, trial_outcomes_from(line, "measuring process"));
    if (outcomes.size() != request.schedules.size())
        return Error{.where = "measuring process", .what = "answered for another number of schedules"};
    return outcomes;
}

}  // namespace saku::tuner
