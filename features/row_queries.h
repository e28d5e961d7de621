// Questions about the rows of a table that more than one pass over it asks.
#pragma once

#include "features/loop_table.h"

namespace saku::features {

/// The dimension that the lanes go along; -1 without any.
[[nodiscard]] int lane_dimension(const LoopTable& table, const Access& access);

[[nodiscard]] bool reads(const LoopTable& table, const Row& row, int buffer);

}  // namespace saku::features
