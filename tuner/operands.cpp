#include "tuner/operands.h"

#include <cmath>
#include <limits>

#include "base/random.h"

namespace saku::tuner {

using namespace saku::ir;

namespace {

constexpr double f32_epsilon = 0x1p-24;     // unit roundoff of binary32
constexpr double half_smallest = 0x1p-150;  // and the most that a rounding to a subnormal number is off

/// Visits the offset of every element of a tensor.
template <class Visit>
void for_each_element(const Tensor& tensor, Visit visit) {
    std::vector<std::int64_t> at(tensor.shape.size(), 0);
    std::int64_t offset = 0;
    while (true) {
        visit(static_cast<std::size_t>(offset));
        std::size_t d = at.size();
        while (d > 0) {
            --d;
            offset += tensor.strides[d];
            if (++at[d] < tensor.shape[d]) break;
            offset -= tensor.strides[d] * tensor.shape[d];
            at[d] = 0;
            if (d == 0) return;
        }
        if (at.empty()) return;
    }
}

/// Equal values agree whatever they are (infinities, NaN for NaN). `bound` may be infinite or NaN where infinite values
/// went into the element; then only the very value will do.
void compare(float actual, double expected, double bound, Agreement& worst) {
    if (!std::isfinite(expected) || !std::isfinite(bound)) bound = 0;
    const bool both_nan = std::isnan(actual) && std::isnan(expected);
    const double got = static_cast<double>(actual);
    const double error = both_nan || got == expected ? 0 : std::fabs(got - expected);
    if (std::isnan(error) || error > bound) worst.correct = false;
    const bool is_off = std::isnan(error) || (bound <= 0 && error > 0);
    const double ratio = is_off ? std::numeric_limits<double>::infinity() : bound > 0 ? error / bound : 0;
    if (ratio > worst.ratio) worst = {.correct = worst.correct, .error = error, .bound = bound, .ratio = ratio};
}

}  // namespace

std::size_t elements_of(const Tensor& tensor) {
    std::int64_t last = 0;
    for (std::size_t d = 0; d < tensor.shape.size(); ++d) last += (tensor.shape[d] - 1) * tensor.strides[d];
    return static_cast<std::size_t>(last) + 1;
}

std::vector<std::vector<double>> random_inputs(const Operator& op, std::uint64_t seed) {
    Random random(seed);
    std::vector<std::vector<double>> values;
    for (const Tensor& tensor : op.tensors) {
        std::vector<double>& data = values.emplace_back(elements_of(tensor));
        const bool is_read = !tensor.is_output || tensor.is_accumulated;
        for (double& x : data) {
            x = is_read ? static_cast<double>(static_cast<float>(random.unit() * 2 - 1)) : std::nan("");
        }
    }
    return values;
}

Agreement worse_of(const Agreement& a, const Agreement& b) {
    Agreement worse = b.ratio > a.ratio ? b : a;
    worse.correct = a.correct && b.correct;
    return worse;
}

Agreement compare_outputs(const Operator& op, const std::vector<float*>& tensors, const ReferenceData& reference) {
    Agreement worst;
    for (std::size_t t = 0; t < op.tensors.size(); ++t) {
        if (!op.tensors[t].is_output) continue;
        const float* actual = tensors[t];
        const double scale = 4 * reference.roundings[t] * f32_epsilon;
        const double underflow = 4 * reference.roundings[t] * half_smallest;
        for_each_element(op.tensors[t], [&](std::size_t i) {
            compare(actual[i], reference.values[t][i], scale * reference.magnitudes[t][i] + underflow, worst);
        });
    }
    return worst;
}

}  // namespace saku::tuner
