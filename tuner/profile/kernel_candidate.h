// Real kernels as candidates of trials: built, checked against the operator's definition, timed with warm caches.
#pragma once

#include "ir/operator.h"
#include "targets/machine.h"
#include "tuner/measure.h"
#include "tuner/profile/trial_runner.h"

namespace saku::tuner {

/// How to build candidates of the operator. The reference is evaluated here, once, and shared by the processes that are
/// forked later; on this thread, for they have no other. Operands end right before a guard page. NotApplicable: the
/// operator cannot be checked here (check_measurable).
[[nodiscard]] Fitted<BuildCandidate> kernel_candidates(const ir::Operator& op, const targets::Codegen& codegen,
                                                       const MeasureOptions& options);

/// How many trials may be alive at once, for their memory.
[[nodiscard]] std::size_t most_alive(const ir::Operator& op);

}  // namespace saku::tuner
