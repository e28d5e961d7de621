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
// old contents. The loops before and after the reduction are over the same variables, so later steps change all of
// them.
//
// With `transpose`, memory is written (and old contents are read) by fresh loops named `<loop>_w`, serial, the one with
// the smallest step in the destination's memory innermost, so that later steps can make it the vector one: emission
// transposes in registers.
//
//     for x < 14 { for o < 16 { acc[x, o] = 0 } }                               vectorize(o)   unroll(x)
//     for i { for x { for o { acc[x, o] += in[i, x] * wt[i, o] } } }
//     for o_w < 16 { for x_w < 14 { out[o_w, x0 + x_w] = acc[x_w, o_w] } }      vectorize(x_w) unroll(o_w)
//
// With `partial` loops, each of their iterations has a sum of its own: reduction loops inside `loop` become dimensions
// of the tile, and may be lanes. Their sums are added up behind the reduction, by fresh loops `<loop>_w`, the partial
// ones outermost: a reduction again, which can be accumulated like any other.
//
//     for k_o { for i < 8 { for k_l < 16 { out[i0 + i] += E first (k_o, k_l) } } }
//  => accumulate(k_o, acc, partial(k_l))
//     for i { for k_l { acc[i, k_l] = 0 } }                                     vectorize(k_l) unroll(i)
//     for k_o { for i { for k_l { acc[i, k_l] += E } } }
//     for k_l_w < 16 { for i_w < 8 { out[i0 + i_w] += acc[i_w, k_l_w] first (k_l_w) } }   accumulate(k_l_w, sum)
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "ir/loop_nest.h"

namespace saku::schedules {

struct Accumulate {
    std::string loop;
    std::string buffer;
    bool transpose = false;
    std::vector<std::string> partial = {};  ///< not empty: not transposed
    friend bool operator==(const Accumulate&, const Accumulate&) = default;
};

[[nodiscard]] Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Accumulate& step);

}  // namespace saku::schedules
