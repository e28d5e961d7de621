#include "bench/reference.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"

namespace saku::bench {
namespace {

Floats random_values(std::int64_t count, std::uint64_t seed) {
    Random random(seed);
    Floats values(static_cast<std::size_t>(count));
    for (float& value : values) value = static_cast<float>(2.0 * random.unit() - 1.0);
    return values;
}

/// sum[i] += scale * row[i * step] and magnitude[i] += |scale * row[i * step]|.
void add_row(double scale, const float* row, std::int64_t step, std::int64_t count, double* sum, double* magnitude) {
    for (std::int64_t i = 0; i < count; ++i) {
        const double product = scale * static_cast<double>(row[i * step]);
        sum[i] += product;
        magnitude[i] += std::abs(product);
    }
}

void evaluate(const Gemm& g, const Operands& operands, Reference& result) {
    for (std::int64_t i = 0; i < g.m; ++i)
        for (std::int64_t k = 0; k < g.k; ++k)
            add_row(static_cast<double>(operands.activation[static_cast<std::size_t>(i * g.k + k)]),
                    operands.weights.data() + k * g.n, 1, g.n, result.value.data() + i * g.n,
                    result.magnitude.data() + i * g.n);
}

/// One filter tap of one channel pair, added to a whole output image.
void add_tap(const Conv& c, double tap, const float* image, std::int64_t u, std::int64_t v, double* sum,
             double* magnitude) {
    const std::int64_t width = c.out_width();
    const std::int64_t first = std::max<std::int64_t>(0, (c.pad - v + c.stride - 1) / c.stride);
    const std::int64_t last = std::min(width, (c.w - 1 + c.pad - v) / c.stride + 1);
    for (std::int64_t y = 0; y < c.out_height(); ++y) {
        const std::int64_t row = y * c.stride + u - c.pad;
        if (row < 0 || row >= c.h || first >= last) continue;
        add_row(tap, image + row * c.w + first * c.stride + v - c.pad, c.stride, last - first, sum + y * width + first,
                magnitude + y * width + first);
    }
}

void evaluate(const Conv& c, const Operands& operands, Reference& result) {
    const std::int64_t image = c.out_height() * c.out_width();
    const float* weight = nullptr;
    for (std::int64_t b = 0; b < c.n; ++b) {
        weight = operands.weights.data();
        for (std::int64_t o = 0; o < c.k; ++o)
            for (std::int64_t i = 0; i < c.c; ++i)
                for (std::int64_t u = 0; u < c.r; ++u)
                    for (std::int64_t v = 0; v < c.s; ++v, ++weight)
                        add_tap(c, static_cast<double>(*weight), operands.activation.data() + (b * c.c + i) * c.h * c.w,
                                u, v, result.value.data() + (b * c.k + o) * image,
                                result.magnitude.data() + (b * c.k + o) * image);
    }
}

}  // namespace

Operands random_operands(const Problem& problem) {
    return {.activation = random_values(activation_elements(problem), 1),
            .weights = random_values(weight_elements(problem), 2)};
}

Reference reference(const Problem& problem, const Operands& operands) {
    const auto count = static_cast<std::size_t>(output_elements(problem));
    Reference result{.value = std::vector<double>(count), .magnitude = std::vector<double>(count)};
    std::visit([&](const auto& shape) { evaluate(shape, operands, result); }, problem.shape);
    return result;
}

std::string difference(const Problem& problem, const Reference& expected, const Floats& actual) {
    if (actual.size() != expected.value.size())
        return std::to_string(actual.size()) + " elements, expected " + std::to_string(expected.value.size());
    const double scale = 4.0 * static_cast<double>(reduction_length(problem)) * 0x1.0p-24;
    std::size_t wrong = 0;
    std::string first;
    for (std::size_t i = 0; i < actual.size(); ++i) {
        const double error = std::abs(static_cast<double>(actual[i]) - expected.value[i]);
        if (error <= scale * expected.magnitude[i]) continue;  // a NaN compares false: wrong
        if (wrong++ == 0)
            first = "element " + std::to_string(i) + " is " + std::to_string(actual[i]) + ", expected " +
                    std::to_string(expected.value[i]);
    }
    return wrong == 0 ? "" : first + " (" + std::to_string(wrong) + " elements wrong)";
}

}  // namespace saku::bench
