// The options that say how to search; shared by every command that tunes.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/program.h"
#include "cli/target_options.h"
#include "ir/operator.h"
#include "tuner/tune.h"

namespace saku::cli {

struct SearchOptions {
    std::string search = "default";
    std::size_t candidates = 0;  ///< 0: the tuner's default
    double seconds = 0;          ///< 0: no limit
    std::uint64_t seed = 0;
    std::size_t top = 5;
    std::vector<std::string> pins;
    std::optional<std::int64_t> max_workspace;
    std::optional<std::int64_t> max_code;
};

void add_search_options(CLI::App& command, SearchOptions& options);
/// A schedule that is given is not searched for: `schedule`, the option that gives it, refuses those above.
void exclude_search_options(CLI::App& command, CLI::Option& schedule);

/// What the arguments ask of the tuner, added to `options`. Errors: --fix that cannot be read.
[[nodiscard]] Result<tuner::TuneOptions> searching_options(const Target& target, int jobs, const SearchOptions& search,
                                                           tuner::TuneOptions options);

/// Tunes and shows progress on the session's current subject.
[[nodiscard]] Result<tuner::TuneResult> tune_operator(const ir::Operator& op, const Target& target,
                                                      tuner::TuneOptions options, Session& session);

/// Both of the above, with the operator as the subject.
[[nodiscard]] Result<tuner::TuneResult> tune_operator(const ir::Operator& op, const Target& target, int jobs,
                                                      const SearchOptions& search, tuner::TuneOptions options,
                                                      Session& session);

/// "no legal schedule for OP on TARGET: 12 candidates rejected: 10 spills registers, 2 ..."
[[nodiscard]] std::string no_schedule_text(const tuner::TuneResult& result);

}  // namespace saku::cli
