#include "cli/target_options.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "cli/arguments.h"
#include "cli/calibrate.h"
#include "targets/machine_file.h"

namespace saku::cli {

void add_target_options(CLI::App& command, TargetOptions& options) {
    command
        .add_option("--target", options.target,
                    "machine: a name or alias ('saku machine list'), a file, or host (the default)")
        ->check(not_empty());
    command
        .add_option("--calibration", options.calibration,
                    "what 'saku machine calibrate' measured: refines the machine's clock, caches, memory and threads")
        ->check(not_empty());
    command.add_option("--threads", options.threads, "cores that the kernel is for (default: the machine's)")
        ->check(integer_between(1, most_threads));
    command.add_option("--jobs", options.jobs, "threads of saku itself; never changes a result (default: all CPUs)")
        ->check(integer_between(1, most_threads));
}

void add_residence_option(CLI::App& command, TargetOptions& options) {
    command
        .add_option("--residence", options.residence,
                    "where operands start: warm (caches, the default) or cold (memory)")
        ->check(one_of(features::residence_names()));
}

int jobs_of(int jobs) { return jobs > 0 ? jobs : static_cast<int>(std::max(1U, std::thread::hardware_concurrency())); }

std::string target_name(const TargetOptions& options) { return options.target.empty() ? "host" : options.target; }

namespace {

/// What the other options say of it.
Result<Target> target_on(targets::Machine machine, const TargetOptions& options) {
    if (!options.calibration.empty()) {
        SAKU_TRY(refined, with_calibration(machine, options.calibration));
        machine = std::move(refined);
    }
    const int threads = options.threads == 0 ? machine.topology.cores : options.threads;
    return Target{.machine = std::move(machine),
                  .threads = threads,
                  .residence = features::residence_named(options.residence).value_or(features::Residence::warm)};
}

}  // namespace

Result<Target> resolve(const TargetOptions& options) {
    auto machine = targets::machine_for_target(target_name(options));
    if (!machine)
        return Error{.where = machine.error().where.empty() ? "--target" : machine.error().where,
                     .what = machine.error().what};
    return target_on(*std::move(machine), options);
}

Result<Target> resolve(const TargetOptions& options, const std::string& named, const std::string& place) {
    if (!options.target.empty()) return resolve(options);
    auto machine = targets::machine_for_target(named);
    if (!machine) return Error{.where = place, .what = machine.error().what};
    return target_on(*std::move(machine), options);
}

}  // namespace saku::cli
