// What sketches may be about: which axis becomes the vector, and which output axes are fused.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "tuner/access_pattern.h"

namespace saku::tuner {

/// Axes of the pattern by position, outermost first; one entry is an axis on its own.
using Run = std::vector<std::size_t>;

struct SketchChoice {
    std::optional<std::size_t> vector;  ///< position in the pattern; empty: scalar
    std::vector<Run> runs;              ///< what to fuse
    bool is_partial = false;            ///< the vector axis is reduced: every lane has a sum of its own
};

/// How an operand moves along several axes made one.
[[nodiscard]] Reach reach_along(const OperandPattern& operand, const AccessPattern& pattern, const Run& run);

/// What to vectorise and what to fuse, in layouts that give this pattern, for vectors of so many lanes (0: none).
/// Partial sums, scalar code and gathered vectors are for the caller's layouts only (`is_plain`): in others there is
/// always better.
[[nodiscard]] std::vector<SketchChoice> candidates_of(const AccessPattern& pattern, int lanes, bool is_plain);

}  // namespace saku::tuner
