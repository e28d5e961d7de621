// saku compare: the static choice beside measured ones.
#include <filesystem>
#include <memory>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/compare_html.h"
#include "cli/compare_kept.h"
#include "cli/compare_report.h"
#include "cli/format.h"
#include "cli/kernel_files.h"
#include "cli/trials.h"
#include "frontends/suite.h"
#include "tuner/profile/kernel_candidate.h"

namespace saku::cli {
namespace {

struct CompareArguments {
    std::string op;
    TargetOptions target;
    TrialOptions trial;
    std::size_t samples = 96;
    std::size_t trials = 64;
    std::uint64_t seed = 0;
    StoreOptions store;
    std::string from;       ///< kept measurements; empty: measure
    std::string html_file;  ///< empty: none
    bool json = false;
};

tuner::CompareOptions options_for(const CompareArguments& arguments, const ir::Operator& op, const Target& target,
                                  Session& session) {
    tuner::CompareOptions options;
    options.samples = arguments.samples;
    options.profiling = profile_options(op, arguments.target, arguments.trial);
    options.profiling.trials = arguments.trials;
    options.at_once = tuner::most_alive(op);
    options.profiling.seed = arguments.seed;
    options.profiling.progress = [&session](double fraction, const std::string& stage) {
        session.progress.report(fraction, stage);
        return true;
    };
    options.tuning.threads = target.threads;
    options.tuning.seed = arguments.seed;
    options.tuning.jobs = options.profiling.measuring.jobs;
    return options;
}

Result<Compared> compared(const CompareArguments& arguments, const frontends::Task& task, const Target& target,
                          Session& session, std::string& diagnostic) {
    tuner::Circumstances by = circumstances_here(arguments.seed, arguments.samples, arguments.trials);
    by.calibration = target.machine.calibration;
    tuner::CompareOptions options = options_for(arguments, task.op, target, session);
    if (auto kept = kept_already(arguments.store, task.op, target, by)) {
        if (wants_more(arguments.store, *kept)) {
            SAKU_TRY(measure, measuring_process(task.op, task.text, target, arguments.target));
            options.profiling.measure = measure;
            const auto done = measure_more(arguments.store, *kept, options, by, session);
            if (!done) diagnostic += "saku: " + done.error().text() + "; what was kept stays as it was\n";
        }
        return beside_predictions(*kept, target);
    }
    Compared row{.op = ir::shorthand(task.op),
                 .failure = {},
                 .flops = ir::flops(task.op),
                 .result = {},
                 .calibration = target.machine.calibration};
    SAKU_TRY(measure, measuring_process(task.op, task.text, target, arguments.target));
    TrialLog log(row.op, target, diagnostic);
    options.profiling.measure = measure;
    options.profiling.log = [&log](const tuner::Trial& trial) { return log.keep(trial); };
    SAKU_TRY(found, tuner::compare(task.op, target.machine, options));
    if (!found) {
        row.failure = found.error().text();
        return row;
    }
    row.result = *std::move(found);
    SAKU_TRY_DONE(keep(arguments.store, task.op, target, row.result, by, session));
    return row;
}

Result<Done> write_page(const CompareArguments& arguments, const std::vector<Compared>& rows, Session& session) {
    if (arguments.html_file.empty()) return Done{};
    return session.files.write({{.path = arguments.html_file, .content = compare_html(rows)}});
}

/// What is there should a signal come now, with `done` of `all` operators compared.
std::string kept_text(const CompareArguments& arguments, std::size_t done, std::size_t all) {
    const std::string& folder = arguments.store.folder;
    if (folder.empty()) return "no comparison was kept: --store FOLDER keeps each, and goes on with what is missing";
    return std::to_string(done) + " of " + counted(static_cast<long long>(all), "operator") + " compared and kept in " +
           folder + "; the same command " + (arguments.store.again ? "without --again " : "") + "goes on from there";
}

Result<Outcome> compare_single(const CompareArguments& arguments, const frontends::Task& task, const Target& target,
                               Session& session) {
    Outcome outcome;
    session.progress.subject(ir::shorthand(task.op));
    session.files.note(kept_text(arguments, 0, 1));
    SAKU_TRY(row, compared(arguments, task, target, session, outcome.diagnostic));
    if (!row.failure.empty()) {
        outcome.exit = Exit::no;
        outcome.diagnostic += "saku: " + row.op + ": " + row.failure + "\n";
        return outcome;
    }
    SAKU_TRY_DONE(write_page(arguments, {row}, session));
    outcome.output = arguments.json ? to_text(compare_json(row)) : compare_text(row);
    return outcome;
}

/// One after the other; an operator that fails does not keep the others from it.
Result<Outcome> compare_suite(const CompareArguments& arguments, const frontends::Work& work, const Target& target,
                              Session& session) {
    Outcome outcome;
    std::vector<Compared> rows;
    for (const frontends::Task& task : work.tasks) {
        const std::string op = ir::shorthand(task.op);
        session.progress.subject("[" + std::to_string(rows.size() + 1) + "/" + std::to_string(work.tasks.size()) +
                                 "] " + op);
        session.files.note(kept_text(arguments, rows.size(), work.tasks.size()));
        auto row = compared(arguments, task, target, session, outcome.diagnostic);
        rows.push_back(row ? *std::move(row)
                           : Compared{.op = op, .failure = row.error().text(), .flops = 0, .result = {}});
        if (rows.back().failure.empty()) continue;
        outcome.exit = Exit::no;
        outcome.diagnostic += "saku: " + op + ": " + rows.back().failure + "\n";
    }
    SAKU_TRY_DONE(write_page(arguments, rows, session));
    outcome.output = arguments.json ? to_text(compare_suite_json(rows)) : compare_suite_text(rows);
    return outcome;
}

/// Kept measurements: one gives what an operator gives, a folder of them what a suite gives.
Result<Outcome> compare_kept(const CompareArguments& arguments, Session& session) {
    Outcome outcome;
    SAKU_TRY(rows, compared_again(arguments.from, arguments.target, outcome.diagnostic));
    SAKU_TRY_DONE(write_page(arguments, rows, session));
    if (std::filesystem::is_directory(arguments.from)) {
        outcome.output = arguments.json ? to_text(compare_suite_json(rows)) : compare_suite_text(rows);
    } else {
        outcome.output = arguments.json ? to_text(compare_json(rows.front())) : compare_text(rows.front());
    }
    return outcome;
}

Result<Outcome> run(const CompareArguments& arguments, Session& session) {
    if (!arguments.html_file.empty()) SAKU_TRY_DONE(check_file("--html", arguments.html_file));
    if (!arguments.from.empty()) return compare_kept(arguments, session);
    SAKU_TRY(work, frontends::work_from(arguments.op));
    SAKU_TRY(target, resolve(arguments.target));
    SAKU_TRY_DONE(check_runs_here(target.machine));
    SAKU_TRY_DONE(check_store(arguments.store, work, target));
    return work.is_suite ? compare_suite(arguments, work, target, session)
                         : compare_single(arguments, work.tasks.front(), target, session);
}

/// --store, --again, --more, --from.
void add_kept_options(CLI::App& command, CompareArguments& arguments) {
    command
        .add_option("--store", arguments.store.folder,
                    "keep each measurement in a file below this folder; what is there already is not measured again")
        ->check(not_empty());
    command.add_flag("--again", arguments.store.again, "with --store: measure everything again")
        ->disable_flag_override();
    command
        .add_option("--more", arguments.store.more,
                    "with --store: measure what is kept once more where its two passes agree (Spearman) less than "
                    "this, up to eight times in all; the means of all times count")
        ->check(positive_number(1))
        ->excludes(command.get_option("--again"));
    CLI::Option* from = command
                            .add_option("--from", arguments.from,
                                        "no measuring: a measurement that --store kept, or a folder of them, beside "
                                        "today's predictions")
                            ->check(not_empty());
    for (const char* name :
         {"op", "--samples", "--trials", "--threads", "--seed", "--limit", "--store", "--again", "--more"})
        from->excludes(command.get_option(name));
}

}  // namespace

void add_compare(CLI::App& app, Command& chosen) {
    CLI::App* command =
        app.add_subcommand("compare", "how good the static choice is, against measurements on this computer");
    auto arguments = std::make_shared<CompareArguments>();
    constexpr int most = 1'000'000;
    command->add_option("op", arguments->op, "operator: name:key=value,... or a file; or a suite of operators");
    command->add_option("--samples", arguments->samples, "schedules to predict and measure; default 96")
        ->check(integer_between(3, most));
    command->add_option("--trials", arguments->trials, "of measured tuning, for comparison; 0: none; default 64")
        ->check(integer_between(0, most));
    add_target_options(*command, arguments->target);
    command->add_option("--seed", arguments->seed, "of the random numbers; default 0")
        ->check(integer_between(0, std::numeric_limits<std::int64_t>::max()));
    add_trial_options(*command, arguments->trial);
    add_kept_options(*command, *arguments);
    command->add_option("--html", arguments->html_file, "also write a page with plots: one file that needs no network")
        ->check(not_empty());
    command->add_flag("--json", arguments->json, "one JSON object instead of text")->disable_flag_override();
    command->footer(
        "Examples:\n"
        "  saku compare matmul:m=128,n=768,k=768 --threads 1\n"
        "  saku compare resnet50 --samples 150 --trials 200 --threads 1 --html out.html\n"
        "  saku compare resnet50 --samples 150 --threads 1 --store kept\n"
        "  saku compare resnet50 --samples 150 --threads 1 --store kept --more 0.97\n"
        "  saku compare --from kept/zen5");
    command->callback([&chosen, arguments] {
        if (arguments->op.empty() && arguments->from.empty()) throw CLI::RequiredError("op");
        chosen = [arguments](Session& session) { return run(*arguments, session); };
    });
}

}  // namespace saku::cli
