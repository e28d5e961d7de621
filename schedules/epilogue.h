// epilogue: an element-wise statement runs on the register tile, before it is stored.
//
//     for .. { out[i, j] = acc[i', j'] }   ...   for i { for j { out[i, j] = max(out[i, j] + bias[j], 0) } }
//  => epilogue(1)
//     for .. { out[i, j] = max(acc[i', j'] + bias[j], 0) }
//
// `statement` is the number of the operator's statement. It must be element-wise over the tensor that the accumulated
// statement writes (same subscripts on both sides), run over all of it, and follow it. With reduction loops left outside
// the tile, it runs in their last iteration only, chosen outside the loops of the writeback.
#pragma once

#include "base/result.h"
#include "ir/loop_nest.h"

namespace saku::schedules {

struct Epilogue {
    int statement = 1;
    friend bool operator==(const Epilogue&, const Epilogue&) = default;
};

[[nodiscard]] Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Epilogue& step);

}  // namespace saku::schedules
