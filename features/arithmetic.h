// What one execution of a store computes, by kind of operation.
#pragma once

#include <array>

#include "features/loop_table.h"
#include "ir/loop_nest.h"

namespace saku::features {

/// Operations of the store's expression and its update, per iteration, in the order of `Arithmetic`. A product that is
/// an operand of an addition or subtraction (the update included) is one fused multiply-add with it; reciprocals are
/// divisions; the choice that `first` makes counts as `logic`. Of what subscripts and constants alone decide, such as
/// the size of a padded window, only the last operation counts: the rest is done once for many elements.
[[nodiscard]] std::array<double, arithmetic_count> operations_of(const ir::Store& store);

}  // namespace saku::features
