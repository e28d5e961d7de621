// Steps for statements that no sketch is about: element-wise ones that are not fused, and lesser reductions.
#pragma once

#include "schedules/schedule.h"
#include "targets/machine.h"
#include "tuner/access_pattern.h"

namespace saku::tuner {

/// Vectorises the axis that is contiguous in the output when every operand is contiguous or invariant along it (with a
/// masked tail), nested inside the statement's other loops; nothing otherwise. `plain` is `ir::lower(op)`.
[[nodiscard]] schedules::Schedule statement_steps(const ir::Operator& op, const ir::LoopNest& plain, int statement,
                                                  const targets::Machine& machine);

/// The names of the loops around a statement in the plain nest, outermost first.
[[nodiscard]] std::vector<std::string> loops_around(const ir::LoopNest& plain, int statement);

}  // namespace saku::tuner
