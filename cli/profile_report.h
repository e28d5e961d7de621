// The result of profiling, as text and as JSON.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "tuner/profile/profile.h"
#include "tuner/space.h"

namespace saku::cli {

/// One operator, profiled or not.
struct Profiled {
    std::string op;                ///< shorthand
    std::int64_t count = 1;        ///< occurrences in a suite
    std::string failure = {};      ///< not empty: why there is no result
    std::string target = {};       ///< empty: there is no result
    std::string calibration = {};  ///< fingerprint; empty: none
    int threads = 1;
    std::uint64_t seed = 0;
    double flops = 0;
    tuner::Id space_size = 0;
    tuner::ProfileResult result = {};
    std::vector<std::string> choices = {};  ///< of `result.best`
};

/// One operator's object of `profile --json`. `best` is null where nothing could be measured.
[[nodiscard]] Json profile_json(const Profiled& profiled);
/// {schema, results, summary} of a suite; operators without a result are {schema, op, count, error}.
[[nodiscard]] Json profile_suite_json(const std::vector<Profiled>& rows);

[[nodiscard]] std::string profile_text(const Profiled& profiled);
/// A line per operator and a sum.
[[nodiscard]] std::string profile_suite_text(const std::vector<Profiled>& rows);

/// Why nothing could be measured: "none is legal", "3 crashed".
[[nodiscard]] std::string unmeasured_text(const tuner::ProfileResult& result);

}  // namespace saku::cli
