// What a person could do something about: each with the reason and a way out.
//
// Warnings come from the same numbers as the prediction. They do not change it, and a schedule without any may still be
// slow: `Breakdown` says where its time goes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "costmodel/breakdown.h"
#include "ir/loop_nest.h"
#include "targets/machine.h"
#include "tuner/code_report.h"

namespace saku::tuner {

struct Warning {
    std::string what;    ///< short and fixed: one of warning_kinds
    std::string reason;  ///< with the numbers at hand
    std::string advice;  ///< what to try
};

/// "rows 4 KiB apart", "tail waste", "too few chunks", "spills", "packing", "large operand", "threads cost",
/// "address translation", "latency bound", "large loop".
[[nodiscard]] const std::vector<std::string>& warning_kinds();

struct WarningFacts {
    const ir::LoopNest& nest;
    const features::LoopTable& table;  ///< of the nest
    const costmodel::Breakdown& breakdown;
    const costmodel::Model& model;
    const targets::Machine& machine;
    const std::vector<CodeLoopReport>& code;             ///< empty: not compiled
    std::optional<double> seconds_without_packing = {};  ///< of the same schedule without copies, where it applies
};

/// In the order of the kinds.
[[nodiscard]] std::vector<Warning> warnings(const WarningFacts& facts);

}  // namespace saku::tuner
