#include "tuner/plan.h"

#include <algorithm>

#include "base/check.h"
#include "base/checked.h"

namespace saku::tuner {

namespace {

const SketchAxis& axis_of(const Sketch& sketch, int axis) { return sketch.axes[static_cast<std::size_t>(axis)]; }

bool contains(const std::vector<int>& list, int value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

int blocked_axis(const Sketch& sketch) {
    if (sketch.tiled.empty()) return -1;
    const int outer = sketch.tiled.back();
    const int inner = sketch.tiled.front();
    return axis_of(sketch, inner).extent > axis_of(sketch, outer).extent ? inner : outer;
}

namespace {

/// Tiles of `tile` elements along an axis, in blocks of so many (0: no blocks).
void fill_cut(std::int64_t extent, std::int64_t tile, std::int64_t block, Cut& cut) {
    cut.extent = extent;
    cut.tile = tile;
    cut.tile_count = tile == 1 ? extent : ceil_div(extent, tile);
    cut_into_blocks(block, cut);
}

void fill_cut_of_tiled(const Sketch& sketch, const Decisions& decisions, std::size_t which, int blocked, Cut& cut) {
    const int axis = sketch.tiled[which];
    fill_cut(axis_of(sketch, axis).extent, which == 0 ? decisions.tile_m : decisions.tile_m2,
             axis == blocked ? decisions.block_m : 0, cut);
}

void fill_cut_of_vector(const Sketch& sketch, const Decisions& decisions, Cut& cut) {
    cut.vectors = decisions.vectors;
    fill_cut(axis_of(sketch, sketch.vector).extent, decisions.vectors * sketch.lanes, decisions.block_n, cut);
}

}  // namespace

Cut cut_of(const Sketch& sketch, const Decisions& decisions, int axis) {
    Cut cut;
    const auto found = std::find(sketch.tiled.begin(), sketch.tiled.end(), axis);
    if (axis == sketch.vector) {
        fill_cut_of_vector(sketch, decisions, cut);
    } else if (found == sketch.tiled.end()) {
        fill_cut(axis_of(sketch, axis).extent, 1, 0, cut);
    } else {
        fill_cut_of_tiled(sketch, decisions, static_cast<std::size_t>(found - sketch.tiled.begin()),
                          blocked_axis(sketch), cut);
    }
    return cut;
}

TileCuts tile_cuts(const Sketch& sketch, const Decisions& decisions) {
    TileCuts cuts;
    cuts.blocked = blocked_axis(sketch);
    for (std::size_t m = 0; m < sketch.tiled.size(); ++m)
        fill_cut_of_tiled(sketch, decisions, m, cuts.blocked, cuts.tiled[m]);
    if (sketch.vector >= 0) fill_cut_of_vector(sketch, decisions, cuts.vector);
    return cuts;
}

PerReduced<int> reduction_order(const Sketch& sketch, const Decisions& decisions) {
    PerReduced<int> order;
    for (const int axis : sketch.reduced) order.push_back(axis);
    if (decisions.k_order == 1) {
        const auto longest = std::find(order.begin(), order.end(), sketch.longest);
        std::rotate(longest, longest + 1, order.end());
    }
    return order;
}

namespace {

/// Calls `visit(i, part)` for every axis of `order` of which several iterations are straight code, innermost first.
template <class Visit>
void visit_unrolled(const Sketch& sketch, const Decisions& decisions, const PerReduced<int>& order,
                    const Visit& visit) {
    std::int64_t wanted = decisions.unroll;
    const int blocked = decisions.block_k > 0 ? sketch.longest : -1;
    for (std::size_t i = order.size(); i-- > 0 && wanted > 1;) {
        const std::int64_t extent = axis_of(sketch, order[i]).extent;
        const bool ragged = order[i] == blocked && extent % decisions.block_k != 0;
        const std::int64_t length = order[i] == blocked ? decisions.block_k : extent;
        if (ragged) break;
        if (wanted < length) {
            if (length % wanted == 0) visit(i, wanted);
            break;
        }
        visit(i, length);
        wanted /= length;
    }
}

}  // namespace

PerReduced<std::int64_t> unrolled_parts(const Sketch& sketch, const Decisions& decisions,
                                        const PerReduced<int>& order) {
    PerReduced<std::int64_t> parts;
    for (std::size_t i = 0; i < order.size(); ++i) parts.push_back(1);
    visit_unrolled(sketch, decisions, order, [&](std::size_t i, std::int64_t part) { parts[i] = part; });
    return parts;
}

std::int64_t unrolled_copies(const Sketch& sketch, const Decisions& decisions, const PerReduced<int>& order) {
    std::int64_t copies = 1;
    visit_unrolled(sketch, decisions, order, [&](std::size_t, std::int64_t part) { copies *= part; });
    return copies;
}

namespace {

/// Collects loops with more than one iteration.
struct LoopList {
    const Sketch& sketch;
    const Decisions& decisions;
    const TileCuts& cuts;
    std::vector<PlannedLoop>& loops;

    void add(int axis, Piece piece, std::int64_t extent, Section section, PlannedKind kind = PlannedKind::serial) {
        if (extent > 1 || kind == PlannedKind::lanes) loops.push_back({axis, piece, extent, section, kind});
    }

    bool is_uncut(const Cut& cut) const { return cut.tile == 1 && cut.block == 0; }

    void add_blocks(int axis) {
        const Cut& cut = cut_in(cuts, sketch, axis);
        add(axis, Piece::block, cut.block_count, Section::outer);
    }

    void add_tiles(int axis) {
        const Cut& cut = cut_in(cuts, sketch, axis);
        const std::int64_t extent = cut.block > 0 ? cut.block : cut.tile_count;
        add(axis, is_uncut(cut) ? Piece::whole : Piece::tiles, extent, Section::tiles);
    }

    void add_outer() {
        for (const int axis : sketch.batch) add(axis, Piece::whole, axis_of(sketch, axis).extent, Section::outer);
        for (const char* side = block_orders[decisions.order]; *side != 0; ++side) {
            if (*side == 'm') {
                for (const int axis : sketch.outside)
                    add(axis, Piece::whole, axis_of(sketch, axis).extent, Section::outer);
                if (cuts.blocked >= 0) add_blocks(cuts.blocked);
            } else if (*side == 'n' && sketch.vector >= 0) {
                add_blocks(sketch.vector);
            } else if (*side == 'k' && decisions.block_k > 0) {
                const int axis = sketch.longest;
                add(axis, Piece::block, ceil_div(axis_of(sketch, axis).extent, decisions.block_k), Section::outer);
            }
        }
    }

    void add_inner() {
        const auto m_tiles = [&] {
            for (auto axis = sketch.tiled.rbegin(); axis != sketch.tiled.rend(); ++axis) add_tiles(*axis);
        };
        if (decisions.inner_order == 0) m_tiles();
        if (sketch.vector >= 0 && !sketch.is_partial) add_tiles(sketch.vector);
        if (decisions.inner_order != 0) m_tiles();
    }

    void add_reduction() {
        const PerReduced<int> order = reduction_order(sketch, decisions);
        const PerReduced<std::int64_t> parts = unrolled_parts(sketch, decisions, order);
        const int blocked = decisions.block_k > 0 ? sketch.longest : -1;
        for (std::size_t i = 0; i < order.size(); ++i) {
            const std::int64_t length = order[i] == blocked ? decisions.block_k : axis_of(sketch, order[i]).extent;
            const Piece piece =
                order[i] == blocked || (parts[i] > 1 && parts[i] < length) ? Piece::inner : Piece::whole;
            const bool all_unrolled = parts[i] == length;
            add(order[i], piece, all_unrolled ? length : length / parts[i], Section::reduction,
                all_unrolled ? PlannedKind::unrolled : PlannedKind::serial);
            if (!all_unrolled) add(order[i], Piece::unrolled, parts[i], Section::reduction, PlannedKind::unrolled);
        }
        if (sketch.is_partial) add(sketch.vector, Piece::tiles, cuts.vector.tile_count, Section::reduction);
    }

    /// Vectors inside m: a row of the tile shares its broadcast, and only one is alive at a time.
    void add_tile() {
        const auto unrolled = [&](std::size_t which) {
            if (which >= sketch.tiled.size()) return;
            const int axis = sketch.tiled[which];
            const Cut& cut = cut_in(cuts, sketch, axis);
            add(axis, cut.tile_count == 1 ? Piece::whole : Piece::inner, cut.tile, Section::tile,
                PlannedKind::unrolled);
        };
        unrolled(1);
        unrolled(0);
        if (sketch.vector < 0) return;
        const Cut& cut = cuts.vector;
        add(sketch.vector, Piece::vectors, cut.vectors, Section::tile, PlannedKind::unrolled);
        add(sketch.vector, cut.extent == sketch.lanes ? Piece::whole : Piece::lanes, sketch.lanes, Section::tile,
            PlannedKind::lanes);
    }
};

}  // namespace

void plan_loops(const Sketch& sketch, const Decisions& decisions, const TileCuts& cuts,
                std::vector<PlannedLoop>& loops) {
    loops.clear();
    loops.reserve(2 * sketch.axes.size() + 4);
    LoopList list{.sketch = sketch, .decisions = decisions, .cuts = cuts, .loops = loops};
    list.add_outer();
    list.add_inner();
    list.add_reduction();
    list.add_tile();
}

std::vector<PlannedLoop> planned_loops(const Sketch& sketch, const Decisions& decisions) {
    std::vector<PlannedLoop> loops;
    plan_loops(sketch, decisions, tile_cuts(sketch, decisions), loops);
    return loops;
}

const std::string& name_of(const Sketch& sketch, const PlannedLoop& loop) {
    const SketchAxis& axis = axis_of(sketch, loop.axis);
    switch (loop.piece) {
        case Piece::whole:
            return axis.loop;
        case Piece::block:
            return axis.block;
        case Piece::tiles:
            return axis.tiles;
        case Piece::inner:
            return axis.inner;
        case Piece::vectors:
            return axis.vectors;
        case Piece::lanes:
            return axis.lanes;
        case Piece::unrolled:
            return axis.unrolled;
    }
    return axis.loop;
}

int packing_place(const Sketch& sketch, const std::vector<PlannedLoop>& loops, int operand, Packing packing) {
    const SketchOperand& packed = sketch.operands[static_cast<std::size_t>(operand)];
    const bool at_block = packing == Packing::block || packing == Packing::region_block;
    if (!at_block && packing != Packing::strip) return -1;
    const Section last = at_block ? Section::outer : Section::tiles;
    int place = -1;
    for (std::size_t i = 0; i < loops.size() && loops[i].section <= last; ++i) {
        if (packed.follows[static_cast<std::size_t>(loops[i].axis)]) place = static_cast<int>(i);
    }
    return place;
}

int parallel_place(const Sketch& sketch, const std::vector<PlannedLoop>& loops, Divided side) {
    for (std::size_t i = 0; i < loops.size() && loops[i].section <= Section::tiles; ++i) {
        const int axis = loops[i].axis;
        const bool is_m = contains(sketch.tiled, axis) || contains(sketch.outside, axis);
        const bool chosen = side == Divided::batch ? contains(sketch.batch, axis)
                            : side == Divided::m   ? is_m
                            : side == Divided::n   ? axis == sketch.vector
                                                   : false;
        if (chosen) return static_cast<int>(i);
    }
    return -1;
}

}  // namespace saku::tuner
