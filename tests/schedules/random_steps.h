// Random operators and random steps for property tests.
#pragma once

#include <string>

#include "base/random.h"
#include "ir/loop_nest.h"
#include "schedules/schedule.h"

namespace saku::tests {

/// A small operator: the shorthand of a built-in or a notation, with ones, primes, strides, dilation, groups.
[[nodiscard]] std::string random_operator(Random& random);

/// A step whose names are mostly those of the nest. `number` makes its new names unique.
[[nodiscard]] schedules::Step random_step(Random& random, const ir::LoopNest& nest, int number);

/// Steps in the order of real schedules: splits, reorder, accumulate, packs, kinds, tails, the rest; with random choices.
[[nodiscard]] schedules::Step likely_step(Random& random, const ir::LoopNest& nest, int number, int of);

}  // namespace saku::tests
