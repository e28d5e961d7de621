// One schedule of a sketch with every decision made: the form between digits and steps, all numbers.
//
// Classes of points. Different digits often mean the same schedule; `settle` maps each point to the one that stands for
// its class:
//  * register tiles that need more registers than there are shrink: tile_m2 first, then tile_m, then tile_n
//  * blocks are balanced (17 tiles in blocks of 12 are 9 + 8); sizes that give the same blocks are one, and a block of
//    everything is no block
//  * orders of loops that are not there, tails where tiles divide, packings that end up at the same loop, prefetching
//    of what is not packed or of more lines than the step takes, amounts of unrolling that come to the same, are one
// Of equal values the first in the hole's list stands for all. A hole pinned by the user has one value and keeps it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/checked.h"
#include "base/fixed_vector.h"
#include "tuner/sketch.h"

namespace saku::tuner {

/// Values of the holes (not digits), after settling; a hole that the sketch lacks has the value that does nothing.
struct Decisions {
    std::int64_t tile_m = 1;
    std::int64_t tile_m2 = 1;
    std::int64_t vectors = 1;  ///< tile_n / lanes
    std::int64_t block_m = 0;  ///< tiles of `blocked_axis` in a block; 0: no blocks
    std::int64_t block_n = 0;  ///< tiles of the vector axis in a block
    std::int64_t block_k = 0;  ///< iterations of the longest reduction axis
    int order = 0;
    int inner_order = 0;
    int k_order = 0;
    std::int64_t unroll = 1;
    FixedVector<Packing, 64> packings;  ///< by operand; operators have no more tensors (ir/operator_check.cpp)
    bool mask_m = false;
    bool mask_m2 = false;
    bool mask_n = false;
    std::int64_t prefetch = 0;
    bool transpose = false;
    bool fused_epilogue = false;
    Divided parallel = Divided::nothing;
    friend bool operator==(const Decisions&, const Decisions&) = default;
};

/// Sides of the nest whose blocks come one inside another, outermost first: the values of `Decisions::order`.
inline constexpr const char* block_orders[] = {"mnk", "mkn", "nmk", "nkm", "kmn", "knm"};

/// Makes the digits canonical and gives what they decide.
[[nodiscard]] Decisions settle(const Sketch& sketch, std::vector<int>& digits);
/// Makes the digits canonical.
void make_canonical(const Sketch& sketch, std::vector<int>& digits);
/// What digits decide that are canonical already, in less time; they stay as they are.
[[nodiscard]] Decisions decisions_of_canonical(const Sketch& sketch, std::vector<int>& digits);

// ---- the loops that decisions give

enum class Piece : std::uint8_t {
    whole,  ///< the axis is not split
    block,
    tiles,
    inner,  ///< register tile of an m axis; the serial part of a reduced one
    vectors,
    lanes,
    unrolled,  ///< part of a reduced axis in straight code
};

/// Part of the nest a loop belongs to, outermost first.
enum class Section : std::uint8_t { outer, tiles, reduction, tile };

enum class PlannedKind : std::uint8_t { serial, unrolled, lanes };

struct PlannedLoop {
    int axis = 0;  ///< position in Sketch::axes
    Piece piece = Piece::whole;
    std::int64_t extent = 1;  ///< more than 1, except for lanes
    Section section = Section::outer;
    PlannedKind kind = PlannedKind::serial;
    friend bool operator==(const PlannedLoop&, const PlannedLoop&) = default;
};

struct TileCuts;

/// All loops, outermost first.
[[nodiscard]] std::vector<PlannedLoop> planned_loops(const Sketch& sketch, const Decisions& decisions);
/// The same in memory that was used before, with the `tile_cuts`.
void plan_loops(const Sketch& sketch, const Decisions& decisions, const TileCuts& cuts,
                std::vector<PlannedLoop>& loops);

[[nodiscard]] const std::string& name_of(const Sketch& sketch, const PlannedLoop& loop);

/// How an axis is cut: sizes of its pieces, 1 where a piece is not there.
struct Cut {
    std::int64_t extent = 1;
    std::int64_t tile = 1;  ///< elements of a register tile (vectors * lanes, or the unrolled loop)
    std::int64_t tile_count = 1;
    std::int64_t block = 0;  ///< tiles in a block; 0: no blocks
    std::int64_t block_count = 1;
    std::int64_t vectors = 1;  ///< in a tile of the vector axis
};
/// `axis` must be an output axis.
[[nodiscard]] Cut cut_of(const Sketch& sketch, const Decisions& decisions, int axis);

/// The cuts of the axes of the register tile, which are asked for again and again.
struct TileCuts {
    std::array<Cut, 2> tiled = {};  ///< by position in Sketch::tiled
    Cut vector = {};
    int blocked = -1;  ///< blocked_axis
};
[[nodiscard]] TileCuts tile_cuts(const Sketch& sketch, const Decisions& decisions);
/// Divides the tiles of a cut among blocks of so many (0: no blocks).
inline void cut_into_blocks(std::int64_t block, Cut& cut) {
    if (block <= 0 || block >= cut.tile_count) return;
    cut.block = block;
    cut.block_count = ceil_div(cut.tile_count, block);
}
/// `axis` must be tiled or the vector axis.
[[nodiscard]] inline Cut& cut_in(TileCuts& cuts, const Sketch& sketch, int axis) {
    return axis == sketch.vector ? cuts.vector : cuts.tiled[axis == sketch.tiled.front() ? 0 : 1];
}
[[nodiscard]] inline const Cut& cut_in(const TileCuts& cuts, const Sketch& sketch, int axis) {
    return axis == sketch.vector ? cuts.vector : cuts.tiled[axis == sketch.tiled.front() ? 0 : 1];
}

/// The tiled axis that `block_m` applies to: the longer one, the outer of equals; -1 without tiled axes.
[[nodiscard]] int blocked_axis(const Sketch& sketch);

/// Something for each reduced axis; operators have at most so many axes (ir/operator_check.cpp).
inline constexpr std::size_t max_reduced = 64;
template <class T>
using PerReduced = FixedVector<T, max_reduced>;

/// Reduced axes in nesting order, outermost first.
[[nodiscard]] PerReduced<int> reduction_order(const Sketch& sketch, const Decisions& decisions);
/// How many iterations of each of these axes are straight code, outermost first.
[[nodiscard]] PerReduced<std::int64_t> unrolled_parts(const Sketch& sketch, const Decisions& decisions,
                                                      const PerReduced<int>& order);
/// Their product: copies of an iteration in straight code.
[[nodiscard]] std::int64_t unrolled_copies(const Sketch& sketch, const Decisions& decisions,
                                           const PerReduced<int>& order);

/// The loop at which the operand is packed: a position in `loops`, or -1 for the whole nest.
[[nodiscard]] int packing_place(const Sketch& sketch, const std::vector<PlannedLoop>& loops, int operand,
                                Packing packing);

/// The loop that runs in parallel: a position in `loops`; -1: none.
[[nodiscard]] int parallel_place(const Sketch& sketch, const std::vector<PlannedLoop>& loops, Divided side);

}  // namespace saku::tuner
