// Measuring candidates in a process of their own, and logging trials: what profile and compare have in common.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "cli/target_options.h"
#include "ir/operator.h"
#include "tuner/database/database.h"
#include "tuner/profile/profile.h"

namespace saku::cli {

struct TrialOptions {
    double limit_seconds = 10;  ///< for building, for checking and for each sample
};

void add_trial_options(CLI::App& command, TrialOptions& options);

/// Error: code for the target does not run here. Checked before any work.
[[nodiscard]] Result<Done> check_runs_here(const targets::Machine& machine);

/// This program again, as the measuring process of an operator (`text` is what its user wrote).
[[nodiscard]] Result<tuner::MeasureTrials> measuring_process(const ir::Operator& op, const std::string& text,
                                                             const Target& target, const TargetOptions& options);

/// How trials of the operator are measured; the batch that fits into memory.
[[nodiscard]] tuner::ProfileOptions profile_options(const ir::Operator& op, const TargetOptions& target,
                                                    const TrialOptions& trials);

/// Where trials are logged: the tuning database, or nowhere (said in `diagnostic` when it cannot be used).
class TrialLog {
public:
    TrialLog(const std::string& op, const Target& target, std::string& diagnostic);
    /// Committed when this returns.
    [[nodiscard]] Result<Done> keep(const tuner::Trial& trial);
    /// "12 trials kept in the database ('saku db')".
    [[nodiscard]] std::string kept_text() const;

private:
    std::optional<tuner::Database> database_;
    std::string op_;
    std::string machine_;
    std::string facts_;
    int threads_;
    std::string run_;
    std::int64_t number_ = 0;
};

}  // namespace saku::cli
