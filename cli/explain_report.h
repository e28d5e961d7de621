// An explanation as text and as JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "tuner/explanation.h"
#include "tuner/versus.h"

namespace saku::cli {

/// The other schedule of --versus.
struct Rival {
    std::string name;  ///< the file or id that named it
    tuner::Explanation explanation;
    std::vector<tuner::Difference> differences;
    [[nodiscard]] double ratio(const tuner::Explanation& own) const {
        return explanation.breakdown.cost.seconds / own.breakdown.cost.seconds;
    }
};

struct Explained {
    std::string heading;  ///< "matmul:... on zen5, 1 thread"
    tuner::Explanation explanation;
    std::vector<tuner::Ranked> others;  ///< the next best
    std::optional<Rival> rival = {};
};

/// "1.204 times as slow".
[[nodiscard]] std::string verdict(const Rival& rival, const tuner::Explanation& own);
/// The differences that a reader would miss: a thousandth of the time and more.
[[nodiscard]] std::vector<tuner::Difference> notable(const Rival& rival, const tuner::Explanation& own);
/// "l2_misses +3.1 us (62 % of the difference): ...".
[[nodiscard]] std::string difference_text(const tuner::Difference& difference, double all);
/// "fma 26, load 13, ...": the classes that occur.
[[nodiscard]] std::string mix_text(const features::InstructionCounts& counts);
/// What is known of a loop of the machine code: "26.0 cycles a pass, bound by ports; fma 26, ...".
[[nodiscard]] std::string code_text(const tuner::CodeLoopReport& loop, const tuner::Explanation& explanation);
/// The variable of the nest's loop that an innermost loop is.
[[nodiscard]] std::string loop_name(const tuner::Explanation& explanation, std::size_t innermost);
/// Rows of cells, the first one titles: level, holds, tensor, touched, fetched, written.
[[nodiscard]] std::vector<std::vector<std::string>> memory_rows(const tuner::Explanation& explanation);
/// level, bytes per second, flops per byte, bound, used.
[[nodiscard]] std::vector<std::vector<std::string>> roof_rows(const tuner::Explanation& explanation);
/// Of the kernel's innermost loops in machine code, the one that most predicted time is spent in.
[[nodiscard]] const tuner::CodeLoopReport* hottest_code(const tuner::Explanation& explanation);

/// All of it; the loop nest only where asked.
[[nodiscard]] std::string explain_text(const Explained& explained, bool with_nest);

/// The keys that `saku explain --json` adds to those of the operator and target.
[[nodiscard]] Json explain_json(const Explained& explained);

}  // namespace saku::cli
