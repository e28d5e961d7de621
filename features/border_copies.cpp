#include "features/border_copies.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "base/checked.h"
#include "base/fixed_vector.h"
#include "ir/unrolled_copies.h"

namespace saku::features {

namespace {

/// A dimension's way through the loops that move it, from outside to inside.
struct Step {
    int loop = 0;
    std::int64_t step = 0;    ///< positions from one iteration to the next, above 0
    std::int64_t extent = 1;  ///< iterations
    std::int64_t reach = 0;   ///< positions that loops inside and straight code add at most
    double copies = 0;        ///< of the loop's body, found out
};

constexpr std::size_t most_steps = 16;  // that more loops move is looked at as not cut
using Steps = FixedVector<Step, most_steps>;

struct Walk {
    std::int64_t extent = 0;  ///< of the dimension: [0, extent) is inside
    std::int64_t low = 0;     ///< where the walk begins
    Steps steps = {};
};

/// The steps of one dimension; none where positions run backwards.
Steps steps_of(const LoopTable& table, const Access& access, int dimension, std::int64_t span) {
    Steps steps;
    std::int64_t reach = span;
    for (const Term& term : terms_of(table, access)) {  // inner loops first
        if (term.dimension != dimension) continue;
        const auto step = static_cast<std::int64_t>(term.coefficient);
        if (step <= 0 || steps.size() == most_steps) return {};
        const auto extent =
            static_cast<std::int64_t>(std::ceil(table.loops[static_cast<std::size_t>(term.loop)].trips - 1e-9));
        steps.push_back({.loop = term.loop, .step = step, .extent = extent, .reach = reach, .copies = 0});
        reach += step * (extent - 1);
    }
    std::reverse(steps.begin(), steps.end());
    return steps;
}

/// From here inwards no loop is cut.
void count_uncut(Walk& walk, std::size_t level) {
    for (std::size_t l = level; l < walk.steps.size(); ++l) walk.steps[l].copies += 1;
}

/// How emission cuts a loop, when those outside are at `position`.
struct Cut {
    std::int64_t below = 0;  ///< iterations before the inside
    std::int64_t inside = 0;
    bool is_cut = false;
};

Cut cut_of(const Walk& walk, const Step& loop, std::int64_t position) {
    const auto clamped = [&](std::int64_t count) { return std::clamp(count, std::int64_t{0}, loop.extent); };
    const std::int64_t end = position + loop.step * (loop.extent - 1) + loop.reach - (walk.extent - 1);
    const std::int64_t below = clamped(ceil_div(-position, loop.step));
    const std::int64_t above = clamped(ceil_div(end, loop.step));
    const std::int64_t inside = loop.extent - below - above;
    const bool is_few = below <= ir::most_border_iterations && above <= ir::most_border_iterations;
    const bool is_cut = (below > 0 || above > 0) && (inside > 0 ? is_few : loop.extent <= ir::most_border_iterations);
    return {.below = below, .inside = inside, .is_cut = is_cut};
}

/// Adds the copies of the loops from `level` inwards, in one copy of what is around, when those outside are at
/// `position`. Like the counting of tests in padding.cpp, for the code instead of the iterations.
void count_copies(Walk& walk, std::size_t level, std::int64_t position) {
    if (level == walk.steps.size()) return;
    Step& loop = walk.steps[level];
    const auto [below, inside, is_cut] = cut_of(walk, loop, position);
    if (!is_cut || inside > 0) count_uncut(walk, level);
    if (!is_cut) return;
    for (std::int64_t i = 0; i < loop.extent; ++i) {
        if (i == below && inside > 0) i += inside;
        if (i >= loop.extent) break;
        loop.copies += 1;
        count_copies(walk, level + 1, position + loop.step * i);
    }
}

bool may_be_padded(const LoopTable& table, const Access& access) {
    const Buffer& buffer = table.buffers[static_cast<std::size_t>(access.buffer)];
    return access.reads && !access.approximate && buffer.scope == Scope::argument &&
           access.references <= ir::most_padded_reads;
}

/// The loops that move a dimension.
Walk walk_of(const LoopTable& table, const Access& access, int d) {
    const Buffer& buffer = table.buffers[static_cast<std::size_t>(access.buffer)];
    const Box& box = table.boxes[static_cast<std::size_t>(access.first_box + d)];
    const Dimension& dimension = table.dimensions[static_cast<std::size_t>(buffer.first_dimension + d)];
    return {.extent = dimension.extent,
            .low = static_cast<std::int64_t>(box.low),
            .steps = steps_of(table, access, d, static_cast<std::int64_t>(box.span))};
}

/// Is a loop left of step `target` anywhere, when the loops outside `level` are at `position`?
bool is_left(const Walk& walk, std::size_t target, std::size_t level, std::int64_t position) {
    const Step& loop = walk.steps[level];
    const auto [below, inside, is_cut] = cut_of(walk, loop, position);
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
    if (!may_be_padded(table, access)) return;
    for (int d = 0; d < table.buffers[static_cast<std::size_t>(access.buffer)].dimension_count; ++d) {
        Walk walk = walk_of(table, access, d);
        count_copies(walk, 0, walk.low);
        double around = 1;
        for (const Step& step : walk.steps) {
            double& factor = factors[static_cast<std::size_t>(step.loop)];
            factor = std::max(factor, step.copies / around);
            around = step.copies;
        }
    }
}

}  // namespace

bool writes_out(const LoopTable& table, const Access& access, int loop) {
    if (!may_be_padded(table, access)) return false;
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
