#include "tuner/turned_copies.h"

#include <algorithm>

namespace saku::tuner {

namespace {

constexpr std::int64_t fewest = 4;  // lanes, and columns, that are worth turning

/// Do the loops of each axis that moves the operand make up exactly the axis? Then no guard concerns them.
bool are_whole(const Sketch& sketch, const std::vector<PlannedLoop>& loops, const SketchOperand& operand) {
    for (std::size_t a = 0; a < sketch.axes.size(); ++a) {
        if (!operand.follows[a]) continue;
        std::int64_t iterations = 1;  // loops of an axis are at most twice as long as it: no overflow
        for (const PlannedLoop& loop : loops) iterations *= static_cast<std::size_t>(loop.axis) == a ? loop.extent : 1;
        if (iterations != sketch.axes[a].extent) return false;
    }
    return true;
}

/// Of the divisors up to the lanes, a power of two, which blocks of rows cover without a rest; else the whole extent.
std::int64_t columns_of(std::int64_t extent, std::int64_t lanes) {
    for (std::int64_t columns = lanes; columns >= fewest; columns /= 2) {
        if (extent % columns == 0) return columns;
    }
    return extent >= fewest && extent <= lanes ? extent : 1;
}

}  // namespace

std::int64_t lanes_for(std::int64_t extent, std::int64_t wanted) {
    for (std::int64_t lanes = std::min(extent, wanted); lanes >= std::min(extent, fewest) && lanes > 1; --lanes) {
        if (extent % lanes == 0) return lanes;
    }
    return 1;
}

std::optional<TurnedCopy> turned_copy(const Sketch& sketch, const std::vector<PlannedLoop>& loops, int operand,
                                      Packing packing, int place) {
    const SketchOperand& packed = sketch.operands[static_cast<std::size_t>(operand)];
    const bool in_a_run = is_by_axes(packing) && packing != Packing::offline;
    if (!in_a_run || sketch.lanes < fewest || packed.is_padded || !are_whole(sketch, loops, packed)) return {};
    const auto reach = [&](int loop) {
        return packed.reach[static_cast<std::size_t>(loops[static_cast<std::size_t>(loop)].axis)];
    };
    int innermost = static_cast<int>(loops.size()) - 1;
    while (innermost > place && reach(innermost) == Reach::invariant) --innermost;
    if (innermost <= place || reach(innermost) != Reach::strided) return {};
    int along = innermost;
    while (along > place && reach(along) != Reach::contiguous) --along;
    if (along <= place) return {};
    const TurnedCopy turned{.along = along,
                            .columns = columns_of(loops[static_cast<std::size_t>(along)].extent, sketch.lanes),
                            .lanes = lanes_for(loops[static_cast<std::size_t>(innermost)].extent, sketch.lanes)};
    if (turned.columns < fewest || turned.lanes < fewest) return {};
    return turned;
}

}  // namespace saku::tuner
