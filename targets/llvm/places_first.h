// The order of straight code: windows place by place.
//
//     unrolled u, v { unrolled i { vector l { acc[i, l] max= in[2*i + u, 2*l + v] } } }
//                                  =>   unrolled i { unrolled u, v { vector l { .. } } }
//
// Schedules run through the terms of a sum outside and the places of its register tile inside, as sums of products want
// it, whose vectors serve all places. Of a window's vectors only neighbouring places have a part: named term by term,
// the rows of a whole tile are alive together, and compilers put many of them on the stack.
#pragma once

#include <optional>

#include "ir/loop_nest.h"

namespace saku::targets {

/// The loop with the places of its register tile outside. Nothing where it is not a perfect nest of unrolled loops, has
/// no terms around places, or reads vectors that some of the places share. Each sum keeps the order of its terms.
[[nodiscard]] std::optional<ir::Loop> places_first(const ir::LoopNest& nest, const ir::Loop& loop);

}  // namespace saku::targets
