// saku profile: tuning by measuring, over the same schedules as static tuning.
#include <memory>

#include "base/json.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/format.h"
#include "cli/pins.h"
#include "cli/profile_report.h"
#include "cli/trials.h"
#include "costmodel/coefficients.h"
#include "frontends/suite.h"
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

/// What is there should a signal come now, with `done` of `all` operators profiled.
std::string kept_text(const TrialLog& log, std::size_t done, std::size_t all) {
    const std::string operators =
        all == 1 ? ""
                 : std::to_string(done) + " of " + counted(static_cast<long long>(all), "operator") + " profiled, ";
    return operators + log.kept_text() + "; nothing else is, and the same command begins anew";
}

/// How many operators there are, and how many are done.
struct Part {
    std::size_t done = 0;
    std::size_t all = 1;
};

Result<Profiled> profiled(const ProfileArguments& arguments, const frontends::Task& task, const Target& target,
                          Part part, Session& session, std::string& diagnostic) {
    const ir::Operator& op = task.op;
    SAKU_TRY(pinned, parse_pins(arguments.pins));
    SAKU_TRY(space, tuner::make_space(op, target.machine, {.threads = target.threads, .pinned = pinned}));
    SAKU_TRY(coefficients, costmodel::built_in_coefficients());
    SAKU_TRY(measure, measuring_process(op, task.text, target, arguments.target));
    const tuner::Pricer pricer = tuner::pricer_for(space, target.machine, coefficients, target.threads);
    Profiled made{.op = ir::shorthand(op),
                  .count = task.count,
                  .failure = {},
                  .target = target.machine.name,
                  .calibration = target.machine.calibration,
                  .threads = target.threads,
                  .seed = arguments.seed,
                  .flops = ir::flops(op),
                  .space_size = space.ids.numbering.size,
                  .result = {},
                  .choices = {}};
    TrialLog log(made.op, target, diagnostic);
    tuner::ProfileOptions options = profile_options(op, arguments.target, arguments.trial);
    options.trials = arguments.trials;
    options.seed = arguments.seed;
    options.measure = measure;
    const auto note = [&session, &log, part] { session.files.note(kept_text(log, part.done, part.all)); };
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
    made.result = std::move(result);
    for (const tuner::Trial& trial : made.result.best) made.choices.push_back(tuner::to_text(space, trial.id));
    if (made.result.best.empty()) made.failure = unmeasured_text(made.result);
    return made;
}

Result<Outcome> profile_single(const ProfileArguments& arguments, const frontends::Task& task, const Target& target,
                               Session& session) {
    Outcome outcome;
    session.progress.subject(ir::shorthand(task.op));
    SAKU_TRY(row, profiled(arguments, task, target, {}, session, outcome.diagnostic));
    if (!row.failure.empty()) {
        outcome.exit = Exit::no;
        outcome.diagnostic += "saku: " + row.op + ": " + row.failure + "\n";
    }
    outcome.output = arguments.json ? to_text(profile_json(row)) : profile_text(row);
    return outcome;
}

/// One after the other; an operator that fails does not keep the others from it.
Result<Outcome> profile_suite(const ProfileArguments& arguments, const frontends::Work& work, const Target& target,
                              Session& session) {
    Outcome outcome;
    std::vector<Profiled> rows;
    std::size_t failed = 0;
    for (const frontends::Task& task : work.tasks) {
        const std::string op = ir::shorthand(task.op);
        const Part part{.done = rows.size(), .all = work.tasks.size()};
        session.progress.subject("[" + std::to_string(part.done + 1) + "/" + std::to_string(part.all) + "] " + op);
        auto row = profiled(arguments, task, target, part, session, outcome.diagnostic);
        if (!row) ++failed;
        rows.push_back(row ? *std::move(row) : Profiled{.op = op, .count = task.count, .failure = row.error().text()});
        if (rows.back().failure.empty()) continue;
        outcome.exit = Exit::no;
        outcome.diagnostic += "saku: " + op + ": " + rows.back().failure + "\n";
    }
    // What is wrong with every one of them is wrong with the arguments.
    if (failed == rows.size()) return Error{.where = "", .what = rows.front().failure};
    outcome.output = arguments.json ? to_text(profile_suite_json(rows)) : profile_suite_text(rows);
    return outcome;
}

Result<Outcome> run(const ProfileArguments& arguments, Session& session) {
    SAKU_TRY(work, frontends::work_from(arguments.op));
    SAKU_TRY(target, resolve(arguments.target));
    SAKU_TRY_DONE(parse_pins(arguments.pins));
    SAKU_TRY_DONE(check_runs_here(target.machine));
    return work.is_suite ? profile_suite(arguments, work, target, session)
                         : profile_single(arguments, work.tasks.front(), target, session);
}

}  // namespace

void add_profile(CLI::App& app, Command& chosen) {
    CLI::App* command = app.add_subcommand("profile", "find a good schedule by measuring many, on this computer");
    auto arguments = std::make_shared<ProfileArguments>();
    constexpr int most_trials = 1'000'000;
    command->add_option("op", arguments->op, "operator: name:key=value,... or a file; or a suite of operators")
        ->required();
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
        "  saku profile conv2d:c=64,h=56,w=56,k=64,r=3,s=3,pad=1 --trials 200 --threads 1 --json\n"
        "  saku profile resnet50 --trials 200 --threads 1      every operator so many trials");
    command->callback(
        [&chosen, arguments] { chosen = [arguments](Session& session) { return run(*arguments, session); }; });
}

}  // namespace saku::cli
