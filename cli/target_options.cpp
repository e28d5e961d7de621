#include "cli/target_options.h"

#include <algorithm>
#include <thread>

#include "cli/arguments.h"
#include "targets/machine_file.h"

namespace saku::cli {

void add_target_options(CLI::App& command, TargetOptions& options) {
    command
        .add_option("--target", options.target,
                    "machine: a name or alias ('saku machine list'), a file, or host (the default)")
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

Result<Target> resolve(const TargetOptions& options) {
    auto machine = targets::machine_for_target(target_name(options));
    if (!machine)
        return Error{.where = machine.error().where.empty() ? "--target" : machine.error().where,
                     .what = machine.error().what};
    const int threads = options.threads == 0 ? machine->topology.cores : options.threads;
    return Target{.machine = *std::move(machine),
                  .threads = threads,
                  .residence = features::residence_named(options.residence).value_or(features::Residence::warm)};
}

}  // namespace saku::cli
