// saku run: the kernel at work on this computer: is it right, and how fast?
#include <memory>
#include <optional>
#include <thread>

#include "base/json.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/foreign.h"
#include "cli/format.h"
#include "cli/given_schedule.h"
#include "cli/price_report.h"
#include "cli/tune_options.h"
#include "frontends/operator_from.h"
#include "ir/verify.h"
#include "runtime/saku_runtime.h"
#include "targets/runs_here.h"
#include "tuner/measure.h"
#include "tuner/space.h"

namespace saku::cli {
namespace {

struct RunArguments {
    std::string op;
    std::string schedule;  ///< a file or a number; empty: tune
    TargetOptions target;
    SearchOptions search;
    ForeignOptions foreign;
    int samples = 11;
    bool json = false;
};

/// The nest to run.
struct Chosen {
    ir::LoopNest nest;
    double predicted_seconds = 0;
};

/// Where to run it: here, or by a toolchain.
using Place = std::optional<Toolchain>;

Result<Chosen> replayed(const ir::Operator& op, const GivenSchedule& given, const Target& target) {
    auto nest = tuner::scheduled(ir::lower(op), given.schedule);
    if (!nest) return misfit(given, nest.error());
    SAKU_TRY_DONE(ir::verify(*nest));
    const auto ranked = tuner::price_schedule(op, given.schedule, target.machine, target.threads, target.residence);
    return Chosen{.nest = *std::move(nest), .predicted_seconds = ranked ? ranked->cost.seconds : 0};
}

std::string as_text(const std::string& first_line, const tuner::Measurement& measured, const Chosen& chosen,
                    double flops) {
    std::string text = first_line + "\n  ";
    text += measured.correct ? "correct" : "WRONG";
    text += ": largest error, for what is allowed there, " + scientific(measured.agreement.error) + " of " +
            scientific(measured.agreement.bound) + "\n";
    if (!measured.correct) return text;
    text += "  " + duration(measured.seconds) + " measured, " + fixed(flops / measured.seconds * 1e-9, 1) + " GF/s";
    if (chosen.predicted_seconds > 0) text += "; " + duration(chosen.predicted_seconds) + " predicted";
    return text + "\n";
}

Result<ForeignMeasurement> measurement_of(const ir::Operator& op, const ir::LoopNest& nest,
                                          const targets::Codegen& codegen, const tuner::MeasureOptions& options,
                                          const Place& place, Session& session) {
    if (place) return measure_foreign(op, nest, codegen, *place, options, session);
    auto measurement = tuner::measure(op, nest, codegen, options);
    if (!measurement) return Error{.where = ir::shorthand(op), .what = measurement.error().text()};
    return ForeignMeasurement{.measured = *std::move(measurement), .complaint = {}};
}

Result<Outcome> measured(const RunArguments& arguments, const ir::Operator& op, const Target& target,
                         const Chosen& chosen, const Place& place, Session& session) {
    session.progress.report(0, "checking and timing");
    tuner::MeasureOptions options;
    options.threads = target.threads;
    // The address of a function as the loader takes it.
    options.parallel_for = reinterpret_cast<void*>(&saku_parallel_for);  // NOLINT
    options.jobs = arguments.target.jobs > 0 ? arguments.target.jobs
                                             : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    options.samples = arguments.samples;
    options.residence = target.residence;
    SAKU_TRY(found, measurement_of(op, chosen.nest, target.machine.codegen, options, place, session));
    const tuner::Measurement& measurement = found.measured;
    const std::string shorthand = ir::shorthand(op);
    const double flops = ir::flops(op);
    Outcome outcome{.exit = measurement.correct ? Exit::done : Exit::no};
    if (!measurement.correct)
        outcome.diagnostic =
            "saku: the kernel is incorrect (" +
            (found.complaint.empty() ? "status " + std::to_string(measurement.status) : found.complaint) + ")\n";
    if (!arguments.json) {
        const std::string first_line =
            heading(shorthand, machine_text(target.machine), target.threads, target.residence) +
            (place ? ", by " + arguments.foreign.runner : "");
        outcome.output = as_text(first_line, measurement, chosen, flops);
        return outcome;
    }
    Json json{{"schema", 1},
              {"op", shorthand},
              {"target", target.machine.name},
              {"threads", target.threads},
              {"residence", features::name_of(target.residence)},
              {"correct", measurement.correct},
              {"max_abs_error", measurement.agreement.error},
              {"error_bound", measurement.agreement.bound},
              {"seconds", measurement.seconds},
              {"gflops", measurement.seconds > 0 ? flops / measurement.seconds * 1e-9 : 0},
              {"samples", measurement.samples}};
    if (place) json["runner"] = arguments.foreign.runner;
    add_calibration(json, target.machine.calibration);
    if (chosen.predicted_seconds > 0) json["predicted_seconds"] = chosen.predicted_seconds;
    outcome.output = to_text(json);
    return outcome;
}

/// Checked before any work.
Result<Place> place_for(const RunArguments& arguments, const targets::Machine& machine) {
    if (!arguments.foreign.runner.empty()) {
        SAKU_TRY(toolchain, find_toolchain(arguments.foreign, machine.codegen.triple));
        return Place(toolchain);
    }
    if (const auto here = targets::runs_here(machine.codegen); !here)
        return Error{.where = "--target " + machine.name,
                     .what = here.error().text() + "; expected --runner with a command that runs it"};
    return Place();
}

Result<Outcome> run(const RunArguments& arguments, Session& session) {
    SAKU_TRY(op, frontends::operator_from(arguments.op));
    SAKU_TRY(given, given_by(op, arguments.schedule, arguments.target));
    const Target& target = given.target;
    SAKU_TRY(place, place_for(arguments, target.machine));
    if (const auto measurable = tuner::check_measurable(op, {}); !measurable)
        return Error{.where = ir::shorthand(op), .what = measurable.error().text()};
    session.progress.subject(ir::shorthand(op));
    if (given.schedule) {
        SAKU_TRY(chosen, replayed(op, *given.schedule, target));
        SAKU_TRY(outcome, measured(arguments, op, target, chosen, place, session));
        outcome.diagnostic = given.remark + outcome.diagnostic;
        return outcome;
    }
    tuner::TuneOptions options;
    options.emit_object = false;
    SAKU_TRY(result, tune_operator(op, target, arguments.target.jobs, arguments.search, options, session));
    if (result.top.empty()) return Outcome{.diagnostic = "saku: " + no_schedule_text(result) + "\n", .exit = Exit::no};
    const Chosen chosen{.nest = result.nest, .predicted_seconds = result.top.front().cost.seconds};
    return measured(arguments, op, target, chosen, place, session);
}

}  // namespace

void add_run(CLI::App& app, Command& chosen) {
    CLI::App* command =
        app.add_subcommand("run", "tune or replay, check the kernel against the definition, and time it");
    auto arguments = std::make_shared<RunArguments>();
    constexpr int most_samples = 10000;
    command->add_option("op", arguments->op, "operator: name:key=value,... or a file")->required();
    CLI::Option* schedule = command
                                ->add_option("--schedule", arguments->schedule,
                                             "a record or schedule, or a candidate's number (default: tune)")
                                ->check(not_empty());
    add_target_options(*command, arguments->target);
    add_residence_option(*command, arguments->target);
    add_search_options(*command, arguments->search);
    exclude_search_options(*command, *schedule);
    add_foreign_options(*command, arguments->foreign);
    command->add_option("--samples", arguments->samples, "how many times to time; the median counts (default 11)")
        ->check(integer_between(1, most_samples));
    command->add_flag("--json", arguments->json, "one JSON object instead of text")->disable_flag_override();
    command->footer(
        "A record is replayed for the machine and threads it holds unless options say otherwise.\n"
        "Examples:\n"
        "  saku run matmul:m=128,n=768,k=768 --threads 1\n"
        "  saku run matmul:m=128,n=768,k=768 --schedule kernels/mm.json --json\n"
        "  saku run matmul:m=64,n=64,k=64 --target neoverse-n1 --threads 1 --runner qemu-aarch64");
    command->callback(
        [&chosen, arguments] { chosen = [arguments](Session& session) { return run(*arguments, session); }; });
}

}  // namespace saku::cli
