// set_layout: an argument whose layout is free lies in memory in another order, with dimensions cut into blocks.
//
//     arg in: f32[N=1, C=64, H=56, W=56] in free
//     for i < 64 { for y < 56 { for x < 56 { .. in[0, i, y, x] .. } } }
//  => set_layout(in, NCHW16c)  or  set_layout(in, 0, 1, 2, 3, block(1, 16))
//     arg in: f32[N=1, C=64, H=56, W=56] layout (d0%1, d1/16%4, d2%56, d3%56, d1%16) in free
//     for i < 64 { for y < 56 { for x < 56 { .. in[0, i, y, x] .. } } }
//
// The order is a name made of the letters of the dimensions, or lists each dimension once, outermost first, and before
// or behind it blocks of dimensions: block(1, 16) is the coordinate of dimension 1 modulo 16 (NCHW16c above); of
// several blocks of a dimension, later ones are the finer ones. A dimension that blocks do not divide is padded up.
// Loops and subscripts stay as they are: subscripts are logical coordinates. Callers convert by the functions that come
// with the kernel (docs/kernel-abi.md).
#pragma once

#include <string>

#include "base/result.h"
#include "ir/layout_order.h"
#include "ir/loop_nest.h"

namespace saku::schedules {

struct SetLayout {
    std::string tensor;
    ir::LayoutOrder order;  ///< outermost first
    std::string name = {};  ///< instead of `order`: "NCHW16c"; read when the step is applied
    friend bool operator==(const SetLayout&, const SetLayout&) = default;
};

[[nodiscard]] Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const SetLayout& step);

}  // namespace saku::schedules
