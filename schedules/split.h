// split: one loop becomes two.
//
//     for i < 100 { S(i) }
//  => split(i, 8, i_o, i_i)
//     for i_o < 13 { for i_i < 8 { if 99 - 8*i_o - i_i >= 0 { S(8*i_o + i_i) } } }
//
// The guard is there only when the factor does not divide the extent; `tail` and `partition` deal with it later. It
// stands directly inside the inner loop.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "ir/loop_nest.h"

namespace saku::schedules {

struct Split {
    std::string loop;
    std::int64_t factor = 1;  ///< extent of the inner loop, at least 1; may exceed the extent
    std::string outer;
    std::string inner;
    friend bool operator==(const Split&, const Split&) = default;
};

[[nodiscard]] Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Split& step);

}  // namespace saku::schedules
