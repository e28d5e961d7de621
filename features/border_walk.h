// How emission cuts the loops that move a padded read: what padding.h, border_copies.h and dead_rows.h share.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/fixed_vector.h"
#include "features/loop_table.h"

namespace saku::features {

/// A loop on a dimension's way through those that move it.
struct BorderStep {
    int loop = 0;
    std::int64_t step = 0;    ///< positions from one iteration to the next, above 0
    std::int64_t extent = 1;  ///< iterations
    std::int64_t reach = 0;   ///< positions that loops inside and straight code add at most
};

inline constexpr std::size_t most_border_steps = 16;  ///< what more loops move is looked at as not cut
using BorderSteps = FixedVector<BorderStep, most_border_steps>;

/// The loops that move the access along one dimension, from outside to inside; none where positions run backwards.
[[nodiscard]] BorderSteps border_steps(const LoopTable& table, const Access& access, int dimension);

struct BorderCut {
    std::int64_t below = 0;  ///< iterations before the inside
    std::int64_t inside = 0;
    bool is_cut = false;
};

/// How emission cuts a loop in whose first iteration the walk is at `position`, and gets to `end` in its last one
/// (targets/llvm/interior.h). The dimension's inside is [0, extent).
[[nodiscard]] BorderCut border_cut(const BorderStep& loop, std::int64_t extent, std::int64_t position,
                                   std::int64_t end);
/// The same, where it gets as far as its reach says.
[[nodiscard]] BorderCut border_cut(const BorderStep& loop, std::int64_t extent, std::int64_t position);

/// Iterations of the loops from `level` inwards, for one of the loop around them.
template <class Steps>
[[nodiscard]] double inner_iterations(const Steps& steps, std::size_t level) {
    double iterations = 1;
    for (std::size_t l = level; l < steps.size(); ++l) iterations *= static_cast<double>(steps[l].extent);
    return iterations;
}

/// Positions that straight code and lanes name, the first and the extent of one dimension.
[[nodiscard]] inline const Box& box_along(const LoopTable& table, const Access& access, int dimension) {
    return table.boxes[static_cast<std::size_t>(access.first_box + dimension)];
}
[[nodiscard]] inline std::int64_t extent_along(const LoopTable& table, const Access& access, int dimension) {
    const Buffer& buffer = table.buffers[static_cast<std::size_t>(access.buffer)];
    return table.dimensions[static_cast<std::size_t>(buffer.first_dimension + dimension)].extent;
}

/// May emission cut loops for it?
[[nodiscard]] bool may_cut(const LoopTable& table, const Access& access);

}  // namespace saku::features
