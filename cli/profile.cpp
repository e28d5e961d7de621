// saku profile: tuning by measuring, over the same schedules as static tuning.
#include <memory>

#include "base/json.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/format.h"
#include "cli/pins.h"
#include "cli/price_report.h"
#include "cli/text_table.h"
#include "cli/trials.h"
#include "costmodel/coefficients.h"
#include "frontends/operator_from.h"
#include "schedules/json.h"
#include "tuner/space.h"

namespace saku::cli {
namespace {

struct ProfileArguments {
    std::string op;
    TargetOptions target;
    TrialOptions trial;
    std::size_t trials = 0;
    std::uint64_t seed = 0;
    std::vector<std::string> pins;
    bool json = false;
};

struct Profiled {
    std::string op;
    std::string target;
    std::string calibration;  ///< fingerprint; empty: none
    int threads = 1;
    double flops = 0;
    tuner::ProfileResult result;
};

Json trial_json(const tuner::Trial& trial, const tuner::Space& space, double flops) {
    return {{"id", std::to_string(trial.id)},
            {"choices", tuner::to_text(space, trial.id)},
            {"schedule", schedules::to_json(trial.schedule)},
            {"predicted_seconds", trial.predicted_seconds},
            {"measured_seconds", trial.measured_seconds},
            {"gflops", flops / trial.measured_seconds * 1e-9}};
}

std::string as_json(const ProfileArguments& arguments, const Profiled& profiled, const tuner::Space& space) {
    const tuner::ProfileResult& result = profiled.result;
    Json progress = Json::array();
    for (const tuner::Progressed& each : result.progress) progress.push_back({each.tuning_seconds, each.best_seconds});
    Json json{{"schema", 1},
              {"op", profiled.op},
              {"target", profiled.target},
              {"threads", profiled.threads},
              {"seed", arguments.seed},
              {"space_size", space.ids.numbering.size},
              {"trials", result.trials.size()},
              {"failed", result.failed},
              {"tuning_seconds", result.seconds},
              {"best", nullptr},
              {"top", Json::array()},
              {"progress", std::move(progress)}};
    add_calibration(json, profiled.calibration);
    for (const tuner::Trial& trial : result.best) json["top"].push_back(trial_json(trial, space, profiled.flops));
    if (!result.best.empty()) json["best"] = json["top"].front();
    return to_text(json);
}

std::string failures(const tuner::ProfileResult& result) {
    std::string text;
    for (const auto& [status, count] : result.failed)
        text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + status;
    return text;
}

std::string as_text(const Profiled& profiled, const tuner::Space& space) {
    const tuner::ProfileResult& result = profiled.result;
    std::string text = profiled.op + " on " + machine_text(profiled.target, profiled.calibration) + ", " +
                       counted(profiled.threads, "thread") + "\n  " +
                       counted(static_cast<long long>(result.trials.size()), "trial") + " in " +
                       duration(result.seconds) + (result.failed.empty() ? "" : ": " + failures(result)) + "\n";
    TextTable table({0, 1, 2});
    for (const tuner::Trial& trial : result.best)
        table.row({duration(trial.measured_seconds), fixed(profiled.flops / trial.measured_seconds * 1e-9, 1) + " GF/s",
                   duration(trial.predicted_seconds) + " predicted", tuner::to_text(space, trial.id)});
    text += table.text("  ");
    if (!result.best.empty()) text += indented(schedules::to_text(result.best.front().schedule));
    return text;
}

Result<Outcome> run(const ProfileArguments& arguments, Session& session) {
    SAKU_TRY(op, frontends::operator_from(arguments.op));
    SAKU_TRY(target, resolve(arguments.target));
    SAKU_TRY(pinned, parse_pins(arguments.pins));
    SAKU_TRY_DONE(check_runs_here(target.machine));
    SAKU_TRY(space, tuner::make_space(op, target.machine, {.threads = target.threads, .pinned = pinned}));
    SAKU_TRY(coefficients, costmodel::built_in_coefficients());
    SAKU_TRY(measure, measuring_process(op, arguments.op, target, arguments.target));
    const tuner::Pricer pricer = tuner::pricer_for(space, target.machine, coefficients, target.threads);
    Profiled profiled{.op = ir::shorthand(op),
                      .target = target.machine.name,
                      .calibration = target.machine.calibration,
                      .threads = target.threads,
                      .flops = ir::flops(op),
                      .result = {}};
    session.progress.subject(profiled.op);
    Outcome outcome;
    TrialLog log(profiled.op, target, outcome.diagnostic);
    tuner::ProfileOptions options = profile_options(op, arguments.target, arguments.trial);
    options.trials = arguments.trials;
    options.seed = arguments.seed;
    options.measure = measure;
    const auto note = [&session, &log] {
        session.files.note(log.kept_text() + "; nothing else is, and the same command begins anew");
    };
    note();
    options.log = [&log, note](const tuner::Trial& trial) {
        auto kept = log.keep(trial);
        note();
        return kept;
    };
    options.progress = [&session](double fraction, const std::string& stage) {
        session.progress.report(fraction, stage);
        return true;
    };
    SAKU_TRY(result, tuner::profile(pricer, options));
    profiled.result = std::move(result);
    if (profiled.result.best.empty()) {
        const std::string why = failures(profiled.result);
        outcome.exit = Exit::no;
        outcome.diagnostic += "saku: no candidate of " + profiled.op + " could be measured" +
                              (why.empty() ? ": none is legal" : ": " + why) + "\n";
    }
    outcome.output = arguments.json ? as_json(arguments, profiled, space) : as_text(profiled, space);
    return outcome;
}

}  // namespace

void add_profile(CLI::App& app, Command& chosen) {
    CLI::App* command = app.add_subcommand("profile", "find a good schedule by measuring many, on this computer");
    auto arguments = std::make_shared<ProfileArguments>();
    constexpr int most_trials = 1'000'000;
    command->add_option("op", arguments->op, "operator: name:key=value,... or a file")->required();
    command->add_option("--trials", arguments->trials, "how many candidates to measure")
        ->check(integer_between(1, most_trials))
        ->required();
    add_target_options(*command, arguments->target);
    command->add_option("--seed", arguments->seed, "of the random numbers; default 0")
        ->check(integer_between(0, std::numeric_limits<std::int64_t>::max()));
    add_pins(*command, arguments->pins);
    add_trial_options(*command, arguments->trial);
    command->add_flag("--json", arguments->json, "one JSON object instead of text")->disable_flag_override();
    command->footer(
        "Random candidates first, then evolution on measured times. Each is built, checked and timed in a process of\n"
        "its own; every trial is logged in the tuning database ('saku db').\n"
        "Examples:\n"
        "  saku profile matmul:m=128,n=768,k=768 --trials 64 --threads 1\n"
        "  saku profile conv2d:c=64,h=56,w=56,k=64,r=3,s=3,pad=1 --trials 200 --threads 1 --json");
    command->callback(
        [&chosen, arguments] { chosen = [arguments](Session& session) { return run(*arguments, session); }; });
}

}  // namespace saku::cli
