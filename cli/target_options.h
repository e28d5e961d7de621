// The options that say for what machine: --target, --threads, --jobs; and --residence.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "features/residence.h"
#include "targets/machine.h"

namespace saku::cli {

inline constexpr int most_threads = 1024;

struct TargetOptions {
    std::string target = {};       ///< empty: not said, which means host unless a record says otherwise
    std::string calibration = {};  ///< a file (targets/calibration.h); empty: none
    int threads = 0;               ///< cores that the kernel is for; 0: not said, which means the machine's
    std::string residence = {};    ///< "warm", "cold"; empty: not said, which means warm unless a record says otherwise
    int jobs = 0;                  ///< saku's own threads; 0: as many as there are CPUs
};

void add_target_options(CLI::App& command, TargetOptions& options);
/// For commands whose predictions or times depend on where operands start.
void add_residence_option(CLI::App& command, TargetOptions& options);

struct Target {
    targets::Machine machine;
    int threads = 1;
    features::Residence residence = features::Residence::warm;
};

/// What --jobs says, or its default: as many threads as there are CPUs.
[[nodiscard]] int jobs_of(int jobs);

/// What --target says, or its default.
[[nodiscard]] std::string target_name(const TargetOptions& options);

[[nodiscard]] Result<Target> resolve(const TargetOptions& options);
/// The same where a file names the machine, which counts unless the options name one; `place` is for messages.
[[nodiscard]] Result<Target> resolve(const TargetOptions& options, const std::string& named, const std::string& place);

}  // namespace saku::cli
