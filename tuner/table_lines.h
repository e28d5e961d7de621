// Accesses as straight lines over the chain of a table in the making. Internal to table_*.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/fixed_vector.h"
#include "tuner/table_production.h"

namespace saku::tuner {

/// One iteration of the loop at a position in the chain moves one dimension of the layout.
struct Slope {
    std::uint32_t chain;
    std::uint32_t dimension;
    double positions;
};

/// Positions per dimension of the layout (smallest stride first) and elements of memory. Most loops move one dimension
/// or none: slopes that are 0 are left out. Arrays are filled as far as there are dimensions and loops.
struct Lines {
    int buffer = 0;
    std::size_t dimensions = 0;
    std::array<double, features::max_dimensions> constant;
    FixedVector<Slope, max_slots * features::max_dimensions> slopes;  ///< by chain, then by dimension
    bool is_spread = false;  ///< reaches are not bounded by the dimensions' extents
    std::int64_t offset = 0;
    std::array<std::int64_t, max_slots> step;  ///< elements of memory, by position in the chain
};

/// Appends a slope that is not 0; they come in the order of the list, or are sorted later.
inline void push_slope(Lines& lines, std::size_t chain, std::size_t dimension, double positions) {
    lines.slopes.push_back({.chain = static_cast<std::uint32_t>(chain),
                            .dimension = static_cast<std::uint32_t>(dimension),
                            .positions = positions});
}

[[nodiscard]] inline const features::Dimension& dimension_of(const Production& work, const Lines& lines,
                                                             std::size_t d) {
    const features::Buffer& buffer = work.table.buffers[static_cast<std::size_t>(lines.buffer)];
    return work.table.dimensions[static_cast<std::size_t>(buffer.first_dimension) + d];
}

/// Appends the access with its boxes and terms.
features::Access& add_lines(Production& work, const Lines& lines, Use use);

}  // namespace saku::tuner
