#include "cli/calibrate.h"

#include <algorithm>
#include <map>
#include <memory>

#include "base/file.h"
#include "cli/arguments.h"
#include "cli/compare_kept.h"
#include "cli/format.h"
#include "cli/kernel_files.h"
#include "cli/target_options.h"
#include "cli/text_table.h"
#include "cli/trials.h"
#include "runtime/saku_runtime.h"
#include "targets/calibration.h"
#include "targets/host.h"
#include "tuner/calibrate/calibrate.h"

namespace saku::cli {
namespace {

using targets::Figure;

/// Above this the computer had something else to do, or shares its processor.
constexpr double noisy = 0.1;

struct CalibrateArguments {
    TargetOptions target;
    std::string out;  ///< empty: stdout
    int samples = 15;
};

/// More threads than this process may run at once would measure how they wait for each other.
Result<int> threads_here(int asked, const targets::Machine& machine) {
    const int here = targets::host_facts().cores;
    if (asked <= here) return asked > 0 ? asked : std::min(here, machine.topology.cores);
    return Error{.where = "--threads",
                 .what = "found " + std::to_string(asked) + ", expected at most " + std::to_string(here) +
                         ", the cores that this process may use"};
}

tuner::CalibrateOptions options_for(int threads, int samples, Session& session) {
    const tuner::Circumstances here = circumstances_here(0, 0, 0);
    return {.threads = threads,
            .rounds = samples,
            .cpu = here.cpu,
            .when = here.when,
            .saku_version = here.versions.saku,
            .llvm_version = here.versions.llvm,
            .parallel =
                [](std::int64_t chunks, int workers, const std::function<void()>& work) {
                    std::function<void()> own = work;
                    saku_parallel_for(
                        chunks, workers,
                        [](void* context, std::int64_t, int) { (*static_cast<std::function<void()>*>(context))(); },
                        &own);
                },
            .progress = [&session](double fraction,
                                   const std::string& stage) { session.progress.report(fraction, stage); }};
}

/// What to keep in mind about the figures.
std::string remarks(const targets::Machine& machine, const targets::Calibration& calibration) {
    std::string text;
    for (const std::string& warning : targets::port_warnings(machine, calibration.ports))
        text += "saku: warning: " + warning + "\n";
    if (calibration.ghz.spread > noisy)
        text += "saku: warning: the clock changed by " + fixed(100 * calibration.ghz.spread, 0) +
                " % while measuring; was the computer busy?\n";
    for (const targets::CacheFigures& cache : calibration.caches) {
        if (!cache.latency_cycles)
            text += "saku: the latency of L" + std::to_string(cache.level) +
                    " is left out: pointers through it took as long as through what is behind it\n";
    }
    if (!calibration.topology && calibration.threads > 1)
        text += "saku: what starting threads costs is left out: other programs had the other cores\n";
    if (!calibration.memory) text += "saku: memory was not measured: too little of it is free beside the last cache\n";
    return text;
}

/// Rows of figure, what was measured, what the file says.
class FigureTable {
public:
    FigureTable() { table_.row({"", "measured", "spread", "in the file"}); }

    void row(const std::string& name, const Figure& figure, double stated) {
        table_.row({name, fixed(figure.value, 2), fixed(100 * figure.spread, 0) + " %", fixed(stated, 2)});
    }
    [[nodiscard]] std::string text() const { return table_.text("  "); }

private:
    TextTable table_{{1, 2, 3}};
};

/// Each figure beside what the machine's file says.
std::string calibration_text(const targets::Machine& machine, const targets::Calibration& calibration) {
    FigureTable table;
    table.row("clock, GHz", calibration.ghz, machine.ghz);
    for (std::size_t i = 0; i < calibration.caches.size(); ++i) {
        const targets::CacheFigures& figures = calibration.caches[i];
        const targets::Cache& cache = machine.caches[i];
        const std::string name = "L" + std::to_string(figures.level);
        if (figures.latency_cycles) table.row(name + " latency, cycles", *figures.latency_cycles, cache.latency_cycles);
        table.row(name + " loads, bytes a cycle", figures.load_bytes_per_cycle, cache.load_bytes_per_cycle);
        table.row(name + " stores, bytes a cycle", figures.store_bytes_per_cycle, cache.store_bytes_per_cycle);
        const std::map<std::int64_t, double> stated(cache.bandwidth_by_working_set.begin(),
                                                    cache.bandwidth_by_working_set.end());
        for (const auto& [bytes, figure] : figures.bandwidth_by_working_set)
            table.row(name + " loads of " + std::to_string(bytes / 1024) + " KiB", figure, stated.at(bytes));
    }
    if (calibration.memory) {
        table.row("memory latency, cycles", calibration.memory->latency_cycles, machine.memory.latency_cycles);
        table.row("memory loads, bytes a cycle", calibration.memory->load_bytes_per_cycle,
                  machine.memory.load_bytes_per_cycle);
    }
    if (calibration.topology) {
        table.row("starting threads, us", calibration.topology->fork_join_us, machine.topology.fork_join_us);
        table.row("a step more, us", calibration.topology->chunk_us, machine.topology.chunk_us);
    }
    table.row("multiply-adds a cycle", calibration.ports.multiply_adds_per_cycle,
              targets::stated_per_cycle(machine, "fma"));
    table.row("vector loads a cycle", calibration.ports.loads_per_cycle, targets::stated_per_cycle(machine, "load"));
    table.row("vector stores a cycle", calibration.ports.stores_per_cycle, targets::stated_per_cycle(machine, "store"));
    return machine.name + " on " + (calibration.cpu.empty() ? "this computer" : calibration.cpu) + ", " +
           counted(calibration.threads, "thread") + "\n" + table.text();
}

Result<Outcome> run(const CalibrateArguments& arguments, Session& session) {
    if (!arguments.out.empty()) SAKU_TRY_DONE(check_file("--out", arguments.out));
    SAKU_TRY(target, resolve(arguments.target));
    SAKU_TRY_DONE(check_runs_here(target.machine));
    SAKU_TRY(threads, threads_here(arguments.target.threads, target.machine));
    session.progress.subject(target.machine.name);
    const auto calibration = tuner::calibrate(target.machine, options_for(threads, arguments.samples, session));
    if (!calibration) return Outcome{.diagnostic = "saku: " + calibration.error().text() + "\n", .exit = Exit::no};
    const auto applied = targets::calibrated(target.machine, *calibration, "the calibration");
    if (!applied)
        return Outcome{.diagnostic = "saku: the figures contradict each other, which happens on a busy computer: " +
                                     applied.error().text() + "\n",
                       .exit = Exit::no};
    Outcome outcome{.diagnostic = remarks(target.machine, *calibration)};
    outcome.output = targets::to_text(*calibration);
    if (arguments.out.empty()) return outcome;
    SAKU_TRY_DONE(session.files.write({{.path = arguments.out, .content = outcome.output}}));
    outcome.output = calibration_text(target.machine, *calibration) + arguments.out + " written\n";
    return outcome;
}

}  // namespace

Result<targets::Machine> with_calibration(const targets::Machine& machine, const std::string& file) {
    SAKU_TRY(text, read_file(file));
    SAKU_TRY(calibration, targets::calibration_from_json(text, file));
    return targets::calibrated(machine, calibration, file);
}

void add_calibrate(CLI::App& machine, Command& chosen) {
    CLI::App* command =
        machine.add_subcommand("calibrate", "measures clock, caches, memory and threads of this computer");
    auto arguments = std::make_shared<CalibrateArguments>();
    constexpr int most_samples = 1000;
    command
        ->add_option("--target", arguments->target.target,
                     "machine that the calibration is for: a name or alias, a file, or host (the default)")
        ->check(not_empty());
    command
        ->add_option("--threads", arguments->target.threads,
                     "measure what it costs to start so many (default: all cores here, at most the machine's)")
        ->check(integer_between(1, most_threads));
    command->add_option("--samples", arguments->samples, "of each figure; the median counts (default 15)")
        ->check(integer_between(3, most_samples));
    command->add_option("--out", arguments->out, "write the calibration to this file; without it, to stdout")
        ->check(not_empty());
    command->callback(
        [&chosen, arguments] { chosen = [arguments](Session& session) { return run(*arguments, session); }; });
}

}  // namespace saku::cli
