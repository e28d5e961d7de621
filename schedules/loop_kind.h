// unroll, vectorize, parallelize: how a loop's iterations are run.
//
//     for i < 8 { S(i) }   =>   unrolled for i < 8 { S(i) }        unroll(i)
//     for j < 16 { S(j) }  =>   vector for j < 16 { S(j) }         vectorize(j)
//     for i < 13 { S(i) }  =>   parallel for i < 13 { S(i) }       parallelize(i)
//
// unroll needs a constant extent of at most 256. vectorize needs a constant extent of at most 64, a body of stores and
// guards only, and iterations that do not depend on each other (a reduction over the loop does not vectorize).
// parallelize needs iterations that do not write what others touch, and no parallel loop inside or around.
#pragma once

#include <string>

#include "base/result.h"
#include "ir/loop_nest.h"

namespace saku::schedules {

struct Unroll {
    std::string loop;
    friend bool operator==(const Unroll&, const Unroll&) = default;
};
struct Vectorize {
    std::string loop;
    friend bool operator==(const Vectorize&, const Vectorize&) = default;
};
struct Parallelize {
    std::string loop;
    friend bool operator==(const Parallelize&, const Parallelize&) = default;
};

[[nodiscard]] Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Unroll& step);
[[nodiscard]] Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Vectorize& step);
[[nodiscard]] Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Parallelize& step);

}  // namespace saku::schedules
