// Operands to check a kernel with, and the comparison of what it made of them with the reference.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ir/operator.h"
#include "tuner/reference.h"

namespace saku::tuner {

/// From the first to the last element in memory, gaps of a view included.
[[nodiscard]] std::size_t elements_of(const ir::Tensor& tensor);

/// By tensor, uniform in [-1, 1] and rounded to f32; gaps of views are filled, too. NaN where a kernel should not read.
[[nodiscard]] std::vector<std::vector<double>> random_inputs(const ir::Operator& op, std::uint64_t seed);

/// How far outputs are from the reference: each element may differ by 4*K*(eps*M + 2^-150) (tuner/measure.h).
struct Agreement {
    bool correct = true;
    double error = 0;   ///< of the element that came closest to its own bound, or went furthest over it
    double bound = 0;   ///< of the same element
    double ratio = -1;  ///< error to bound, the largest of all elements
};
/// The one with the larger ratio; correct where both are.
[[nodiscard]] Agreement worse_of(const Agreement& a, const Agreement& b);

/// `tensors`: by tensor of the operator, elements as in memory; only outputs are looked at.
[[nodiscard]] Agreement compare_outputs(const ir::Operator& op, const std::vector<float*>& tensors,
                                        const ReferenceData& reference);

}  // namespace saku::tuner
