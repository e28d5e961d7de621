// How well a prediction agrees with measurement. All of it needs comparisons, + - * / and sqrt only.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace saku::tuner {

/// Ranks from 1; equal values share the mean of their places.
[[nodiscard]] std::vector<double> ranks(std::span<const double> values);

/// Pearson's correlation; 0 when a side does not vary or there are fewer than two pairs.
[[nodiscard]] double pearson(std::span<const double> a, std::span<const double> b);

/// Spearman's rank correlation, ties by mean ranks.
[[nodiscard]] double spearman(std::span<const double> a, std::span<const double> b);

/// Kendall's tau-b, which corrects for ties (Kendall, "The treatment of ties in ranking problems", 1945).
[[nodiscard]] double kendall(std::span<const double> a, std::span<const double> b);

/// |predicted - measured| / measured, by pair; measured must be positive.
[[nodiscard]] std::vector<double> relative_errors(std::span<const double> predicted, std::span<const double> measured);

/// 0 of none.
[[nodiscard]] double mean(std::span<const double> values);

/// The mean without the fastest and the slowest ninth, rounded up as far as something is left: 0 of none.
[[nodiscard]] double trimmed_mean(std::vector<double> values);

/// Of positive values (the largest at most 1e308 times the smallest), by bisection without libm; 0 of none.
[[nodiscard]] double geometric_mean(std::span<const double> values);

/// Positions of the smallest quarter, rounded up, ties by position; ascending by value.
[[nodiscard]] std::vector<std::size_t> best_quartile(std::span<const double> values);

}  // namespace saku::tuner
