// A box of positions in a memory layout, and the lines and pages that it covers.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "features/loop_table.h"

namespace saku::features {

/// Units of memory: bytes fetched together by caches, and by TLBs.
enum class Grain : std::uint8_t { line, page };
inline constexpr int grain_count = 2;
using PerGrain = std::array<double, grain_count>;

/// Caches in which rows a power of two apart may collide: L1 and L2.
inline constexpr int set_caches = 2;
using PerSets = std::array<double, set_caches>;

struct MemoryUnits {
    double line_bytes = 64;
    double page_bytes = 4096;
    PerSets sets{};  ///< of those caches; 0: collisions are not looked at
};

using PerDimension = std::array<double, max_dimensions>;

/// Positions from `low` to `high` along each dimension, `points` of them used. Only the dimensions that the buffer has
/// are filled.
struct Hull {
    PerDimension low;
    PerDimension high;
    PerDimension points;
};

/// The dimensions that are filled; an assignment would copy all there is room for.
void copy(const Hull& from, Hull& to, int dimensions);

/// Makes `hull` hold `other` too. Boxes at different places add their points.
void widen(Hull& hull, const Hull& other, int dimensions);

/// Without initial values, because large arrays hold it.
struct Measured {
    PerGrain count;    ///< lines, pages
    PerSets pressure;  ///< lines for each cache set that they fall into
};

/// `reach` bounds the extents. `align` is a power of two, in bytes, that the box's start is a multiple of.
///
/// Dimensions are taken from the smallest stride on: as long as neighbours lie closer than a unit to what there is,
/// they lengthen one run; after that they multiply rows. A run of R bytes covers (R + B - g)/B units of B bytes on
/// average when it starts at a multiple of g (ceil(R/B) when g is B or more). Holes are spread evenly.
[[nodiscard]] Measured measure(const Hull& hull, const PerDimension& reach, std::span<const Dimension> dimensions,
                               double element_bytes, double align, const MemoryUnits& units);

/// The largest power of two, at most 4096, that divides `bytes`; 1 for fractions.
[[nodiscard]] double lowest_bit(double bytes);

}  // namespace saku::features
