// What unrolled loops make of one access: straight code that names an element for each of their iterations.
#pragma once

#include <span>

#include "ir/index.h"

namespace saku::ir {

struct UnrolledLoop {
    VarId variable;
    std::int64_t extent = 1;
};

/// Elements among those that the copies of an access name: the three taps of a window at eight neighbouring places are
/// ten, not 24. An upper bound where subscripts leave gaps, or hold floors or remainders.
[[nodiscard]] double distinct_copies(std::span<const Index> subscripts, std::span<const UnrolledLoop> unrolled);

}  // namespace saku::ir
