// The result of tuning, as text and as JSON.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "tuner/tune.h"

namespace saku::cli {

/// Kind of file and the file, as kernel_files.h gives them.
using NamedFiles = std::vector<std::pair<std::string, OutputFile>>;

/// One operator's object of `tune --json`. `best` is null where there is no legal schedule. `reproducible` is false
/// when time, not counts, ended the search.
[[nodiscard]] Json tune_json(const tuner::TuneResult& result, const NamedFiles& files, bool reproducible);

[[nodiscard]] std::string tune_text(const tuner::TuneResult& result, const NamedFiles& files, bool reproducible);

/// {schema, results, summary} of a suite.
[[nodiscard]] Json suite_json(std::vector<Json> results, const std::vector<tuner::TuneResult>& tuned);

}  // namespace saku::cli
