// What `saku compare` says: JSON, text.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "tuner/compare/compare.h"

namespace saku::cli {

/// One operator of a comparison.
struct Compared {
    std::string op;       ///< shorthand
    std::string failure;  ///< why there is no result; empty where there is one
    double flops = 0;
    tuner::Comparison result = {};
    std::string calibration = {};  ///< fingerprint of the one that predicted; empty: none
};

/// Of one operator that has a result.
[[nodiscard]] Json compare_json(const Compared& compared);
/// Of a suite: results and a summary.
[[nodiscard]] Json compare_suite_json(const std::vector<Compared>& rows);
[[nodiscard]] std::string compare_text(const Compared& compared);
[[nodiscard]] std::string compare_suite_text(const std::vector<Compared>& rows);

}  // namespace saku::cli
