// Random nests for property tests: loops, guards with and without else, stores with every update and `first` lists,
// quasi-affine subscripts, padded reads, scratch. Every write and every unpadded read stays inside its buffer, and
// every element of scratch is written before anything else happens, so that the nest is accepted by `verify` and runs.
#pragma once

#include "base/random.h"
#include "ir/loop_nest.h"

namespace saku::tests {

struct RandomNestOptions {
    int max_depth = 4;             ///< loops and guards inside one another
    bool strange_numbers = false;  ///< constants such as nan, inf, -0 and denormals
};

[[nodiscard]] ir::LoopNest random_nest(Random& random, const RandomNestOptions& options = {});

/// A random quasi-affine index over the variables, floors and mods nested up to `depth`.
[[nodiscard]] ir::Index random_index(Random& random, const std::vector<ir::VarId>& variables, int depth);

}  // namespace saku::tests
