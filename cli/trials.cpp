#include "cli/trials.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/hash.h"
#include "cli/arguments.h"
#include "cli/format.h"
#include "cli/serve_trials.h"
#include "cli/stored.h"
#include "targets/runs_here.h"
#include "tuner/database/trials.h"
#include "tuner/measure.h"
#include "tuner/profile/kernel_candidate.h"
#include "tuner/profile/trial_bench.h"

namespace saku::cli {

namespace {

/// Tells runs apart, in one database or after merging several; nothing depends on it.
std::string new_run() {
    const auto now = std::chrono::system_clock::now().time_since_epoch().count();
    return hex(fnv1a(std::to_string(now) + " " + std::to_string(getpid())));
}

}  // namespace

void add_trial_options(CLI::App& command, TrialOptions& options) {
    constexpr double longest = 3600;
    command
        .add_option("--limit", options.limit_seconds,
                    "seconds for building a candidate, for checking it, and for each sample; default 10")
        ->check(positive_number(longest));
}

Result<Done> check_runs_here(const targets::Machine& machine) {
    const auto here = targets::runs_here(machine.codegen);
    if (here) return Done{};
    return Error{.where = "--target " + machine.name,
                 .what = here.error().text() + "; expected a machine whose code runs here"};
}

Result<tuner::MeasureTrials> measuring_process(const ir::Operator& op, const std::string& text, const Target& target,
                                               const TargetOptions& options) {
    if (const auto measurable = tuner::check_measurable(op, {}); !measurable)
        return Error{.where = ir::shorthand(op), .what = measurable.error().text()};
    SAKU_TRY(bench, tuner::TrialBench::start({"/proc/self/exe", serve_trials_command, text, "--target",
                                              target_name(options), "--threads", std::to_string(target.threads)}));
    const auto shared = std::make_shared<tuner::TrialBench>(std::move(bench));
    return tuner::MeasureTrials([shared](const tuner::TrialRequest& request) { return shared->run(request); });
}

tuner::ProfileOptions profile_options(const ir::Operator& op, const TargetOptions& target, const TrialOptions& trials) {
    tuner::ProfileOptions options;
    options.batch = std::min<std::size_t>(8, tuner::most_alive(op));
    options.measuring.limit_seconds = trials.limit_seconds;
    options.measuring.jobs =
        target.jobs > 0 ? target.jobs : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    return options;
}

TrialLog::TrialLog(const std::string& op, const Target& target, std::string& diagnostic)
    : op_(op),
      machine_(target.machine.name),
      facts_(tuner::machine_facts(target.machine)),
      threads_(target.threads),
      run_(new_run()) {
    const std::optional<std::string> path = tuner::default_database_path();
    if (!path) return;
    auto database = tuner::Database::open(*path);
    if (database) {
        database_ = *std::move(database);
    } else {
        diagnostic += "saku: trials are not logged: " + database.error().text() + "\n";
    }
}

std::string TrialLog::kept_text() const {
    if (!database_) return "no trial was kept, as there is no database";
    return counted(number_, "trial") + " kept in the database ('saku db')";
}

Result<Done> TrialLog::keep(const tuner::Trial& trial) {
    if (!database_) return Done{};
    SAKU_TRY_DONE(tuner::keep(*database_, {.op = op_,
                                           .machine = machine_,
                                           .facts = facts_,
                                           .threads = threads_,
                                           .versions = versions_text(),
                                           .run = run_,
                                           .number = number_++,
                                           .id = std::to_string(trial.id),
                                           .schedule = trial.schedule,
                                           .predicted_seconds = trial.predicted_seconds,
                                           .measured_seconds = trial.measured_seconds,
                                           .status = trial.outcome.status,
                                           .detail = trial.outcome.detail}));
    return Done{};
}

}  // namespace saku::cli
