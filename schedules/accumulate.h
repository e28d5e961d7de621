// accumulate: a reduction runs in registers.
//
//     for k < 96 { for i < 8 { for j < 48 { out[i0 + i, j0 + j] += E first (k) } } }
//  => accumulate(k, acc)
//     registers acc: f32[8, 48]
//     for i { for j { acc[i, j] = 0 } }
//     for k { for i { for j { acc[i, j] += E } } }
//     for i { for j { out[i0 + i, j0 + j] = acc[i, j] } }
//
// `loop` is the outermost reduction loop of the tile. The loops inside it that the destination uses are the register
// tile, one dimension each, outermost first. When reduction loops remain outside (a blocked k: `first (k_o, k)`), the
// tile starts from zero or from the old contents, chosen by a guard on them; without `first` it always starts from the
// old contents. With `transpose`, the tile is written (and read) back with its last two tile loops exchanged, so that
// the loop that is contiguous in the destination is the vector one: emission transposes in registers.
#pragma once

#include <string>

#include "base/result.h"
#include "ir/loop_nest.h"

namespace saku::schedules {

struct Accumulate {
    std::string loop;
    std::string buffer;
    bool transpose = false;
    friend bool operator==(const Accumulate&, const Accumulate&) = default;
};

[[nodiscard]] Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Accumulate& step);

}  // namespace saku::schedules
