// How often does a guard hold? Counts of integer points in a box of loops that satisfy conditions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ir/index.h"

namespace saku::features {

struct CountedLoop {
    ir::VarId variable = 0;
    std::int64_t extent = 1;  ///< runs over [0, extent - 1]
};

/// What a branch of a guard knows: all conditions are >= 0 (`then`), or at least one is not (`otherwise`).
struct Clause {
    std::vector<ir::Index> conditions;
    bool negated = false;
};

/// Points of the box of loops at which `given` holds, and those of them at which a further clause holds too. Loops that
/// neither the clause nor the related part of `given` uses are left out of both counts.
struct Counts {
    double given = 1;
    double both = 1;
    /// The share of the points that the clause lets through; 0 where there are none.
    [[nodiscard]] double share() const { return given > 0 ? both / given : 0; }
};

/// Exact for affine conditions as long as the counts fit in 53 bits: recursion over the loops, outermost first, in
/// which whole ranges are decided by interval arithmetic, so that mixed-radix conditions (`99 - 48*i_oo - 8*i_o - i_i`)
/// cost a few steps whatever the extents. Conditions that are not affine are enumerated. A count that takes more than
/// 20,000 steps, or a non-affine condition over a loop of more than 4096, is finished by taking the undecided
/// conditions as uniformly distributed over their range. Variables that no loop defines count as 0.
[[nodiscard]] Counts count_points(std::span<const CountedLoop> loops, std::span<const Clause> given,
                                  const Clause& clause);

}  // namespace saku::features
