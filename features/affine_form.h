// Subscripts as straight lines: the slope of an index in each loop variable, for analyses that average.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "ir/index.h"

namespace saku::features {

struct AffineForm {
    double constant = 0;                               ///< value with every variable at 0
    std::vector<std::pair<ir::VarId, double>> slopes;  ///< sorted by variable, distinct, non-zero
    bool approximate = false;                          ///< a floor or mod was replaced: floor(e/d) by e/d, e mod d by e

    [[nodiscard]] double slope(ir::VarId variable) const;
};

[[nodiscard]] AffineForm affine_form(const ir::Index& index);

/// The index with `d*floor(e/d) + (e mod d)` put together to e: subscripts of fused loops in a dense layout.
[[nodiscard]] ir::Index recombine(const ir::Index& index);

/// The largest power of two, at most `limit` (a power of two), that divides the index for all values of its variables;
/// `ignored` counts as 0.
[[nodiscard]] std::int64_t power_of_two_divisor(const ir::Index& index, std::int64_t limit, ir::VarId ignored = -1);

}  // namespace saku::features
