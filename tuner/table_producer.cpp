#include "tuner/table_producer.h"

#include <algorithm>

#include "costmodel/estimate.h"
#include "features/dead_rows.h"
#include "features/instruction_mix.h"
#include "features/table_of.h"
#include "features/written_out.h"
#include "tuner/table_production.h"

namespace saku::tuner {

namespace {

using features::no_loop;

std::int64_t coefficient_of(const Production& work, const PlannedLoop& loop) {
    const AxisState& axis = work.axes[static_cast<std::size_t>(loop.axis)];
    const bool is_blocked = loop.axis == work.blocked_axis;
    switch (loop.piece) {
        case Piece::block:
            return is_blocked ? work.decisions.block_k : axis.cut.tile * axis.cut.block;
        case Piece::tiles:
            return axis.cut.tile;
        case Piece::vectors:
            return work.sketch.lanes;
        case Piece::inner: {
            if (axis.is_tiled) return 1;
            // The serial part of a reduction: as far apart as the unrolled part is long.
            for (const PlannedLoop& other : work.loops) {
                if (other.axis == loop.axis && other.piece == Piece::unrolled) return other.extent;
            }
            return 1;
        }
        case Piece::whole:
        case Piece::lanes:
        case Piece::unrolled:
            return 1;
    }
    return 1;
}

void plan_axis(Production& work, const TileCuts& cuts, int number) {
    AxisState& axis = work.axes[static_cast<std::size_t>(number)];
    const Sketch& sketch = work.sketch;
    axis = {};
    const std::vector<int>& parts = work.shape.parts_of_axis[static_cast<std::size_t>(number)];
    if (parts.size() == 1) axis.part = parts.front();
    const auto is = [&](std::size_t which) { return which < sketch.tiled.size() && sketch.tiled[which] == number; };
    axis.is_tiled = number == sketch.vector || is(0) || is(1);
    if (!axis.is_tiled) {
        const std::int64_t extent = sketch.axes[static_cast<std::size_t>(number)].extent;
        axis.cut = {.extent = extent, .tile_count = extent};
        return;
    }
    axis.cut = cut_in(cuts, sketch, number);
    axis.is_ragged = axis.cut.extent % axis.cut.tile != 0;
    const bool masked = number == sketch.vector ? work.decisions.mask_n
                        : is(0)                 ? work.decisions.mask_m
                                                : work.decisions.mask_m2;
    axis.is_masked = axis.is_ragged && masked;
    axis.has_ragged_blocks = axis.cut.block > 0 && axis.cut.block_count * axis.cut.block > axis.cut.tile_count;
}

/// No parts of fused axes are known yet.
void forget_parts(Production& work) {
    for (std::size_t a = 0; a < work.sketch.axes.size(); ++a) work.known_parts.push_back({});
}

/// The loops, and what each axis' guards hang on.
bool place_loops(Production& work) {
    const TileCuts cuts = tile_cuts(work.sketch, work.decisions);
    plan_loops(work.sketch, work.decisions, cuts, work.loops);
    const auto count = static_cast<int>(work.loops.size());
    if (count >= extra_slot || work.sketch.axes.size() > max_axes) return false;
    work.blocked_axis = work.decisions.block_k > 0 ? work.sketch.longest : -1;
    forget_parts(work);
    for (std::size_t a = 0; a < work.sketch.axes.size(); ++a) plan_axis(work, cuts, static_cast<int>(a));
    work.first_reduction = work.first_tile = count;
    for (int s = count; s-- > 0;) {
        const PlannedLoop& loop = work.loops[static_cast<std::size_t>(s)];
        work.slots[static_cast<std::size_t>(s)] = {.axis = loop.axis, .coefficient = coefficient_of(work, loop)};
        if (loop.section >= Section::reduction) work.first_reduction = s;
        if (loop.section == Section::tile) work.first_tile = s;
        if (loop.section >= Section::reduction) continue;
        AxisState& axis = work.axes[static_cast<std::size_t>(loop.axis)];
        if (axis.last_position < 0) axis.last_position = s;
        if (loop.piece == Piece::block) {
            axis.block_slot = s;
            if (loop.axis == work.blocked_axis) {
                work.block_slot = s;
                work.block_count = loop.extent;
            }
        }
    }
    if (work.blocked_axis >= 0) {
        const std::int64_t extent = work.sketch.axes[static_cast<std::size_t>(work.blocked_axis)].extent;
        work.has_ragged_reduction = extent % work.decisions.block_k != 0;
    }
    work.parallel = parallel_place(work.sketch, work.loops, work.decisions.parallel);
    return true;
}

/// Another statement's table, at the place where it stands.
void append(Production& work, const features::LoopTable& other) {
    features::LoopTable& table = work.table;
    const auto loops = static_cast<int>(table.loops.size());
    const auto accesses = static_cast<int>(table.accesses.size());
    const auto boxes = static_cast<int>(table.boxes.size());
    const auto terms = static_cast<int>(table.terms.size());
    for (features::Loop loop : other.loops) {
        if (loop.parent != no_loop) loop.parent += loops;
        table.loops.push_back(loop);
    }
    for (features::Term term : other.terms) {
        term.loop += loops;
        table.terms.push_back(term);
    }
    table.boxes.insert(table.boxes.end(), other.boxes.begin(), other.boxes.end());
    for (features::Access access : other.accesses) {
        access.first_box += boxes;
        access.first_term += terms;
        table.accesses.push_back(access);
    }
    for (features::Row row : other.rows) {
        if (row.loop != no_loop) row.loop += loops;
        row.first_access += accesses;
        finish_row(work, row, {2, row.statement});
    }
}

void add_copies_at(Production& work, int slot, int loop) {
    for (std::size_t o = work.copies.size(); o-- > 0;) {  // a later step puts its copy in front
        const CopyState& copy = work.copies[o];
        if (copy.exists && !copy.is_offline && copy.place == slot) add_copy(work, static_cast<int>(o), loop);
    }
}

void add_loops(Production& work, int slot, int parent, double share);

/// The rest of the nest inside the loop that chooses an axis' tile, once for whole tiles and once for the last.
void add_branches(Production& work, int slot, int loop) {
    AxisState& axis = work.axes[static_cast<std::size_t>(work.loops[static_cast<std::size_t>(slot)].axis)];
    const auto tiles = static_cast<double>(axis.cut.tile_count);
    axis.branch = Branch::whole;
    add_loops(work, slot + 1, loop, axis.is_middle ? 1 : (tiles - 1) / tiles);
    axis.branch = Branch::last;
    if (!axis.is_middle) add_loops(work, slot + 1, loop, (tiles - (tiles - 1)) / tiles);
    axis.branch = Branch::any;
}

void add_loops(Production& work, int slot, int parent, double share) {
    if (slot == work.first_reduction) return add_tile(work, parent, share);
    const PlannedLoop& planned = work.loops[static_cast<std::size_t>(slot)];
    const AxisState& axis = work.axes[static_cast<std::size_t>(planned.axis)];
    features::Loop made{.kind = slot == work.parallel ? features::LoopKind::parallel : features::LoopKind::serial,
                        .parent = parent,
                        .trips = static_cast<double>(planned.extent),
                        .share = share};
    if (const Guarded guard = guard_of_blocks(axis, slot); guard.both != guard.given) {
        made.trips = made.trips * guard.both / guard.given;
        if (made.trips < 1) {
            made.share *= made.trips;
            made.trips = 1;
        }
    }
    const auto loop = static_cast<int>(work.table.loops.size());
    work.table.loops.push_back(made);
    work.scratch.chain.push_back({.variable = slot, .extent = planned.extent, .table_loop = loop});
    add_copies_at(work, slot, loop);
    if (axis.is_ragged && !axis.is_masked && slot == axis.last_position) {
        add_branches(work, slot, loop);
    } else {
        add_loops(work, slot + 1, loop, 1);
    }
    work.scratch.chain.pop_back();
}

/// On fused axes the step cannot tell everything it asks: whether all of a tensor with old contents is written, and
/// which iteration is the last one of ragged blocks of the reduction when tiles run along two axes. There the nest
/// decides.
bool covers_epilogues(const Production& work) {
    if (!work.decisions.fused_epilogue || work.sketch.epilogues.empty()) return true;
    const int reduction = work.sketch.longest;
    const bool has_ragged_blocks =
        work.decisions.block_k > 0 && work.sketch.tiled.size() > 1 &&
        work.sketch.axes[static_cast<std::size_t>(reduction)].extent % work.decisions.block_k != 0;
    if (!work.shape.is_accumulated && !has_ragged_blocks) return true;
    return std::all_of(work.shape.parts_of_axis.begin(), work.shape.parts_of_axis.end(),
                       [](const std::vector<int>& parts) { return parts.size() == 1; });
}

void clear(features::LoopTable& table) {
    table.loops.clear();
    table.rows.clear();
    table.accesses.clear();
    table.boxes.clear();
    table.terms.clear();
    table.buffers.clear();
    table.dimensions.clear();
}

/// The rows and loops inside the first iterations of the parallel loop, which are all alike: no guard on its axis holds
/// anything back there.
void compare_chunks(Production& work) {
    if (work.parallel < 0) return;
    const AxisState& parallel =
        work.axes[static_cast<std::size_t>(work.loops[static_cast<std::size_t>(work.parallel)].axis)];
    if (!parallel.is_ragged && !parallel.has_ragged_blocks) return;
    Production middle(work.shape, work.sketch, work.decisions, work.plain, work.scratch, work.scratch.middle,
                      work.copies);
    clear(middle.table);
    middle.slots = work.slots;
    middle.axes = work.axes;
    middle.first_reduction = work.first_reduction;
    middle.first_tile = work.first_tile;
    middle.parallel = work.parallel;
    middle.blocked_axis = work.blocked_axis;
    middle.block_slot = work.block_slot;
    middle.block_count = work.block_count;
    middle.has_ragged_reduction = work.has_ragged_reduction;
    forget_parts(middle);
    middle.counts_only = true;
    middle.axes[static_cast<std::size_t>(&parallel - work.axes.data())].is_middle = true;
    add_loops(middle, 0, no_loop, 1);
    features::compare_chunks(work.table, middle.table);
}

/// Loops and copies. False where they are not covered.
bool plan(Production& work) {
    constexpr std::size_t most_remembered = 20'000;
    if (work.scratch.fused.size() > most_remembered) work.scratch.fused.clear();
    clear(work.table);
    work.scratch.chain.clear();
    work.table.buffers = work.shape.arguments.buffers;
    work.table.dimensions = work.shape.arguments.dimensions;
    if (!place_loops(work) || !covers_epilogues(work)) return false;
    if (work.shape.is_reduction && work.first_reduction != work.first_tile) add_accumulators(work);
    return plan_copies(work);
}

/// The rows, and all that they do to the loops.
std::optional<Fitted<Done>> write_rows(Production& work) {
    const std::size_t fused = work.decisions.fused_epilogue ? 1 : 0;
    add_copies_at(work, -1, no_loop);
    append(work, work.shape.before[fused]);
    add_loops(work, 0, no_loop, 1);
    append(work, work.shape.after[fused]);
    compare_chunks(work);
    features::leave_out_dead_rows(work.table);
    features::fold_written_out(work.table);
    work.table.phases = std::clamp(static_cast<int>(work.phases.size()), 1, features::max_phases);
    if (!work.is_covered) return std::nullopt;
    if (work.too_many_lines) return Fitted<Done>(NotApplicable{"too many lines", "an iteration touches more than 64"});
    if (work.table.loops.size() > features::max_loops || work.table.rows.size() > features::max_rows)
        return std::nullopt;
    return Fitted<Done>(Done{});
}

}  // namespace

std::optional<Fitted<Done>> produce_table(const TableTemplate& shape, const Sketch& sketch, const ir::LoopNest& plain,
                                          const Decisions& decisions, TableScratch& scratch) {
    FixedVector<CopyState, max_operands> copies;
    Production work(shape, sketch, decisions, plain, scratch, scratch.table, copies);
    if (!plan(work)) return std::nullopt;
    return write_rows(work);
}

std::optional<Fitted<bool>> produce_wanted_table(const TableTemplate& shape, const Sketch& sketch,
                                                 const ir::LoopNest& plain, const Decisions& decisions,
                                                 const Wanted& wanted, TableScratch& scratch, LeastWork& least) {
    FixedVector<CopyState, max_operands> copies;
    Production work(shape, sketch, decisions, plain, scratch, scratch.table, copies);
    if (!plan(work)) return std::nullopt;
    least = least_work(work, wanted.model);
    if (costmodel::is_beyond(least.seconds, wanted.most_seconds) || least.spilled > wanted.most_spilled)
        return Fitted<bool>(false);
    const auto written = write_rows(work);
    if (!written) return std::nullopt;
    if (!written->ok()) return Fitted<bool>(written->error());
    return Fitted<bool>(true);
}

}  // namespace saku::tuner
