// A sketch: which axis becomes the vector, which become the register tile, which loops go outside, and what is left
// open (the holes). Derived by rules from the access pattern and the machine's vector unit; an operator has a few.
//
// The loops of every schedule of a sketch, outermost first (pieces that the holes make trivial are left out):
//
//     batch axes
//     m side: axes outside the tile, blocks of tiles  |
//     n side: blocks of vector tiles                  |   in the order of hole `order`
//     blocks of the reduction                         |
//     tiles of the m side, tiles of the n side            in the order of hole `inner_order`
//     reduction axes                                      in the order of hole `k_order`; the innermost unrolled by
//     `unroll` register tile: unrolled m2, unrolled vectors of n, unrolled m, lanes of n
//
// Where no output axis makes good vectors, the longest rows of operands may be summed in vectors along themselves: the
// vector axis is a reduced one, its tiles are the innermost loop of the reduction, and each lane has a sum of its own.
// Behind the reduction the vectors of a row are added up, then the lanes of all rows of the tile, turned in registers.
//
// The "n side" is the axis that is vectorised, the "m side" the other output axes that some operand does not follow.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "schedules/set_layout.h"
#include "targets/machine.h"
#include "tuner/access_pattern.h"

namespace saku::tuner {

/// An axis of the loop structure: one axis of the operator or several that lie densely in the output, fused.
struct SketchAxis {
    std::string loop;                ///< its loop's name, once fused
    std::vector<std::string> parts;  ///< the loops it is made of, outermost first; one: not fused
    std::int64_t extent = 1;         ///< at least 2
    Role role = Role::m;
    /// Names of the pieces that splitting makes of the loop; unlike every name of the plain nest.
    std::string block, tiles, inner, vectors, lanes, unrolled, rest;
};

/// Where an operand is copied together before the inner loops read it.
enum class Packing : std::uint8_t {
    none,
    offline,       ///< by axes, outside the kernel: constants
    block,         ///< by axes, at the innermost block (or batch) loop that moves it
    strip,         ///< by axes, at the innermost tile loop that moves it
    whole,         ///< by axes, once a run
    region_whole,  ///< the padded tensor, once a run
    region_block,  ///< the padded part that a block reads, at the innermost block (or batch) loop that moves it
};
[[nodiscard]] std::string to_string(Packing packing);  ///< "none", "offline", "block", ...

/// Copies of one dimension per loop: panels and im2col.
[[nodiscard]] constexpr bool is_by_axes(Packing packing) {
    return packing >= Packing::offline && packing <= Packing::whole;
}

struct SketchOperand {
    std::string tensor;
    std::vector<bool> follows;            ///< by position in `Sketch::axes`
    std::vector<Reach> reach;             ///< by position in `Sketch::axes`
    std::vector<Packing> choices;         ///< not empty
    bool is_padded = false;               ///< reads may fall outside the tensor
    std::vector<int> region_order;        ///< of dimensions in copies by region; empty: the tensor's
    std::vector<std::string> unit_loops;  ///< those of the sketch that its subscripts use
    std::string packed;                   ///< name of the copy
    int hole = -1;                        ///< position in `Sketch::holes` of what decides about it; -1: one choice
};

/// Where a tensor with a free layout lies in all schedules of a sketch.
struct SketchLayout {
    std::string tensor;
    std::string label;          ///< "NCHW", "NHWC", "NCHW16c"
    schedules::SetLayout step;  ///< an empty order: as the caller has it
};

/// What a hole decides; see the comment on each in sketch_holes.cpp.
enum class Knob : std::uint8_t {
    tile_m,
    tile_m2,
    tile_n,
    block_m,
    block_n,
    block_k,
    order,
    inner_order,
    k_order,
    unroll,
    pack,
    layout,
    tail_m,
    tail_m2,
    tail_n,
    prefetch,
    transpose,
    epilogue,
    parallel,
};
inline constexpr int knob_count = 19;

struct Hole {
    Knob knob{};
    int operand = -1;                  ///< of `pack` holes
    std::string name;                  ///< "tile_m", "pack_in": what `--fix` takes
    std::vector<std::int64_t> values;  ///< ascending where ordered
    std::vector<std::string> labels;   ///< the values as users write them
    bool ordered = false;
};

/// What threads may divide: the values of the hole `parallel`.
enum class Divided : std::uint8_t { batch, m, n, nothing };

struct Sketch {
    std::string name;  ///< "vector o, unrolled x y"
    int statement = 0;
    std::vector<SketchAxis> axes;         ///< output axes, then the reduced ones
    std::vector<std::string> unit_loops;  ///< loops of the statement with a single iteration
    std::vector<std::string> loop_order;  ///< all loops of the statement before any step, outermost first
    int vector = -1;                      ///< position in `axes`; -1: scalar code
    bool is_partial = false;              ///< the vector axis is reduced (and not in `reduced`): partial sums in lanes
    std::vector<int> tiled;               ///< the m side's tiled axes: m, then m2
    std::vector<int> outside;             ///< the m side's other axes
    std::vector<int> batch;
    std::vector<int> reduced;
    int longest = -1;  ///< the longest of `reduced`, the outermost of equals: `block_k` divides it; -1 without reduction
    int lanes = 1;
    int registers = 16;         ///< vector registers of the machine
    bool scattered = false;     ///< the vector axis is not contiguous in the output
    bool transposable = false;  ///< ... but axis m is: tiles may be turned before they are stored
    std::vector<SketchOperand> operands;
    std::vector<SketchLayout> layouts;  ///< of the tensors whose layouts are free
    std::string accumulator;            ///< name of the register tile
    std::string row_sums, sums;         ///< of partial sums: one vector a row, one element a row
    std::vector<int> epilogues;         ///< statements that may run on the register tile
    std::vector<Hole> holes;
    std::array<int, knob_count> hole_of_knob;  ///< positions in `holes`; -1: none. Of `pack` see SketchOperand::hole.
};

struct SketchOptions {
    int threads = 1;
};

/// All sketches of an operator's main statement, most promising first; at least one for every sound operator.
[[nodiscard]] std::vector<Sketch> sketches(const ir::Operator& op, const targets::Machine& machine,
                                           const SketchOptions& options);

/// Do results build up in registers?
[[nodiscard]] inline bool is_reduction(const Sketch& sketch) { return sketch.is_partial || !sketch.reduced.empty(); }

/// The holes of a sketch whose other members are set.
[[nodiscard]] std::vector<Hole> holes_of(const Sketch& sketch, const SketchOptions& options);

/// Vector registers that a register tile keeps busy: accumulators, one row of vectors, operands that pass by.
[[nodiscard]] inline std::int64_t registers_of_tile(const Sketch& sketch, std::int64_t m, std::int64_t m2,
                                                    std::int64_t vectors) {
    const auto operands = static_cast<std::int64_t>(sketch.operands.size());
    return m * m2 * vectors + vectors + std::max<std::int64_t>(operands - 1, 1);
}

}  // namespace saku::tuner
