// How times of resources that work side by side come together.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

namespace saku::costmodel {

/// base^power for the powers that coefficients may name, and twice those.
[[nodiscard]] inline double raise(double base, int power) {
    double result = base * base;
    for (int p = 2; p < power; p *= 2) result *= result;
    return result;
}

/// The inverse of `raise`.
[[nodiscard]] inline double root(double value, int power) {
    double result = std::sqrt(value);
    for (int p = 2; p < power; p *= 2) result = std::sqrt(result);
    return result;
}

/// (sum t^power)^(1/power) of times that are not negative.
[[nodiscard]] inline double norm(std::span<const double> times, int power) {
    double largest = 0;
    for (const double t : times) largest = std::max(largest, t);
    if (largest <= 0) return 0;
    double sum = 0;
    for (const double t : times) sum += raise(t / largest, power);
    return largest * root(sum, power);
}

}  // namespace saku::costmodel
