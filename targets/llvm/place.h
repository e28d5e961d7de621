// Where an access lies: its subscripts and offset with everything resolved that is known at this point of the code.
#pragma once

#include "targets/llvm/frame.h"

namespace saku::targets {

struct Place {
    ir::BufferId buffer = 0;
    std::vector<ir::Index> indices;
    ir::Index offset;  ///< elements from the buffer's start
    std::optional<double> pad;
};

[[nodiscard]] Place place_of(const Frame& frame, const ir::Access& access);

/// The place that one lane names.
[[nodiscard]] Place lane_of(const Frame& frame, const Place& place, const Lanes& lanes, int lane);

/// What must be >= 0 for the access to lie inside the buffer's shape.
[[nodiscard]] std::vector<ir::Index> bounds_of(const Frame& frame, const Place& place);

/// What is known of the address of the element at this offset.
[[nodiscard]] llvm::Align alignment_of(const Frame& frame, const Place& place, const ir::Index& offset);

/// base + variable part + constant part, in that order: unrolled copies share the variable part.
[[nodiscard]] llvm::Value* address(Frame& frame, ir::BufferId id, const ir::Index& offset);

/// Elements around the one at `offset`, counted from it, that lie in the buffer's memory whatever the loops around
/// stand at: empty (low > high) when the offset itself may lie outside.
[[nodiscard]] ir::Interval readable_around(const Frame& frame, ir::BufferId id, const ir::Index& offset);

}  // namespace saku::targets
