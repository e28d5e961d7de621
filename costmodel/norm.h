// How times of resources that work side by side come together.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

namespace saku::costmodel {

/// base^power; powers of two, from 2 on.
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

/// `root` of what is often hardly above 1, by the first terms of its series there: square roots wait for each other.
[[nodiscard]] inline double root_near_one(double value, int power) {
    constexpr double near = 1e-4;  // what the series leaves out is below its cube
    const double more = value - 1;
    if (more > near) return root(value, power);
    const double part = 1.0 / power;
    return 1 + part * more * (1 - (1 - part) / 2 * more);
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

/// The same, fast for a few of which one leads: all are raised together.
template <std::size_t count>
[[nodiscard]] double norm_led(std::array<double, count> times, int power) {
    double largest = 0;
    for (const double t : times) largest = std::max(largest, t);
    if (largest <= 0) return 0;
    const double scale = 1 / largest;
    for (double& t : times) t *= scale;
    for (int p = 1; p < power; p *= 2) {
        for (double& t : times) t *= t;
    }
    double sum = 0;
    for (const double t : times) sum += t;
    return std::max(largest, largest * root_near_one(sum, power));  // the largest, scaled, may round to less than 1
}

/// What beside `part` makes `all`: the norm of both is `all`. Zero where the part is all of it.
[[nodiscard]] inline double remainder(double all, double part, int power) {
    return all <= part ? 0 : all * root(1 - raise(part / all, power), power);
}

}  // namespace saku::costmodel
