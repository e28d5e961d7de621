// What a sketch leaves open, with the values that make sense for its extents.
//
//   tile_m, tile_m2  extents of the unrolled loops of the register tile
//   tile_n           extent of its vector part, in elements (vectors times lanes)
//   block_m, block_n tiles in a cache block of the m side's outer tiled axis, and of the vector axis; 0: no blocks
//   block_k          iterations of the longest reduction axis in a block; 0: no blocks
//   order            nesting of the loops over blocks, "mnk" = m side outermost
//   inner_order      nesting of the loops over tiles inside a block: "mn" = tiles of n innermost
//   k_order          nesting of the reduction axes: "plain" as the operator lists them, "long" = the longest innermost
//   unroll           reduction iterations in straight code
//   layout_<tensor>  where the elements of a tensor lie whose layout is free; one value, another sketch has another
//   pack_<tensor>    where an operand is packed, see Packing
//   tail_...         ragged last tiles: a micro-kernel of their own (peel) or masks
//   prefetch         how many iterations of the reduction ahead; 0: none
//   transpose        are tiles turned in registers before they are stored
//   epilogue         do later element-wise statements run on the register tile
//   parallel         which loop runs in parallel
#include <algorithm>
#include <functional>

#include "base/checked.h"
#include "tuner/sketch.h"

namespace saku::tuner {

namespace {

using Values = std::vector<std::int64_t>;

Hole numeric(Knob knob, std::string name, Values values, std::int64_t shown_unit = 1) {
    Hole hole{.knob = knob,
              .operand = -1,
              .name = std::move(name),
              .values = std::move(values),
              .labels = {},
              .ordered = true};
    for (const std::int64_t value : hole.values) hole.labels.push_back(std::to_string(value * shown_unit));
    return hole;
}

Hole choice(Knob knob, std::string name, std::vector<std::string> labels, Values values = {}) {
    Hole hole{.knob = knob,
              .operand = -1,
              .name = std::move(name),
              .values = std::move(values),
              .labels = std::move(labels),
              .ordered = false};
    if (hole.values.empty()) {
        for (std::size_t i = 0; i < hole.labels.size(); ++i) hole.values.push_back(static_cast<std::int64_t>(i));
    }
    return hole;
}

/// Those of `wanted` below `limit`, and `limit` itself where it is at most `longest`.
Values up_to(const Values& wanted, std::int64_t limit, std::int64_t longest) {
    Values values;
    for (const std::int64_t value : wanted) {
        if (value < limit && value <= longest) values.push_back(value);
    }
    if (limit <= longest) values.push_back(limit);
    return values;
}

/// 2^a and 3 * 2^a in [low, high], after a leading 0.
Values block_sizes(std::int64_t low, std::int64_t high) {
    Values values{0};
    for (std::int64_t power = 1; power <= high; power *= 2) {
        if (power >= low) values.push_back(power);
        if (power % 2 == 0 && power / 2 * 3 >= low && power / 2 * 3 <= high) values.push_back(power / 2 * 3);
    }
    return values;
}

/// The same up to half of an axis. Blocks are made equally long when a schedule is settled, so two and three can be had
/// with these values, and most other numbers; but two only where half of the axis is no longer than the longest value:
/// with threads it is there, too, so that two of them have one block each.
Values block_sizes_of(std::int64_t extent, int threads) {
    constexpr std::int64_t longest = 512;
    Values values = block_sizes(1, std::min(extent / 2, longest));
    const std::int64_t half = ceil_div(extent, 2);
    if (threads > 1 && extent > 1 && half <= longest && values.back() < half) values.push_back(half);
    return values;
}

void add(std::vector<Hole>& holes, Hole hole) {
    if (hole.values.size() > 1) holes.push_back(std::move(hole));
}

void add_tiles(const Sketch& sketch, std::vector<Hole>& holes) {
    const auto extent = [&](int axis) { return sketch.axes[static_cast<std::size_t>(axis)].extent; };
    const std::int64_t most = std::max(sketch.registers - 2, 1);
    if (!sketch.tiled.empty()) {
        const Values sizes{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 21, 24, 28, 30};
        holes.push_back(numeric(Knob::tile_m, "tile_m", up_to(sizes, extent(sketch.tiled[0]), most)));
    }
    if (sketch.tiled.size() > 1) {
        holes.push_back(numeric(Knob::tile_m2, "tile_m2", up_to({1, 2, 3, 4, 5, 6, 7, 8}, extent(sketch.tiled[1]), 8)));
    }
    if (sketch.vector >= 0) {
        // Partial sums: at least two tiles, so that there is something to sum up in registers.
        const std::int64_t vectors = sketch.is_partial ? extent(sketch.vector) / (2 * sketch.lanes)
                                                       : ceil_div(extent(sketch.vector), sketch.lanes);
        holes.push_back(numeric(Knob::tile_n, "tile_n", up_to({1, 2, 3, 4, 5, 6, 8}, vectors, 8), sketch.lanes));
    }
}

void add_blocks(const Sketch& sketch, int threads, std::vector<Hole>& holes) {
    const auto extent = [&](int axis) { return sketch.axes[static_cast<std::size_t>(axis)].extent; };
    std::int64_t longest_m = 0;
    for (const int axis : sketch.tiled) longest_m = std::max(longest_m, extent(axis));
    add(holes, numeric(Knob::block_m, "block_m", block_sizes_of(longest_m, threads)));
    if (sketch.is_partial) return;
    if (sketch.vector >= 0) {
        const std::int64_t vectors = ceil_div(extent(sketch.vector), sketch.lanes);
        add(holes, numeric(Knob::block_n, "block_n", block_sizes_of(vectors, threads)));
    }
    const int reduction = sketch.longest;
    const std::int64_t longest = reduction < 0 ? 0 : extent(reduction);
    std::int64_t others = 1;  // iterations of the other reduction axes; more than 4096 make no difference
    for (const int axis : sketch.reduced)
        others = axis == reduction ? others : std::min<std::int64_t>(others * extent(axis), 4096);
    const std::int64_t low = std::max<std::int64_t>(ceil_div(48, others), 4);
    const std::int64_t high = std::min<std::int64_t>(longest / 2, std::max<std::int64_t>(4096 / others, low));
    add(holes, numeric(Knob::block_k, "block_k", block_sizes(low, high)));
}

void add_orders(const Sketch& sketch, std::vector<Hole>& holes) {
    const bool blocked_m = !sketch.tiled.empty() || !sketch.outside.empty();
    if (blocked_m || sketch.vector >= 0) {
        add(holes, choice(Knob::order, "order", {"mnk", "mkn", "nmk", "nkm", "kmn", "knm"}));
    }
    if (!sketch.tiled.empty() && sketch.vector >= 0 && !sketch.is_partial) {
        add(holes, choice(Knob::inner_order, "inner_order", {"mn", "nm"}));
    }
    if (sketch.reduced.size() > 1) add(holes, choice(Knob::k_order, "k_order", {"plain", "long"}));
    if (sketch.reduced.empty() || sketch.is_partial) return;
    Values amounts{1, 2, 4, 8};
    std::int64_t inner = 1;
    for (auto axis = sketch.reduced.rbegin(); axis != sketch.reduced.rend(); ++axis) {
        const std::int64_t extent = sketch.axes[static_cast<std::size_t>(*axis)].extent;
        if (extent > 32 || inner * extent > 32) break;
        inner *= extent;
        amounts.push_back(inner);
    }
    std::sort(amounts.begin(), amounts.end());
    amounts.erase(std::unique(amounts.begin(), amounts.end()), amounts.end());
    add(holes, numeric(Knob::unroll, "unroll", amounts));
}

void add_packs(const Sketch& sketch, std::vector<Hole>& holes) {
    bool any = false;
    // More than six operands are not all worth a hole of their own, and would push spaces beyond 2^63.
    for (std::size_t o = 0; o < std::min<std::size_t>(sketch.operands.size(), 6); ++o) {
        const SketchOperand& operand = sketch.operands[o];
        std::vector<std::string> labels;
        Values values;
        for (const Packing packing : operand.choices) {
            labels.push_back(to_string(packing));
            values.push_back(static_cast<std::int64_t>(packing));
        }
        any = any || operand.choices.front() != Packing::none || operand.choices.size() > 1;
        Hole hole = choice(Knob::pack, "pack_" + operand.tensor, labels, values);
        hole.operand = static_cast<int>(o);
        // Constants are always packed: one value, which is reported and can be pinned.
        if (operand.choices.front() == Packing::offline) {
            holes.push_back(std::move(hole));
        } else {
            add(holes, std::move(hole));
        }
    }
    if (any && !sketch.reduced.empty() && sketch.vector >= 0 && !sketch.is_partial) {
        add(holes, numeric(Knob::prefetch, "prefetch", {0, 2, 4, 8, 16}));
    }
}

/// One value each: sketches differ in them. They are holes so that they can be pinned and are reported.
void add_layouts(const Sketch& sketch, std::vector<Hole>& holes) {
    for (const SketchLayout& layout : sketch.layouts) {
        holes.push_back(choice(Knob::layout, "layout_" + layout.tensor, {layout.label}));
    }
}

void add_tails(const Sketch& sketch, std::vector<Hole>& holes) {
    if (sketch.is_partial) return;  // rows in tiles of their own; the end of the reduction is cut off
    const auto tail = [&](Knob knob, const char* name) { add(holes, choice(knob, name, {"peel", "mask"})); };
    if (!sketch.tiled.empty()) tail(Knob::tail_m, "tail_m");
    if (sketch.tiled.size() > 1) tail(Knob::tail_m2, "tail_m2");
    if (sketch.vector >= 0) tail(Knob::tail_n, "tail_n");
}

}  // namespace

std::vector<Hole> holes_of(const Sketch& sketch, const SketchOptions& options) {
    std::vector<Hole> holes;
    add_layouts(sketch, holes);
    add_tiles(sketch, holes);
    add_blocks(sketch, options.threads, holes);
    add_orders(sketch, holes);
    add_packs(sketch, holes);
    add_tails(sketch, holes);
    if (sketch.transposable) add(holes, choice(Knob::transpose, "transpose", {"yes", "no"}, {1, 0}));
    if (!sketch.epilogues.empty()) add(holes, choice(Knob::epilogue, "epilogue", {"fused", "separate"}, {1, 0}));
    if (options.threads > 1) add(holes, choice(Knob::parallel, "parallel", {"batch", "m", "n", "none"}));
    return holes;
}

}  // namespace saku::tuner
