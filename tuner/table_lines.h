// Accesses as straight lines over the chain of a table in the making. Internal to table_*.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "tuner/table_production.h"

namespace saku::tuner {

/// Positions per dimension of the layout (smallest stride first) and elements of memory, by position in the chain. As
/// much is filled as there are dimensions and loops.
struct Lines {
    int buffer = 0;
    std::size_t dimensions = 0;
    std::array<double, features::max_dimensions> constant;
    std::array<std::array<double, max_slots>, features::max_dimensions> slope;
    bool is_spread = false;  ///< reaches are not bounded by the dimensions' extents
    std::int64_t offset = 0;
    std::array<std::int64_t, max_slots> step;  ///< elements of memory
};

[[nodiscard]] const features::Dimension& dimension_of(const Production& work, const Lines& lines, std::size_t d);

/// Appends the access with its boxes and terms.
features::Access& add_lines(Production& work, const Lines& lines, Use use);

}  // namespace saku::tuner
