#include "features/border_copies.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "features/border_walk.h"

namespace saku::features {

namespace {

struct Walk {
    std::int64_t extent = 0;  ///< of the dimension: [0, extent) is inside
    std::int64_t low = 0;     ///< where the walk begins
    BorderSteps steps = {};
    std::array<double, most_border_steps> copies{};  ///< by step, of the loop's body
};

/// From here inwards no loop is cut.
void count_uncut(Walk& walk, std::size_t level) {
    for (std::size_t l = level; l < walk.steps.size(); ++l) walk.copies[l] += 1;
}

/// Adds the copies of the loops from `level` inwards, in one copy of what is around, when those outside are at
/// `position`. Like the counting of tests in padding.cpp, for the code instead of the iterations.
void count_copies(Walk& walk, std::size_t level, std::int64_t position) {
    if (level == walk.steps.size()) return;
    const BorderStep& loop = walk.steps[level];
    const auto [below, inside, is_cut] = border_cut(loop, walk.extent, position);
    if (!is_cut || inside > 0) count_uncut(walk, level);
    if (!is_cut) return;
    for (std::int64_t i = 0; i < loop.extent; ++i) {
        if (i == below && inside > 0) i += inside;
        if (i >= loop.extent) break;
        walk.copies[level] += 1;
        count_copies(walk, level + 1, position + loop.step * i);
    }
}

/// The loops that move a dimension.
Walk walk_of(const LoopTable& table, const Access& access, int d) {
    return {.extent = extent_along(table, access, d),
            .low = static_cast<std::int64_t>(box_along(table, access, d).low),
            .steps = border_steps(table, access, d)};
}

/// Is a loop left of step `target` anywhere, when the loops outside `level` are at `position`?
bool is_left(const Walk& walk, std::size_t target, std::size_t level, std::int64_t position) {
    const BorderStep& loop = walk.steps[level];
    const auto [below, inside, is_cut] = border_cut(loop, walk.extent, position);
    if (!is_cut) return true;
    if (level == target) return inside > 1;
    if (inside > 0) return true;  // nothing is cut in there
    for (std::int64_t i = 0; i < loop.extent; ++i) {
        if (is_left(walk, target, level + 1, position + loop.step * i)) return true;
    }
    return false;
}

/// Raises each loop's factor, copies of its body per copy of the loop, to what the access makes of it.
void add_access(const LoopTable& table, const Access& access, std::vector<double>& factors) {
    if (!may_cut(table, access)) return;
    for (int d = 0; d < table.buffers[static_cast<std::size_t>(access.buffer)].dimension_count; ++d) {
        Walk walk = walk_of(table, access, d);
        count_copies(walk, 0, walk.low);
        double around = 1;
        for (std::size_t l = 0; l < walk.steps.size(); ++l) {
            double& factor = factors[static_cast<std::size_t>(walk.steps[l].loop)];
            factor = std::max(factor, walk.copies[l] / around);
            around = walk.copies[l];
        }
    }
}

}  // namespace

bool writes_out(const LoopTable& table, const Access& access, int loop) {
    if (!may_cut(table, access)) return false;
    for (const Term& term : terms_of(table, access)) {
        if (term.loop != loop) continue;
        const Walk walk = walk_of(table, access, term.dimension);
        for (std::size_t l = 0; l < walk.steps.size(); ++l) {
            if (walk.steps[l].loop == loop && !is_left(walk, l, 0, walk.low)) return true;
        }
    }
    return false;
}

std::vector<double> border_copies(const LoopTable& table) {
    std::vector<double> copies(table.loops.size(), 1.0);
    for (const Access& access : table.accesses) add_access(table, access, copies);
    for (std::size_t l = 0; l < table.loops.size(); ++l) {  // parents come first
        const int parent = table.loops[l].parent;
        if (parent != no_loop) copies[l] *= copies[static_cast<std::size_t>(parent)];
    }
    return copies;
}

}  // namespace saku::features
