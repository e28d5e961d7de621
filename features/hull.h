// A box of positions in a memory layout, and the lines and pages that it covers.
#pragma once

#include <array>
#include <cstddef>
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

/// Rows that are one step apart.
struct Step {
    double bytes;   ///< between neighbours
    double align;   ///< the largest power of two that divides the step, in bytes
    PerSets shift;  ///< ... and what it moves them by in each cache, whose sets come again after a period
    PerSets cycle;  ///< rows until the same sets come again
};
[[nodiscard]] Step step_of(double bytes, const MemoryUnits& units);

/// What boxes of one buffer have in common. Only the dimensions that the buffer has are filled.
struct Frame {
    std::size_t dimensions = 0;
    double element_bytes = 4;
    std::array<Step, max_dimensions> neighbours;  ///< from one position to the next one
    PerDimension reach;                           ///< bounds the extents
};

/// Positions from `low` to `high` along one dimension, `points` of them used; and what `measure` made of them, which
/// stays right while they stay the same. Without initial values, because large arrays hold it.
struct Side {
    double low;
    double high;
    double points;

    double count;       ///< positions that differ in memory; at most 1: the dimension does not matter
    double step_bytes;  ///< between neighbours
    double align;       ///< the largest power of two that divides the step, in bytes
    PerSets sets;       ///< hit by rows one step apart, in units of the sets that one row hits
};

/// One side for each dimension of the buffer.
struct Hull {
    std::array<Side, max_dimensions> sides;
    std::uint32_t changed;  ///< bit d: side d has to be measured anew
};

/// The box that one execution of a row names.
void fill(Hull& hull, std::span<const Box> boxes);

/// Makes `hull` hold `other` too. Boxes at different places add their points.
void widen(Hull& hull, const Hull& other, std::size_t dimensions);

/// Stretches a side by the iterations of a loop that goes `back` and `forth` by so many positions in each (two accesses
/// may go different ways).
void stretch(Hull& hull, std::size_t dimension, double back, double forth, double trips);

/// Without initial values, because large arrays hold it.
struct Measured {
    PerGrain count;    ///< lines, pages
    PerSets pressure;  ///< lines for each cache set that they fall into
};

/// `align` is a power of two, in bytes, that the box's start is a multiple of.
///
/// Dimensions are taken from the smallest stride on: as long as neighbours lie closer than a unit to what there is,
/// they lengthen one run; after that they multiply rows. A run of R bytes covers (R + B - g)/B units of B bytes on
/// average when it starts at a multiple of g (ceil(R/B) when g is B or more). Holes are spread evenly.
[[nodiscard]] Measured measure(Hull& hull, const Frame& frame, double align, const MemoryUnits& units);

/// The same without the pressure.
[[nodiscard]] PerGrain count_units(Hull& hull, const Frame& frame, double align, const MemoryUnits& units);

/// A box as runs of bytes that lie less than a line apart.
struct Runs {
    double lines;  ///< long, as bytes: more are touched where they do not begin with a line
    double count;
};
[[nodiscard]] Runs runs_of(Hull& hull, const Frame& frame, const MemoryUnits& units);

/// The largest power of two, at most 4096, that divides `bytes`; 1 for fractions.
[[nodiscard]] inline double lowest_bit(double bytes) {
    constexpr double limit = 4096;
    if (bytes == 0) return limit;
    if (bytes > 1e15) return 1;
    const auto whole = static_cast<std::int64_t>(bytes);
    if (static_cast<double>(whole) != bytes) return 1;
    const auto cut = static_cast<std::int64_t>(limit);
    return static_cast<double>((whole | cut) & -(whole | cut));
}

}  // namespace saku::features
