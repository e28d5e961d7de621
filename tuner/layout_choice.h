// In which layouts the tensors of an operator are tried that may lie in memory as the tuner likes (`layout any`).
//
// Derived from the access pattern alone. The axis worth having innermost in the output is one that no window slides
// along: the one that only constants follow (a convolution's output channels), else one that everything follows (the
// channels of pooling or of depthwise convolutions). In tensors that do not follow it, it is the longest reduced axis
// (input channels). Where that axis is not innermost already, three forms are tried, for all tensors alike:
//
//     as the caller has it   NCHW
//     innermost              NHWC
//     blocked by the lanes   NCHW16c     where there are as many positions as lanes
//
// A tensor for which a form makes no sense takes the one before it in this list. Tensors read at the very elements that
// are written (residuals) lie as the output does.
//
// Limits: subscripts of several axes (channels of several groups) are left as they are, and so are tensors in which the
// axis is innermost already (matrices, NHWC operators).
#pragma once

#include <vector>

#include "ir/operator.h"
#include "tuner/sketch.h"

namespace saku::tuner {

/// One entry for each way to lay out the tensors with a free layout, each of which is in it; the first: as the caller
/// has them. `statement` is the one that sketches are about.
[[nodiscard]] std::vector<std::vector<SketchLayout>> layout_choices(const ir::Operator& op, int statement, int lanes);

/// The nest with those layouts.
[[nodiscard]] ir::LoopNest laid_out(const ir::LoopNest& plain, const std::vector<SketchLayout>& layouts);

/// The operator as access patterns should see it: strides are those between neighbouring elements, inside a block.
[[nodiscard]] ir::Operator with_strides_of(const ir::Operator& op, const std::vector<SketchLayout>& layouts);

}  // namespace saku::tuner
