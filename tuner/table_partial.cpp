// Partial sums in lanes: their register buffers, and the rows that add them up and store them.
#include <array>

#include "tuner/table_production.h"

namespace saku::tuner {

namespace {

using features::no_loop;
using features::RowKind;

RegisterTile add_buffer(Production& work, std::initializer_list<int> slots) {
    features::LoopTable& table = work.table;
    RegisterTile tile{.buffer = static_cast<int>(table.buffers.size()), .slots = {}};
    features::Buffer entry{.scope = features::Scope::registers,
                           .element_bytes = features::element_bytes(work.shape.update.type),
                           .first_dimension = static_cast<int>(table.dimensions.size()),
                           .dimension_count = 0};
    std::int64_t stride = 1;
    for (const int slot : slots) {
        if (slot < 0) continue;
        const std::int64_t extent = work.loops[static_cast<std::size_t>(slot)].extent;
        table.dimensions.push_back({.stride = stride, .extent = extent});
        stride *= extent;
        tile.slots.push_back(slot);
        ++entry.dimension_count;
    }
    table.buffers.push_back(entry);
    return tile;
}

/// The loops of the register tile; -1 where there is none.
struct TileSlots {
    int rows2 = -1;
    int rows = -1;
    int vectors = -1;
    int lanes = -1;
};
TileSlots slots_of(const Production& work) {
    TileSlots found;
    for (int s = work.first_tile; s < static_cast<int>(work.loops.size()); ++s) {
        const PlannedLoop& loop = work.loops[static_cast<std::size_t>(s)];
        if (loop.axis != work.sketch.vector) {
            (loop.axis == work.sketch.tiled.front() ? found.rows : found.rows2) = s;
        } else {
            (loop.kind == PlannedKind::lanes ? found.lanes : found.vectors) = s;
        }
    }
    return found;
}

/// The rows of one tile as they are added up and stored.
struct Folding {
    Production& work;
    TileSlots slots;
    RowPlace place;    ///< of whole vectors
    RowPlace guarded;  ///< of vectors whose lanes are rows: those of a last tile are masked

    void open(int slot, bool is_vector) const {
        if (slot < 0) return;
        std::int64_t extent = work.loops[static_cast<std::size_t>(slot)].extent;
        const AxisState& axis = axis_state(work, work.loops[static_cast<std::size_t>(slot)].axis);
        if (slot == slots.rows && !is_vector && is_last_tile(axis)) extent = last_tile(axis);
        if (extent <= 1 && !is_vector) return;
        work.scratch.chain.push_back(
            {.variable = slot, .extent = extent, .table_loop = no_loop, .is_vector = is_vector});
    }

    features::Row start(RowKind kind, const TemplateRow& what, const RowPlace& here) const {
        features::Row row = start_row(work, kind, here);
        row.statement = what.statement;
        row.type = what.type;
        if (kind != RowKind::initialise) row.operations = what.operations;
        return row;
    }

    void use(const RegisterTile& tile, Use use) const {
        work.registers = tile;
        add_register(work, use);
    }

    void finish(features::Row row, const RegisterTile& first) const {
        finish_row(work, row, register_phase(first));
        work.scratch.chain.resize(work.scratch.chain.size() - opened_);
    }

    void clear(const RegisterTile& sums, const RowPlace& here, bool from_memory) {
        const features::Row row = start(RowKind::initialise, work.shape.update, here);
        if (from_memory) add_argument(work, work.shape.destination, {.reads = true, .writes = false}, here);
        use(sums, {.reads = false, .writes = true});
        finish(row, sums);
    }

    void add(const RegisterTile& from, const RegisterTile& sums, const RowPlace& here) {
        features::Row row = start(RowKind::update, work.shape.folding, here);
        use(from, {.reads = true, .writes = false});
        use(sums, {.reads = true, .writes = true});
        add_chain(work, row);
        finish(row, from);
    }

    void store(const RegisterTile& sums, const TemplateRow& what) {
        const features::Row row = start(RowKind::write_back, what, guarded);
        work.registers = sums;
        add_loads(work, what, guarded);
        add_argument(work, work.shape.destination, {.reads = false, .writes = true}, guarded);
        finish(row, sums);
    }

    /// Opens loops, of which the last one has the lanes.
    void open_all(std::initializer_list<int> unrolled, int lanes) {
        const std::size_t before = work.scratch.chain.size();
        for (const int slot : unrolled) open(slot, false);
        open(lanes, true);
        opened_ = work.scratch.chain.size() - before;
    }

    std::size_t opened_ = 0;
};

}  // namespace

void add_accumulators(Production& work) {
    const TileSlots slots = slots_of(work);
    work.registers = add_buffer(work, {slots.lanes, slots.vectors, slots.rows, slots.rows2});
    if (!work.sketch.is_partial) return;
    if (slots.vectors >= 0) work.row_sums = add_buffer(work, {slots.lanes, slots.rows});
    work.sums = add_buffer(work, {slots.rows});
}

void add_folds(Production& work, int loop, double share) {
    const TileSlots slots = slots_of(work);
    Folding folding{.work = work,
                    .slots = slots,
                    .place = {.loop = loop, .share = share},
                    .guarded = {.loop = loop, .share = share, .lanes = 1, .is_guarded = true}};
    const AxisState* const rows = work.sketch.tiled.empty() ? nullptr : &axis_state(work, work.sketch.tiled.front());
    if (slots.rows >= 0 && is_last_tile(*rows)) {
        folding.guarded.lanes = static_cast<double>(last_tile(*rows)) / static_cast<double>(rows->cut.tile);
    }
    const RegisterTile partial = work.registers;
    const RegisterTile row_sums = slots.vectors >= 0 ? work.row_sums : partial;
    if (slots.vectors >= 0) {
        folding.open_all({slots.rows}, slots.lanes);
        folding.clear(row_sums, folding.place, false);
        folding.open_all({slots.vectors, slots.rows}, slots.lanes);
        folding.add(partial, row_sums, folding.place);
    }
    folding.open_all({}, slots.rows);
    folding.clear(work.sums, folding.guarded, work.shape.is_accumulated);
    folding.open_all({slots.lanes}, slots.rows);
    folding.add(row_sums, work.sums, folding.guarded);
    const bool has_epilogue = work.decisions.fused_epilogue && !work.sketch.epilogues.empty();
    folding.open_all({}, slots.rows);
    folding.store(work.sums, has_epilogue ? work.shape.final : work.shape.unchanged);
    work.registers = partial;
}

}  // namespace saku::tuner
