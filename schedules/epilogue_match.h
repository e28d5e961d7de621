// How an element-wise statement fits the store of the tensor that it follows.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "ir/loop_nest.h"
#include "schedules/place.h"

namespace saku::schedules {

/// Do the subscripts, over the loops, take every value of the shape? Sufficient, not necessary: affine subscripts whose
/// coefficients leave no gap.
[[nodiscard]] bool covers_shape(const ir::Access& access, const std::vector<LoopHead>& loops,
                                const std::vector<std::int64_t>& shape);

/// Are no two stores of the block to the same element of the buffer, but in iterations of the same loops? The stores of
/// a reduction that runs in parts (a partitioned k) follow each other on the same element.
[[nodiscard]] bool is_stored_in_one_place(const ir::Block& block, ir::BufferId buffer);

/// The conditions under which a store is not followed by another one to the same element: each loop around it that its
/// subscripts do not use is in its last iteration.
[[nodiscard]] Fitted<std::vector<ir::Index>> last_iteration(const ir::Access& destination, const Place& place);

/// The value of `last` for the element that `store` writes: the element itself is what `store` would have written.
[[nodiscard]] Fitted<ir::Expr> epilogue_of(const ir::Store& last, const ir::Store& store);

}  // namespace saku::schedules
