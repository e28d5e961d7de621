#include "tuner/sketch_steps.h"

#include <algorithm>

#include "base/check.h"
#include "base/checked.h"
#include "tuner/turned_copies.h"

namespace saku::tuner {

namespace {

struct StepWriter {
    const Sketch& sketch;
    const Decisions& decisions;
    std::vector<PlannedLoop> loops;
    struct Unit {
        std::string loop;
        int axis = 0;
    };
    std::vector<Unit> units;  ///< loops of one iteration that splits leave over
    schedules::Schedule schedule = {};

    void add(schedules::Step step) { schedule.steps.push_back(std::move(step)); }
    const std::string& name(const PlannedLoop& loop) const { return name_of(sketch, loop); }
    const SketchAxis& axis(int position) const { return sketch.axes[static_cast<std::size_t>(position)]; }

    void split(const std::string& loop, std::int64_t factor, const std::string& outer, const std::string& inner) {
        add(schedules::Split{.loop = loop, .factor = factor, .outer = outer, .inner = inner});
    }

    // ---- loop structure

    /// Loops that are fused must stand directly inside one another: where they do not, a reorder brings them together.
    void fuse() {
        std::vector<std::string> order = sketch.loop_order;
        for (const SketchAxis& fused : sketch.axes) {
            if (fused.parts.size() < 2) continue;
            const auto first = std::find(order.begin(), order.end(), fused.parts.front());
            std::vector<std::string> together(order.begin(), first);
            std::vector<std::string> after;
            for (auto loop = first; loop != order.end(); ++loop) {
                const bool is_part = std::find(fused.parts.begin(), fused.parts.end(), *loop) != fused.parts.end();
                if (!is_part) after.push_back(*loop);
            }
            for (const std::string& part : fused.parts) std::erase(together, part);
            const std::vector<std::string> before = together;
            together.insert(together.end(), fused.parts.begin(), fused.parts.end());
            together.insert(together.end(), after.begin(), after.end());
            if (together != order) add(schedules::Reorder{.loops = together});
            std::string outer = fused.parts.front();
            for (std::size_t p = 1; p < fused.parts.size(); ++p) {
                const bool is_last = p + 1 == fused.parts.size();
                const std::string name = is_last ? fused.loop : fused.rest + std::to_string(p);
                add(schedules::Fuse{.outer = outer, .inner = fused.parts[p], .fused = name});
                outer = name;
            }
            order = before;
            order.push_back(fused.loop);
            order.insert(order.end(), after.begin(), after.end());
        }
    }

    /// Cuts tiles into blocks: `tiles` names the loop over all tiles.
    void split_block(const Cut& cut, const SketchAxis& names, const std::string& tiles) {
        if (cut.block > 1) split(tiles, cut.block, names.block, names.tiles);
    }

    /// The name that the loop over all tiles gets when it is made.
    static const std::string& tiles_name(const Cut& cut, const SketchAxis& names) {
        if (cut.block == 0) return names.tiles;
        return cut.block == 1 ? names.block : names.rest;
    }

    void split_tiled(int position) {
        const Cut cut = cut_of(sketch, decisions, position);
        const SketchAxis& names = axis(position);
        if (cut.tile_count == 1) return;
        if (cut.tile == 1) {
            // Blocks of single iterations: a block of one is every iteration on its own, under the block's name.
            if (cut.block > 0) split(names.loop, cut.block, names.block, names.tiles);
            if (cut.block == 1) units.push_back({names.tiles, position});
            return;
        }
        split(names.loop, cut.tile, tiles_name(cut, names), names.inner);
        split_block(cut, names, tiles_name(cut, names));
    }

    void split_vector() {
        const Cut cut = cut_of(sketch, decisions, sketch.vector);
        const SketchAxis& names = axis(sketch.vector);
        if (cut.extent == sketch.lanes) return;
        if (cut.tile_count == 1) {
            split(names.loop, sketch.lanes, names.vectors, names.lanes);
            if (cut.vectors == 1) units.push_back({names.vectors, sketch.vector});
            return;
        }
        split(names.loop, cut.tile, tiles_name(cut, names), cut.vectors == 1 ? names.lanes : names.inner);
        if (cut.vectors > 1) split(names.inner, sketch.lanes, names.vectors, names.lanes);
        split_block(cut, names, tiles_name(cut, names));
    }

    void split_reduction() {
        const PerReduced<int> order = reduction_order(sketch, decisions);
        const PerReduced<std::int64_t> parts = unrolled_parts(sketch, decisions, order);
        for (std::size_t i = 0; i < order.size(); ++i) {
            const SketchAxis& names = axis(order[i]);
            const bool blocked = decisions.block_k > 0 && order[i] == sketch.longest;
            const std::int64_t length = blocked ? decisions.block_k : names.extent;
            const bool cut = parts[i] > 1 && parts[i] < length;
            if (blocked) split(names.loop, decisions.block_k, names.block, cut ? names.rest : names.inner);
            if (cut) split(blocked ? names.rest : names.loop, parts[i], names.inner, names.unrolled);
        }
    }

    void reorder() {
        std::vector<std::string> order = sketch.unit_loops;
        for (const Unit& unit : units) order.push_back(unit.loop);
        for (const PlannedLoop& loop : loops) order.push_back(name(loop));
        if (order.size() > 1) add(schedules::Reorder{.loops = std::move(order)});
    }

    // ---- what happens in the loops

    void accumulate() {
        const auto first = std::find_if(loops.begin(), loops.end(),
                                        [](const PlannedLoop& loop) { return loop.section == Section::reduction; });
        if (first == loops.end()) return;
        if (sketch.is_partial) return accumulate_partial(name(*first));
        add(schedules::Accumulate{
            .loop = name(*first), .buffer = sketch.accumulator, .transpose = decisions.transpose});
    }

    /// The loops of the register tile of partial sums; empty names for those that are not there.
    struct PartialLoops {
        std::string rows, vectors, lanes;
    };
    PartialLoops partial_loops() const {
        PartialLoops found;
        for (const PlannedLoop& loop : loops) {
            if (loop.section != Section::tile) continue;
            if (loop.axis != sketch.vector) {
                found.rows = name(loop);
            } else {
                (loop.kind == PlannedKind::lanes ? found.lanes : found.vectors) = name(loop);
            }
        }
        return found;
    }
    /// What the lanes and rows are called where the lanes are added up.
    const char* partial_suffix() const { return decisions.vectors > 1 ? "_w_w" : "_w"; }

    /// Vectors of each row are added up first, then lanes: the rows of the tile are the lanes of that.
    void accumulate_partial(const std::string& reduction) {
        const PartialLoops tile = partial_loops();
        std::vector<std::string> partial{tile.lanes};
        if (!tile.vectors.empty()) partial.insert(partial.begin(), tile.vectors);
        add(schedules::Accumulate{.loop = reduction, .buffer = sketch.accumulator, .partial = partial});
        if (!tile.vectors.empty()) {
            if (!tile.rows.empty()) {
                add(schedules::Reorder{.loops = {tile.vectors + "_w", tile.rows + "_w", tile.lanes + "_w"}});
            }
            add(schedules::Accumulate{
                .loop = tile.vectors + "_w", .buffer = sketch.row_sums, .partial = {tile.lanes + "_w"}});
        }
        add(schedules::Accumulate{.loop = tile.lanes + partial_suffix(), .buffer = sketch.sums});
    }

    void kinds_of_partial() {
        const PartialLoops tile = partial_loops();
        if (!tile.vectors.empty()) {
            add(schedules::Unroll{.loop = tile.vectors + "_w"});
            if (!tile.rows.empty()) add(schedules::Unroll{.loop = tile.rows + "_w"});
            add(schedules::Vectorize{.loop = tile.lanes + "_w"});
        }
        add(schedules::Unroll{.loop = tile.lanes + partial_suffix()});
        if (!tile.rows.empty()) add(schedules::Vectorize{.loop = tile.rows + partial_suffix()});
    }

    /// The loops inside position `place` that move the operand, outermost first; single iterations only where the whole
    /// operand is packed, since they stand outside everything else.
    std::vector<std::string> packed_axes(const SketchOperand& operand, int place) const {
        const auto moves = [&](int axis_position) { return operand.follows[static_cast<std::size_t>(axis_position)]; };
        std::vector<std::string> names;
        if (place < 0) {
            names = operand.unit_loops;
            for (const Unit& unit : units) {
                if (moves(unit.axis)) names.push_back(unit.loop);
            }
        }
        for (std::size_t i = static_cast<std::size_t>(place + 1); i < loops.size(); ++i) {
            if (moves(loops[i].axis)) names.push_back(name(loops[i]));
        }
        return names;
    }

    /// Do the innermost steps of the copy run along the operand's memory?
    bool copies_runs(const SketchOperand& operand) const {
        for (auto loop = loops.rbegin(); loop != loops.rend(); ++loop) {
            const Reach reach = operand.reach[static_cast<std::size_t>(loop->axis)];
            if (reach != Reach::invariant) return reach == Reach::contiguous;
        }
        return false;
    }

    void pack(std::size_t position) {
        const SketchOperand& operand = sketch.operands[position];
        const Packing packing = decisions.packings[position];
        if (packing == Packing::none) return;
        const int place = packing_place(sketch, loops, static_cast<int>(position), packing);
        const bool is_region = !is_by_axes(packing);
        schedules::Pack step{.tensor = operand.tensor, .at = {}, .buffer = operand.packed, .axes = {}, .order = {}};
        if (packing != Packing::offline) step.at = place < 0 ? "body" : name(loops[static_cast<std::size_t>(place)]);
        step.by = is_region ? schedules::Pack::By::region : schedules::Pack::By::axes;
        if (!is_region) step.axes = packed_axes(operand, place);
        if (is_region) step.order = operand.region_order;
        if (!is_region && step.axes.empty()) return;
        if (sketch.lanes > 1 && (is_region || copies_runs(operand))) step.vector = sketch.lanes;
        const auto turned = turned_copy(sketch, loops, static_cast<int>(position), packing, place);
        if (turned) step.vector = turned->lanes;
        add(std::move(step));
        if (turned) turn(operand, *turned);
    }

    /// Straight code along the tensor's memory next to the lanes.
    void turn(const SketchOperand& operand, const TurnedCopy& turned) {
        const auto of_copy = [&](const PlannedLoop& loop) { return operand.packed + "_" + name(loop); };
        const PlannedLoop& along = loops[static_cast<std::size_t>(turned.along)];
        std::string columns = of_copy(along);
        if (turned.columns < along.extent) {
            split(columns, turned.columns, columns + "_o", columns + "_c");
            columns += "_c";
        }
        std::vector<const PlannedLoop*> inside;
        for (std::size_t i = static_cast<std::size_t>(turned.along) + 1; i < loops.size(); ++i) {
            if (operand.follows[static_cast<std::size_t>(loops[i].axis)]) inside.push_back(&loops[i]);
        }
        const std::string innermost = of_copy(*inside.back());
        const bool is_cut = turned.lanes < inside.back()->extent;
        std::vector<std::string> order;
        for (const PlannedLoop* loop : inside) {
            if (is_cut || loop != inside.back()) order.push_back(of_copy(*loop));
        }
        order.push_back(columns);
        order.push_back(is_cut ? innermost + "_l" : innermost);
        if (order.size() > 2) add(schedules::Reorder{.loops = std::move(order)});
        add(schedules::Unroll{.loop = columns});
    }

    void epilogues() {
        if (!decisions.fused_epilogue) return;
        for (const int statement : sketch.epilogues) add(schedules::Epilogue{.statement = statement});
    }

    void loop_kinds() {
        for (const PlannedLoop& loop : loops) {
            if (loop.kind == PlannedKind::unrolled) add(schedules::Unroll{.loop = name(loop)});
            if (loop.kind == PlannedKind::lanes) add(schedules::Vectorize{.loop = name(loop)});
        }
        if (sketch.is_partial) kinds_of_partial();
        if (!decisions.transpose) return;
        for (const PlannedLoop& loop : loops) {
            if (loop.section != Section::tile) continue;
            const bool is_m = loop.axis == sketch.tiled.front();
            if (is_m) {
                add(schedules::Vectorize{.loop = name(loop) + "_w"});
            } else {
                add(schedules::Unroll{.loop = name(loop) + "_w"});
            }
        }
    }

    void tail(int position, bool masked) {
        const Cut cut = cut_of(sketch, decisions, position);
        if (cut.extent % cut.tile == 0) return;
        const auto outermost = std::find_if(loops.begin(), loops.end(), [&](const PlannedLoop& loop) {
            return loop.axis == position && loop.section == Section::tile;
        });
        SAKU_CHECK(outermost != loops.end(), "a ragged tile has a loop");
        add(schedules::Tail{.loop = name(*outermost),
                            .kind = masked ? schedules::Tail::Kind::mask : schedules::Tail::Kind::peel});
    }

    void tails() {
        if (sketch.tiled.size() > 1) tail(sketch.tiled[1], decisions.mask_m2);
        if (!sketch.tiled.empty()) tail(sketch.tiled[0], decisions.mask_m);
        if (sketch.is_partial) return cut_reduction();
        if (sketch.vector >= 0) tail(sketch.vector, decisions.mask_n);
    }

    /// Partial sums: the last tile of the reduction, masked, stands behind the loop over the others.
    void cut_reduction() {
        const Cut cut = cut_of(sketch, decisions, sketch.vector);
        if (cut.extent % cut.tile != 0) add(schedules::Partition{.loop = axis(sketch.vector).tiles});
    }

    /// At the innermost serial loop of the reduction, for the packed operand that the vectors are loaded from.
    void prefetch() {
        if (decisions.prefetch == 0) return;
        const PlannedLoop* innermost = nullptr;
        for (const PlannedLoop& loop : loops) {
            if (loop.section == Section::reduction && loop.kind == PlannedKind::serial) innermost = &loop;
        }
        if (innermost == nullptr) return;
        for (std::size_t o = 0; o < sketch.operands.size(); ++o) {
            const SketchOperand& operand = sketch.operands[o];
            const bool moves = operand.follows[static_cast<std::size_t>(innermost->axis)];
            if (!is_by_axes(decisions.packings[o]) || !moves ||
                !operand.follows[static_cast<std::size_t>(sketch.vector)])
                continue;
            add(schedules::Prefetch{
                .buffer = operand.packed, .loop = name(*innermost), .distance = decisions.prefetch});
        }
    }

    void parallelize() {
        const int place = parallel_place(sketch, loops, decisions.parallel);
        if (place >= 0) add(schedules::Parallelize{.loop = name(loops[static_cast<std::size_t>(place)])});
    }
};

}  // namespace

schedules::Schedule steps_of(const Sketch& sketch, const Decisions& decisions) {
    StepWriter writer{.sketch = sketch, .decisions = decisions, .loops = planned_loops(sketch, decisions), .units = {}};
    for (const SketchLayout& layout : sketch.layouts) {
        if (!layout.step.order.empty()) writer.add(layout.step);
    }
    writer.fuse();
    for (const int axis : sketch.tiled) writer.split_tiled(axis);
    if (sketch.vector >= 0) writer.split_vector();
    writer.split_reduction();
    writer.reorder();
    writer.accumulate();
    for (std::size_t operand = 0; operand < sketch.operands.size(); ++operand) writer.pack(operand);
    writer.epilogues();
    writer.loop_kinds();
    // Before the tails: a tail's subscripts no longer say which iteration of the outer loops they belong to.
    writer.parallelize();
    writer.tails();
    writer.prefetch();
    return std::move(writer.schedule);
}

}  // namespace saku::tuner
