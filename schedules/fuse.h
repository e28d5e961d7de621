// fuse: two loops, one directly inside the other, become one.
//
//     for y < Y { for x < X { S(y, x) } }
//  => fuse(y, x, f)
//     for f < Y*X { S(floor(f/X), f mod X) }
//
// Subscripts in which y and x only occur as X*y + x (rows of a dense tensor) become plain f again when they are
// flattened by the layout.
#pragma once

#include <string>

#include "base/result.h"
#include "ir/loop_nest.h"

namespace saku::schedules {

struct Fuse {
    std::string outer;
    std::string inner;
    std::string fused;
    friend bool operator==(const Fuse&, const Fuse&) = default;
};

[[nodiscard]] Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Fuse& step);

}  // namespace saku::schedules
