// What the right answer is: the definition of the operator in double precision (tuner/reference.h).
#pragma once

#include <string>

#include "bench/contender.h"
#include "bench/problem.h"
#include "tuner/reference.h"

namespace saku::bench {

/// Values in [-1, 1) that are no integers, the same in every run.
[[nodiscard]] Operands random_operands(const Problem& problem);

[[nodiscard]] tuner::ReferenceData reference(const Problem& problem, const Operands& operands);

/// Empty where all elements are within 4 * K * eps * magnitude of the reference (tuner/measure.h), else the first that
/// is not and how many there are. Elements are counted in row-major order.
[[nodiscard]] std::string difference(const Problem& problem, const tuner::ReferenceData& expected,
                                     const Floats& actual);

}  // namespace saku::bench
