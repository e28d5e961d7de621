// The rows of a register tile: registers filled, sums, write-back; for one choice of whole and last tiles.
#include <algorithm>

#include "base/checked.h"
#include "tuner/table_production.h"

namespace saku::tuner {

namespace {

using features::no_loop;
using features::RowKind;

/// The part of the iterations that a guard lets through.
struct Guard {
    double both = 1;
    double given = 1;
    [[nodiscard]] double part() const { return both / given; }
};

/// Iterations of a tile loop here: the unrolled loops of a last tile are shorter, its lanes are masked. Where tiles are
/// turned, lanes are unrolled loops and end with the tile.
std::int64_t extent_here(const Production& work, const PlannedLoop& loop, bool transposed) {
    const AxisState& axis = axis_state(work, loop.axis);
    if (work.rest_of_reduction > 0 && loop.piece == Piece::vectors) {
        return ceil_div(work.rest_of_reduction, static_cast<std::int64_t>(work.sketch.lanes));
    }
    if (loop.kind == PlannedKind::lanes && transposed && axis.is_ragged &&
        (is_last_tile(axis) || axis.cut.tile_count == 1)) {
        return std::min(loop.extent, last_tile(axis));
    }
    const bool has_lanes = transposed ? loop.axis == work.sketch.tiled[0] : loop.kind == PlannedKind::lanes;
    if (has_lanes || !is_last_tile(axis)) return loop.extent;
    return loop.axis == work.sketch.vector ? ceil_div(last_tile(axis), static_cast<std::int64_t>(work.sketch.lanes))
                                           : last_tile(axis);
}

/// The guard on elements of a tile that all rows of a peeled last tile have, on the vector axis: unrolled loops of the
/// others end where the tile does.
Guard guard_of_last(const Production& work, const AxisState& axis) {
    const std::int64_t elements = last_tile(axis);
    const std::int64_t lanes = work.sketch.lanes;
    if (elements % lanes == 0) return {};
    return {static_cast<double>(elements), static_cast<double>(ceil_div(elements, lanes) * lanes)};
}

/// The guard on elements stored to memory.
Guard guard_of_stores(const Production& work, int number, bool transposed) {
    const AxisState& axis = axis_state(work, number);
    if (axis.is_middle) return {};
    if (transposed && number == work.sketch.vector && axis.is_ragged &&
        (is_last_tile(axis) || axis.cut.tile_count == 1)) {
        return last_tile(axis) <= work.sketch.lanes ? Guard{} : guard_of_last(work, axis);
    }
    if (transposed && number == work.sketch.tiled[0] && is_last_tile(axis)) {
        return {static_cast<double>(last_tile(axis)), static_cast<double>(axis.cut.tile)};
    }
    if (axis.is_masked) {
        return {static_cast<double>(axis.cut.extent), static_cast<double>(axis.cut.tile_count * axis.cut.tile)};
    }
    return number == work.sketch.vector && is_last_tile(axis) ? guard_of_last(work, axis) : Guard{};
}

/// The axes of the register tile, from the outermost loops to the innermost.
struct TileAxes {
    std::array<int, 3> list{};
    int count = 0;
};
TileAxes tile_axes(const Production& work, bool transposed) {
    TileAxes axes;
    const auto add = [&](int axis) { axes.list[static_cast<std::size_t>(axes.count++)] = axis; };
    const Sketch& sketch = work.sketch;
    if (sketch.tiled.size() > 1) add(sketch.tiled[1]);
    if (transposed && sketch.vector >= 0) add(sketch.vector);
    if (!sketch.tiled.empty()) add(sketch.tiled[0]);
    if (!transposed && sketch.vector >= 0) add(sketch.vector);
    return axes;
}

/// Opens the loops of the tile; with `transposed`, the m loop has the lanes and stands innermost.
std::size_t open_tile(Production& work, bool transposed) {
    const std::size_t before = work.scratch.chain.size();
    const auto open = [&](std::size_t slot, bool is_vector) {
        const std::int64_t extent = extent_here(work, work.loops[slot], transposed);
        if (extent <= 1 && !is_vector) return;
        work.scratch.chain.push_back({.variable = static_cast<ir::VarId>(slot),
                                      .extent = extent,
                                      .table_loop = no_loop,
                                      .is_vector = is_vector});
    };
    std::size_t turned = work.loops.size();
    for (std::size_t s = static_cast<std::size_t>(work.first_tile); s < work.loops.size(); ++s) {
        if (transposed && work.loops[s].axis == work.sketch.tiled[0]) {
            turned = s;
        } else {
            open(s, !transposed && work.loops[s].kind == PlannedKind::lanes);
        }
    }
    if (turned < work.loops.size()) open(turned, true);
    return before;
}

void close_loops(Production& work, std::size_t depth) { work.scratch.chain.resize(depth); }

/// The place of rows under the guards on stored elements.
RowPlace guarded_place(const Production& work, RowPlace place, bool transposed) {
    const TileAxes axes = tile_axes(work, transposed);
    for (int i = 0; i < axes.count; ++i) {
        const int number = axes.list[static_cast<std::size_t>(i)];
        const Guard guard = guard_of_stores(work, number, transposed);
        if (guard.both == guard.given) continue;
        const bool on_lanes = number == (transposed ? work.sketch.tiled[0] : work.sketch.vector);
        (on_lanes ? place.lanes : place.share) *= guard.part();
    }
    place.is_guarded = true;
    return place;
}

/// The place of rows that masks free of their guards.
RowPlace unguarded_place(const Production& work, RowPlace place) {
    if (work.sketch.vector < 0) return place;
    if (work.rest_of_reduction > 0) {
        const auto lanes = static_cast<std::int64_t>(work.sketch.lanes);
        const std::int64_t vectors = ceil_div(work.rest_of_reduction, lanes);
        place.lanes *= static_cast<double>(work.rest_of_reduction) / static_cast<double>(vectors * lanes);
        return place;
    }
    const AxisState& axis = axis_state(work, work.sketch.vector);
    if (is_last_tile(axis)) {
        const Guard guard = guard_of_last(work, axis);
        if (guard.both != guard.given) place.lanes *= guard.part();
    }
    return place;
}

void add_zeros(Production& work, const RowPlace& place) {
    const std::size_t depth = open_tile(work, false);
    features::Row row = start_row(work, RowKind::initialise, place);
    row.statement = work.sketch.statement;
    row.type = work.shape.update.type;
    add_register(work, {.reads = false, .writes = true});
    finish_row(work, row, register_phase(work.registers));
    close_loops(work, depth);
}

/// One read of old results into registers.
void add_old(Production& work, const RowPlace& place, bool transposed) {
    const std::size_t depth = open_tile(work, transposed);
    features::Row row = start_row(work, RowKind::initialise, place);
    row.statement = work.sketch.statement;
    row.type = work.shape.update.type;
    add_argument(work, work.shape.destination, {.reads = true, .writes = false}, place);
    add_register(work, {.reads = false, .writes = true});
    finish_row(work, row, register_phase(work.registers));
    close_loops(work, depth);
}

/// Old results, and zeros for what masks leave out of them: one row of zeros for each mask, inside the masks before.
void add_old_contents(Production& work, RowPlace place) {
    if (work.decisions.transpose) {
        const bool leaves_out =
            std::any_of(work.axes.begin(), work.axes.begin() + static_cast<std::ptrdiff_t>(work.sketch.axes.size()),
                        [](const AxisState& axis) { return axis.is_ragged; });
        if (leaves_out) add_zeros(work, unguarded_place(work, place));
        return add_old(work, guarded_place(work, place, true), true);
    }
    RowPlace inside = unguarded_place(work, place);
    const TileAxes axes = tile_axes(work, false);
    for (int i = 0; i < axes.count; ++i) {
        const int number = axes.list[static_cast<std::size_t>(i)];
        if (!axis_state(work, number).is_masked) continue;
        add_zeros(work, inside);
        (number == work.sketch.vector ? inside.lanes : inside.share) *= guard_of_stores(work, number, false).part();
    }
    inside.is_guarded = true;
    add_old(work, inside, false);
}

/// What the registers hold before the reduction.
void add_start(Production& work, int loop, double share) {
    const RowPlace place{.loop = loop, .share = share};
    if (work.shape.is_accumulated) return add_old_contents(work, place);
    if (work.block_slot < 0) return add_zeros(work, unguarded_place(work, place));
    const auto blocks = static_cast<double>(work.block_count);
    add_zeros(work, unguarded_place(work, {.loop = loop, .share = share * (1 / blocks)}));
    add_old_contents(work, {.loop = loop, .share = share * ((blocks - 1) / blocks)});
}

void add_update(Production& work, int loop, double share) {
    const RowPlace place = unguarded_place(work, {.loop = loop, .share = share});
    const std::size_t depth = open_tile(work, false);
    features::Row row = start_row(work, RowKind::update, place);
    row.statement = work.shape.update.statement;
    row.type = work.shape.update.type;
    row.operations = work.shape.update.operations;
    add_loads(work, work.shape.update, place);
    add_register(work, {.reads = true, .writes = true});
    add_chain(work, row);
    finish_row(work, row, register_phase(work.registers));
    close_loops(work, depth);
}

/// Lines of a copy that one iteration of the loop reads.
double lines_of(const Production& work, const CopyState& copy, int loop) {
    constexpr std::int64_t line_elements = 16;
    double lines = 1;
    bool contiguous = true;  // the innermost dimension with more than one position
    for (std::size_t d = copy.slots.size(); d-- > 0;) {
        const bool steps = contiguous && copy.shape[d] > 1;
        contiguous = contiguous && !steps;
        if (copy.slots[d] <= loop) continue;
        const PlannedLoop& planned = work.loops[static_cast<std::size_t>(copy.slots[d])];
        const std::int64_t extent =
            copy.slots[d] >= work.first_tile ? extent_here(work, planned, false) : planned.extent;
        lines *= static_cast<double>(steps ? ceil_div(extent, line_elements) : extent);
    }
    return lines;
}

void add_prefetches(Production& work, int slot, int loop) {
    constexpr double most_lines = 64;
    const PlannedLoop& planned = work.loops[static_cast<std::size_t>(slot)];
    for (std::size_t o = work.copies.size(); o-- > 0;) {
        const SketchOperand& operand = work.sketch.operands[o];
        const CopyState& copy = work.copies[o];
        if (!copy.exists || copy.is_region || !operand.follows[static_cast<std::size_t>(planned.axis)] ||
            !operand.follows[static_cast<std::size_t>(work.sketch.vector)]) {
            continue;
        }
        const double lines = lines_of(work, copy, slot);
        work.too_many_lines = work.too_many_lines || lines > most_lines;
        features::Row row = start_row(work, RowKind::prefetch, {.loop = loop});
        row.type = work.shape.update.type;
        if (!work.counts_only) add_prefetch_access(work, copy, slot, work.decisions.prefetch, lines);
        row.access_count = 1;
        row.phase = work.table.rows.empty() ? 0 : work.table.rows.back().phase;
        work.table.rows.push_back(row);
    }
}

void add_reduction(Production& work, int slot, int loop, double share);

/// The innermost loop of a reduction in partial sums: whole tiles, and what they leave over.
void add_partial_reduction(Production& work, int slot, int loop, double share) {
    const Cut& cut = axis_state(work, work.sketch.vector).cut;
    const std::int64_t whole = cut.extent / cut.tile;
    if (whole == 1) {
        add_update(work, loop, share);
    } else {
        const auto number = static_cast<int>(work.table.loops.size());
        work.table.loops.push_back(
            {.kind = features::LoopKind::serial, .parent = loop, .trips = static_cast<double>(whole), .share = share});
        work.scratch.chain.push_back({.variable = slot, .extent = whole, .table_loop = number});
        add_update(work, number, 1);
        work.scratch.chain.pop_back();
    }
    work.rest_of_reduction = cut.extent % cut.tile;
    if (work.rest_of_reduction > 0) add_update(work, loop, share);
    work.rest_of_reduction = 0;
}

/// The loops of the reduction from `slot` on, and the update in them.
void add_reduction(Production& work, int slot, int loop, double share) {
    if (slot == work.first_tile) return add_update(work, loop, share);
    const PlannedLoop& planned = work.loops[static_cast<std::size_t>(slot)];
    if (planned.axis == work.sketch.vector) return add_partial_reduction(work, slot, loop, share);
    if (planned.kind == PlannedKind::unrolled) {
        work.scratch.chain.push_back({.variable = slot, .extent = planned.extent});
        add_reduction(work, slot + 1, loop, share);
        work.scratch.chain.pop_back();
        return;
    }
    features::Loop made{.kind = features::LoopKind::serial,
                        .parent = loop,
                        .trips = static_cast<double>(planned.extent),
                        .share = share};
    bool is_innermost = true;
    for (int s = slot + 1; s < work.first_tile; ++s) {
        is_innermost = is_innermost && work.loops[static_cast<std::size_t>(s)].kind == PlannedKind::unrolled;
    }
    const bool prefetches = is_innermost && work.decisions.prefetch > 0;
    const std::size_t rows = work.table.rows.size();
    double inside = 1;
    const auto number = static_cast<int>(work.table.loops.size());
    work.scratch.chain.push_back({.variable = slot, .extent = planned.extent, .table_loop = number});
    const bool is_ragged = planned.axis == work.blocked_axis && work.has_ragged_reduction;
    const auto both = static_cast<double>(work.sketch.axes[static_cast<std::size_t>(planned.axis)].extent);
    const auto given = static_cast<double>(work.block_count * work.decisions.block_k);
    work.table.loops.push_back(made);
    if (prefetches) add_prefetches(work, slot, number);
    if (is_ragged && work.table.rows.size() == rows) {
        features::Loop& ends = work.table.loops.back();
        ends.trips = ends.trips * both / given;
        if (ends.trips < 1) {
            ends.share *= ends.trips;
            ends.trips = 1;
        }
    } else if (is_ragged) {
        inside *= both / given;
    }
    add_reduction(work, slot + 1, number, inside);
    work.scratch.chain.pop_back();
}

void add_store(Production& work, const TemplateRow& what, const RowPlace& place, RowKind kind) {
    const bool transposed = work.decisions.transpose && kind == RowKind::write_back;
    const RowPlace here = guarded_place(work, place, transposed);
    const std::size_t depth = open_tile(work, transposed);
    features::Row row = start_row(work, kind, here);
    row.statement = what.statement;
    row.type = what.type;
    row.operations = what.operations;
    add_loads(work, what, here);
    add_argument(work, work.shape.destination, {.reads = work.shape.combines, .writes = true}, here);
    if (work.shape.combines) add_chain(work, row);
    const bool in_registers = kind == RowKind::write_back;
    finish_row(work, row, in_registers ? register_phase(work.registers) : PhaseKey{2, what.statement});
    close_loops(work, depth);
}

void add_write_back(Production& work, int loop, double share) {
    const bool has_epilogue = work.decisions.fused_epilogue && !work.sketch.epilogues.empty();
    if (!has_epilogue)
        return add_store(work, work.shape.unchanged, {.loop = loop, .share = share}, RowKind::write_back);
    if (work.block_slot < 0)
        return add_store(work, work.shape.final, {.loop = loop, .share = share}, RowKind::write_back);
    const auto blocks = static_cast<double>(work.block_count);
    add_store(work, work.shape.final, {.loop = loop, .share = share * (1 / blocks)}, RowKind::write_back);
    add_store(work, work.shape.unchanged, {.loop = loop, .share = share * ((blocks - 1) / blocks)},
              RowKind::write_back);
}

}  // namespace

features::Row start_row(const Production& work, RowKind kind, const RowPlace& place) {
    features::Row row{.kind = kind,
                      .loop = place.loop,
                      .share = place.share,
                      .first_access = static_cast<int>(work.table.accesses.size())};
    for (const features::EnclosingLoop& loop : work.scratch.chain) {
        if (loop.table_loop != no_loop) continue;
        if (loop.is_vector) {
            row.lanes = static_cast<int>(loop.extent);
        } else {
            row.instances *= static_cast<double>(loop.extent);
        }
    }
    row.active_lanes = row.lanes * place.lanes;
    return row;
}

void finish_row(Production& work, features::Row row, PhaseKey phase) {
    row.access_count =
        row.access_count > 0 ? row.access_count : static_cast<int>(work.table.accesses.size()) - row.first_access;
    const PhaseKey* const found = std::find(work.phases.begin(), work.phases.end(), phase);
    row.phase = std::min(static_cast<int>(found - work.phases.begin()), features::max_phases - 1);
    if (found == work.phases.end()) work.phases.push_back(phase);
    work.table.rows.push_back(row);
}

void add_tile(Production& work, int loop, double share) {
    if (!work.shape.is_reduction) {
        const RowKind kind = work.shape.updates ? RowKind::update : RowKind::compute;
        return add_store(work, work.shape.update, {.loop = loop, .share = share}, kind);
    }
    if (work.sketch.is_partial) {
        add_zeros(work, {.loop = loop, .share = share});
        add_reduction(work, work.first_reduction, loop, share);
        return add_folds(work, loop, share);
    }
    add_start(work, loop, share);
    add_reduction(work, work.first_reduction, loop, share);
    add_write_back(work, loop, share);
}

}  // namespace saku::tuner
