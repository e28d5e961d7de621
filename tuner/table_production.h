// One loop table in the making: what the parts of the table producer share. Internal to table_*.cpp.
//
// A *slot* is a loop variable: the position of a planned loop, or `extra_slot` for the lanes that a copy's last loop is
// cut into, or `column_slot` for the straight code of a turned copy. Copies run over the slots of the loops inside
// their place. The chain lists the loops around the current place by slot; what an access does is worked out from it
// alone, since loops with one iteration are not there.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "base/fixed_vector.h"
#include "features/access_shape.h"
#include "features/loop_table.h"
#include "ir/index.h"
#include "tuner/plan.h"
#include "tuner/table_producer.h"
#include "tuner/table_template.h"

namespace saku::tuner {

inline constexpr int max_slots = 28;
inline constexpr int extra_slot = max_slots - 1;
inline constexpr int column_slot = max_slots - 2;
inline constexpr int max_axes = 12;
inline constexpr int max_operands = 8;

struct Slot {
    int axis = -1;                 ///< position in Sketch::axes
    std::int64_t coefficient = 1;  ///< steps of the axis per iteration
};

/// Which tile of a ragged, peeled axis the current place is about.
enum class Branch : std::uint8_t { any, whole, last };

/// How one axis is cut and what happens to its last tile.
struct AxisState {
    Cut cut;
    int part = -1;           ///< its only one; -1: fused of several
    bool is_tiled = false;   ///< it has a register tile: m, m2 or the vector axis
    bool is_ragged = false;  ///< the last tile is smaller
    bool is_masked = false;  ///< ... and done by masks
    bool has_ragged_blocks = false;
    bool is_middle = false;  ///< only tiles are looked at that no guard cuts
    int block_slot = -1;
    int last_position = -1;  ///< slot of the innermost loop that chooses the tile; -1: one tile
    Branch branch = Branch::any;
};

/// A packed copy.
struct CopyState {
    using Numbers = FixedVector<std::int64_t, max_slots>;
    bool exists = false;
    bool is_region = false;
    bool is_offline = false;
    int buffer = 0;
    int place = -1;            ///< slot of the loop it is made in; -1: before everything
    std::int64_t lanes = 1;    ///< of the copy's vector loop, part of its last dimension
    std::int64_t columns = 1;  ///< turned copies: straight code of dimension `along`
    int along = -1;            ///< turned copies: the dimension that goes along the tensor's memory; -1: not turned
    // Dimensions, outermost first; by axes, those of more than one position. Their room is not cleared.
    Numbers shape;
    Numbers slots;    ///< by axes: the slot of each dimension
    Numbers copying;  ///< the slot that the copy itself runs over
    Numbers low;      ///< by region: where it starts, without the loops outside
    Numbers leap;     ///< by region: elements of the tensor between neighbours
    Numbers order;    ///< by region: the tensor's dimension that each one is of
    /// By axes, by slot: the dimension of the layout (smallest stride first) that it is; -1: none. By region: not set.
    std::array<std::int8_t, max_slots> dimension_of_slot;
};

/// Parts of a fused axis that were looked up for the row in the making: its accesses ask for the same again.
struct KnownParts {
    std::size_t row = 0;
    std::size_t chain = 0;
    const FusedParts* parts = nullptr;
};

/// A register buffer, by the loops that are its dimensions.
struct RegisterTile {
    int buffer = -1;
    FixedVector<int, 4> slots = {};  ///< innermost first
};

/// The access of the register tile that was made last: the rows of one tile name it in the same loops.
struct KnownRegister {
    static constexpr std::size_t max_loops = 6;
    std::array<std::int64_t, 2 * max_loops> loops;  ///< as told by `register_loops`
    std::size_t count = 0;                          ///< of them; 0: none was made
    int buffer = -1;
    int access = 0;  ///< its position in the table
};

/// What rows of one phase have in common.
struct PhaseKey {
    int kind;
    int buffer;  ///< or statement
    friend bool operator==(const PhaseKey&, const PhaseKey&) = default;
};

struct Production {
    /// No aggregate: those are cleared as a whole before their members are set.
    Production(const TableTemplate& of, const Sketch& from, const Decisions& decided, const ir::LoopNest& nest,
               TableScratch& memory, features::LoopTable& made, FixedVector<CopyState, max_operands>& copied)
        : shape(of),
          sketch(from),
          decisions(decided),
          plain(nest),
          scratch(memory),
          table(made),
          loops(memory.loops),
          copies(copied) {}

    const TableTemplate& shape;
    const Sketch& sketch;
    const Decisions& decisions;
    const ir::LoopNest& plain;
    TableScratch& scratch;
    features::LoopTable& table;

    std::vector<PlannedLoop>& loops;
    std::array<Slot, max_slots> slots = {};
    std::array<AxisState, max_axes> axes = {};
    FixedVector<CopyState, max_operands>& copies;
    int first_reduction = 0;  ///< slots from here on are inside the register tile's life
    int first_tile = 0;
    int parallel = -1;
    RegisterTile registers = {};  ///< the one that rows read and write
    RegisterTile row_sums = {};   ///< of partial sums: a vector a row
    RegisterTile sums = {};       ///< of partial sums: an element a row
    std::int64_t rest_of_reduction =
        0;                  ///< partial sums: iterations left over by whole tiles, where the row is about them
    int blocked_axis = -1;  ///< the reduction axis in blocks; -1: none
    int block_slot = -1;    ///< the loop over its blocks
    std::int64_t block_count = 1;
    bool has_ragged_reduction = false;
    FixedVector<PhaseKey, 64> phases;
    bool too_many_lines = false;
    bool is_covered = true;
    FixedVector<std::array<KnownParts, 3>, max_axes> known_parts;  ///< by axis and guards
    KnownRegister known_register;
    bool counts_only = false;  ///< loops and rows are wanted, accesses are left out
};

[[nodiscard]] inline const AxisState& axis_state(const Production& work, int axis) {
    return work.axes[static_cast<std::size_t>(axis)];
}
/// Elements of the last tile of an axis.
[[nodiscard]] inline std::int64_t last_tile(const AxisState& axis) {
    return axis.cut.extent - (axis.cut.tile_count - 1) * axis.cut.tile;
}
/// Is the current tile the last one of a peeled axis?
[[nodiscard]] inline bool is_last_tile(const AxisState& axis) {
    return axis.is_ragged && !axis.is_masked && !axis.is_middle &&
           (axis.branch == Branch::last || axis.cut.tile_count == 1);
}

/// A row that is being made: where it stands, and what guards around it leave of it.
struct RowPlace {
    int loop = features::no_loop;
    double share = 1;
    double lanes = 1;         ///< share of the lanes
    bool is_guarded = false;  ///< only elements inside the output come here
};

struct Use {
    bool reads = false;
    bool writes = false;
};

// ---- table_access.cpp

/// Adds an access of an argument by a row at the place.
void add_argument(Production& work, const TemplateAccess& access, Use use, const RowPlace& place);
/// An access of the register tile: one dimension per loop of the tile.
void add_register(Production& work, Use use);
/// An access of a copy by its axes, `ahead` iterations of the loop `moved` later (prefetch), or by its region.
void add_packed(Production& work, const CopyState& copy, const TemplateAccess& access, Use use);
void add_prefetch_access(Production& work, const CopyState& copy, int loop, std::int64_t distance, double lines);
/// The write of a copy by the loops of the chain; and the read of its tensor.
void add_copy_write(Production& work, const CopyState& copy);
void add_copy_read(Production& work, const TemplateAccess& access);
void add_region_read(Production& work, const CopyState& copy, const TemplateAccess& access);

// ---- table_rows.cpp

/// Everything inside the loops that choose the tile: registers filled, summed up, written back.
void add_tile(Production& work, int loop, double share);
/// Starts a row for the loops of the chain; its accesses follow, then `finish_row`.
[[nodiscard]] features::Row start_row(const Production& work, features::RowKind kind, const RowPlace& place);
void finish_row(Production& work, features::Row row, PhaseKey phase);
/// The phase of rows that compute in registers.
[[nodiscard]] inline PhaseKey register_phase(const RegisterTile& tile) { return {0, tile.buffer}; }
/// Reads of one statement's operands, from their copies where there are any.
void add_loads(Production& work, const TemplateRow& row, const RowPlace& place);
/// How updates of the destination, the last access, wait for each other.
void add_chain(const Production& work, features::Row& row);

// ---- table_partial.cpp

/// Names the register buffers of the tile.
void add_accumulators(Production& work);
/// Where partial sums are added up and stored.
void add_folds(Production& work, int loop, double share);

// ---- table_copies.cpp

/// Steps of dimension `d` in one iteration of the loop that runs over it: more than one where the loop is cut.
[[nodiscard]] inline std::int64_t copied_at_once(const CopyState& copy, std::size_t d) {
    if (static_cast<int>(d) == copy.along) return copy.columns < copy.shape[d] ? copy.columns : 1;
    const bool is_cut = d + 1 == copy.shape.size() && copy.lanes < copy.shape[d];
    return is_cut ? copy.lanes : 1;
}

/// The access of the main statement that a copy stands for; null: none.
[[nodiscard]] const TemplateAccess* access_of(const Production& work, std::size_t operand);

/// The iterations that guards let through of those of a loop.
struct Guarded {
    double both = 1;
    double given = 1;
    [[nodiscard]] double part() const { return both / given; }
};
/// Of the loop in a slot, if the last of its blocks is ragged.
[[nodiscard]] inline Guarded guard_of_blocks(const AxisState& axis, int slot) {
    if (!axis.has_ragged_blocks || axis.is_middle || slot != axis.last_position) return {};
    return {static_cast<double>(axis.cut.tile_count), static_cast<double>(axis.cut.block_count * axis.cut.block)};
}
/// Of a copy's loop over dimension `d`.
[[nodiscard]] Guarded guard_of(const Production& work, const CopyState& copy, std::size_t d);

/// Fills `copies`, and appends their buffers to the table. False when a copy is not covered.
[[nodiscard]] bool plan_copies(Production& work);
/// The loops and the row of a copy.
void add_copy(Production& work, int operand, int loop);

}  // namespace saku::tuner
