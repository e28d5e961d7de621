// The result of tuning, as text and as JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "cli/expected.h"
#include "tuner/tune.h"

namespace saku::cli {

/// Kind of file and the file, as kernel_files.h gives them.
using NamedFiles = std::vector<std::pair<std::string, OutputFile>>;

/// One operator's object of `tune --json`. `best` is null where there is no legal schedule. `reproducible` is false
/// when time, not counts, ended the search.
[[nodiscard]] Json tune_json(const tuner::TuneResult& result, const NamedFiles& files, bool reproducible);

[[nodiscard]] std::string tune_text(const tuner::TuneResult& result, const NamedFiles& files, bool reproducible);

/// One operator of a suite.
struct SuiteRow {
    std::string op;          ///< shorthand
    std::int64_t count = 1;  ///< occurrences
    std::optional<tuner::TuneResult> result = {};
    NamedFiles files = {};
    std::string failure = {};  ///< why there is no kernel
    std::optional<Checked> checked = {};
};

/// {schema, results, summary} of a suite; rows without a result are {schema, op, error}, those held against a record
/// have "check".
[[nodiscard]] Json suite_json(const std::vector<SuiteRow>& rows, bool reproducible);

/// A line per operator and a sum.
[[nodiscard]] std::string suite_text(const std::vector<SuiteRow>& rows, bool reproducible);

}  // namespace saku::cli
