#include "tuner/compare/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace saku::tuner {

namespace {

std::vector<std::size_t> ascending(std::span<const double> values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    return order;
}

}  // namespace

std::vector<double> ranks(std::span<const double> values) {
    const std::vector<std::size_t> order = ascending(values);
    std::vector<double> result(values.size());
    for (std::size_t first = 0; first < order.size();) {
        std::size_t end = first + 1;
        while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
        const double shared = static_cast<double>(first + 1 + end) / 2;
        for (std::size_t i = first; i < end; ++i) result[order[i]] = shared;
        first = end;
    }
    return result;
}

double pearson(std::span<const double> a, std::span<const double> b) {
    if (a.size() != b.size() || a.size() < 2) return 0;
    const double mean_a = mean(a);
    const double mean_b = mean(b);
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += (a[i] - mean_a) * (b[i] - mean_b);
        aa += (a[i] - mean_a) * (a[i] - mean_a);
        bb += (b[i] - mean_b) * (b[i] - mean_b);
    }
    return aa > 0 && bb > 0 ? ab / (std::sqrt(aa) * std::sqrt(bb)) : 0;
}

double spearman(std::span<const double> a, std::span<const double> b) { return pearson(ranks(a), ranks(b)); }

double kendall(std::span<const double> a, std::span<const double> b) {
    if (a.size() != b.size()) return 0;
    const auto sign = [](double x, double y) { return x < y ? -1 : x > y ? 1 : 0; };
    double agreement = 0;
    double differ_a = 0;
    double differ_b = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            const int sign_a = sign(a[i], a[j]);
            const int sign_b = sign(b[i], b[j]);
            agreement += sign_a * sign_b;
            differ_a += sign_a * sign_a;
            differ_b += sign_b * sign_b;
        }
    }
    return differ_a > 0 && differ_b > 0 ? agreement / (std::sqrt(differ_a) * std::sqrt(differ_b)) : 0;
}

std::vector<double> relative_errors(std::span<const double> predicted, std::span<const double> measured) {
    std::vector<double> errors;
    for (std::size_t i = 0; i < std::min(predicted.size(), measured.size()); ++i)
        errors.push_back(std::abs(predicted[i] - measured[i]) / measured[i]);
    return errors;
}

double mean(std::span<const double> values) {
    return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double trimmed_mean(std::vector<double> values) {
    constexpr std::size_t part = 9;
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    const std::size_t cut = std::min((values.size() + part - 1) / part, (values.size() - 1) / 2);
    return mean({values.data() + cut, values.size() - 2 * cut});
}

double geometric_mean(std::span<const double> values) {
    if (values.empty()) return 0;
    // The mean m solves product(values / m) = 1. Bisection on the product, one factor at a time against overflow:
    // mantissas and exponents are kept apart.
    const auto product_above_one = [&](double m) {
        double mantissa = 1;
        long exponent = 0;
        for (const double value : values) {
            int step = 0;
            mantissa = std::frexp(mantissa * (value / m), &step);
            exponent += step;
        }
        return exponent > 1 || (exponent == 1 && mantissa > 0.5);
    };
    double low = *std::min_element(values.begin(), values.end());
    double high = *std::max_element(values.begin(), values.end());
    if (low == high) return low;
    for (int i = 0; i < 200; ++i) {
        const double middle = std::sqrt(low) * std::sqrt(high);
        (product_above_one(middle) ? low : high) = middle;
    }
    return std::sqrt(low) * std::sqrt(high);
}

std::vector<std::size_t> best_quartile(std::span<const double> values) {
    std::vector<std::size_t> order = ascending(values);
    order.resize((values.size() + 3) / 4);
    return order;
}

}  // namespace saku::tuner
