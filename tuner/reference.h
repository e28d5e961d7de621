// What an operator should give: its statements evaluated as they are written, in double precision, together with the
// magnitudes that bound what rounding may do to them.
//
// Fast enough to check real layers (hundreds of millions of iterations a second): rows of the destination's innermost
// axis are evaluated at a time, and rows run in parallel.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "ir/operator.h"

namespace saku::tuner {

/// By tensor, in its memory layout (strides included); elements in the gaps of a view are unused.
struct ReferenceData {
    std::vector<std::vector<double>> values;
    /// Of every element an output has: the same computation on absolute values, sum of |a*b| for a contraction.
    std::vector<std::vector<double>> magnitudes;
    /// By tensor: rounding steps that lie behind one element: the reduction's length plus the operations around it.
    std::vector<double> roundings;
};

/// Evaluates the statements in order. `data.values` holds the inputs (and the old contents of accumulated outputs) as
/// the kernel sees them, rounded to their type; outputs are filled in. `jobs` threads.
void evaluate_reference(const ir::Operator& op, ReferenceData& data, int jobs);

/// Iterations of all statements together.
[[nodiscard]] double iterations(const ir::Operator& op);

}  // namespace saku::tuner
