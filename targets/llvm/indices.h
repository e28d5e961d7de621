// Index expressions as machine integers and lane masks.
#pragma once

#include "targets/llvm/frame.h"

namespace saku::targets {

/// What is known of the loops around this place.
[[nodiscard]] ir::Ranges ranges_here(const Frame& frame);

/// The values of a resolved index at this place, in the active lanes. Nothing without bounds.
[[nodiscard]] std::optional<ir::Interval> range_here(const Frame& frame, const ir::Index& index,
                                                     const Lanes& lanes = {});

/// Unrolled variables replaced by their value, floors and mods simplified by the ranges around this place.
[[nodiscard]] ir::Index resolve(const Frame& frame, const ir::Index& index);

/// The expression for one lane: the vector variable replaced by `start + lane`. Takes a resolved index.
[[nodiscard]] ir::Index at_lane(const Frame& frame, const ir::Index& index, const Lanes& lanes, int lane);

/// A resolved index without lanes as an i64.
[[nodiscard]] llvm::Value* emit_index(Frame& frame, const ir::Index& index);

/// How a resolved index moves from lane to lane.
struct LaneForm {
    enum class Kind : std::uint8_t { uniform, affine, irregular };
    Kind kind = Kind::uniform;
    std::int64_t stride = 0;  ///< affine: step from lane to lane
};
[[nodiscard]] LaneForm lane_form(const ir::Index& index, const Lanes& lanes);

/// By active lane: how far a resolved index has moved since lane 0. Nothing where that depends on loops around.
[[nodiscard]] std::optional<std::vector<std::int64_t>> lane_distances(const Frame& frame, const ir::Index& index,
                                                                      const Lanes& lanes);

/// A condition that cannot be decided here: false when the ranges prove `index >= 0`.
[[nodiscard]] bool is_open(const Frame& frame, const ir::Index& index, const Lanes& lanes);

/// All of the resolved indices >= 0, lane by lane: a vector of i1 (an i1 in scalar code); null when nothing is open.
[[nodiscard]] llvm::Value* emit_conditions(Frame& frame, const std::vector<ir::Index>& indices, const Lanes& lanes);

/// a and b; null stands for true.
[[nodiscard]] llvm::Value* both(Frame& frame, llvm::Value* a, llvm::Value* b);

/// The lanes below `active`; null when all are.
[[nodiscard]] llvm::Value* active_mask(Frame& frame, const Lanes& lanes);

/// The largest power of two, at most `base`, that divides the byte address of every element the resolved offset names.
[[nodiscard]] std::int64_t known_alignment(const ir::Index& offset, std::int64_t element_bytes, std::int64_t base);

}  // namespace saku::targets
