// Do different iterations name different elements?
#pragma once

#include <vector>

#include "ir/index.h"

namespace saku::ir {

/// True when any two assignments of `axes` (over their ranges) that differ give different values of `subscripts` as a
/// tuple. Sufficient, not necessary: a subscript is taken apart when each coefficient exceeds all that the smaller ones
/// can sum to (`kg*g + o` with o < kg), and floor(i/8) and i mod 8 together give i. False when it cannot tell.
[[nodiscard]] bool names_distinct_elements(const std::vector<Index>& subscripts, const std::vector<VarId>& axes,
                                           const Ranges& ranges);

}  // namespace saku::ir
