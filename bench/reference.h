// What the right answer is: the definition of the operator in double precision.
#pragma once

#include <string>
#include <vector>

#include "bench/contender.h"
#include "bench/problem.h"

namespace saku::bench {

/// Values in [-1, 1) that are no integers, the same in every run.
[[nodiscard]] Operands random_operands(const Problem& problem);

/// Per output element the exact sum (up to double rounding) and the sum of absolute products, which bounds the error
/// that any order of single-precision additions may make: |error| <= 4 * K * eps * magnitude.
struct Reference {
    std::vector<double> value;
    std::vector<double> magnitude;
};

[[nodiscard]] Reference reference(const Problem& problem, const Operands& operands);

/// Empty where all elements are within the bound, else the first that is not and how many there are.
[[nodiscard]] std::string difference(const Problem& problem, const Reference& expected, const Floats& actual);

}  // namespace saku::bench
