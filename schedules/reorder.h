// reorder: loops change places.
//
//     for i { for j { for k { S } } }
//  => reorder(k, i)
//     for k { for j { for i { S } } }
//
// The listed loops take the places of the listed loops, outermost first; loops between them stay. They must be nested
// in one another with nothing but loops and guards between (guards move inside the innermost of the loops they use).
// Applies where no dependence is broken: updates of the same kind commute; anything else that one iteration writes
// and another touches keeps its order.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "ir/loop_nest.h"

namespace saku::schedules {

struct Reorder {
    std::vector<std::string> loops;
    friend bool operator==(const Reorder&, const Reorder&) = default;
};

[[nodiscard]] Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Reorder& step);

}  // namespace saku::schedules
