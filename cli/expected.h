// `tune --check`: records of earlier decisions that today's are held against.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "tuner/record.h"

namespace saku::cli {

struct Expected {
    std::string file;
    tuner::StoredSchedule stored;
};

/// The records (or schedules) of the files, and of the .json files in folders, in the order of their names. Errors:
/// what cannot be read; a folder without any.
[[nodiscard]] Result<std::vector<Expected>> expected_records(const std::vector<std::string>& paths);

/// What one operator's record was found to be.
struct Checked {
    std::string file;  ///< empty: there is no record of the operator
    std::vector<tuner::Changed> changed = {};
    [[nodiscard]] bool holds() const { return !file.empty() && changed.empty(); }
};

/// Holds the result against the record of its operator: the one for the same machine and threads, else the first.
/// `is_only`: the one record is meant for this operator, whatever it says.
[[nodiscard]] Checked check(const tuner::TuneResult& result, const std::vector<Expected>& expected, bool is_only);

/// Records of operators that are none of `tuned`: their files.
[[nodiscard]] std::vector<std::string> left_over(const std::vector<Expected>& expected,
                                                 const std::vector<std::string>& tuned);

/// {"record": path or null, "holds": false, "differences": [{"what", "was", "is"}]}.
[[nodiscard]] Json check_json(const Checked& checked);

/// A line for each difference, with a heading; empty where the record holds.
[[nodiscard]] std::string check_text(const std::string& op, const Checked& checked);

}  // namespace saku::cli
