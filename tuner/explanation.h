// Why a schedule is predicted to take the time it does: all that `saku explain` shows, as data.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "costmodel/breakdown.h"
#include "ir/operator.h"
#include "tuner/code_report.h"
#include "tuner/ranked.h"
#include "tuner/warnings.h"

namespace saku::tuner {

/// One slope of the roofline: what the level below can feed.
struct Roof {
    std::string level;            ///< whose misses it serves: "L1" is fed by L2, the last one by memory
    double bytes_per_second = 0;  ///< of all threads together
    double flops_per_byte = 0;    ///< of the kernel, over this boundary; 0: nothing moves
    [[nodiscard]] double bound_flops_per_second() const { return bytes_per_second * flops_per_byte; }
};

struct Explanation {
    Ranked ranked;
    ir::LoopNest nest;
    costmodel::Breakdown breakdown;
    std::vector<std::string> loop_names;  ///< variables, by loop of the table
    std::string annotated_nest;  ///< the body, each loop with its iterations, bytes, and the cache that holds them
    double peak_flops_per_second = 0;
    double flops_per_second = 0;  ///< predicted
    std::vector<Roof> roofs;      ///< caches, inner ones first
    std::vector<CodeLoopReport> code;
    std::vector<Warning> warnings;
};

/// Compiles the kernel once, for its inner loops. NotApplicable: what the steps, pricing and emission refuse.
[[nodiscard]] Fitted<Explanation> explain(const ir::Operator& op, const Ranked& ranked, const targets::Machine& machine,
                                          int threads, features::Residence residence);

}  // namespace saku::tuner
