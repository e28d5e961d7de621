// partition: a loop is cut where a guard, or the padding of a read, changes truth.
//
//     for x < 56 { .. in[c, x + v - 1] pad 0 .. }        0 <= v < 3
//  => partition(x)
//     for x < 1 { .. in[c, x + v - 1] pad 0 .. }
//     for x < 54 { .. in[c, x + v] .. }
//     for x < 1 { .. in[c, x + v + 54] pad 0 .. }
//
// The middle part is the longest run of iterations in which all conditions that use the loop hold for every value of
// the inner variables (given any value of the outer ones). Each part runs from 0, with its start added to the subscripts.
#pragma once

#include <string>

#include "base/result.h"
#include "ir/loop_nest.h"

namespace saku::schedules {

struct Partition {
    std::string loop;
    friend bool operator==(const Partition&, const Partition&) = default;
};

[[nodiscard]] Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Partition& step);

}  // namespace saku::schedules
