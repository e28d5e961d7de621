#include "features/padding.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/checked.h"
#include "ir/unrolled_copies.h"

namespace saku::features {

namespace {

constexpr std::int64_t most_places = 1 << 20;  // straight code of more copies is refused elsewhere

/// Elements among those that straight code names.
double distinct_places(const ir::Access& access, const std::vector<EnclosingLoop>& chain) {
    std::vector<ir::UnrolledLoop> unrolled;
    for (const EnclosingLoop& loop : chain) {
        if (loop.table_loop == no_loop && !loop.is_vector) unrolled.push_back({loop.variable, loop.extent});
    }
    return ir::distinct_copies(access.indices, unrolled);
}

/// A subscript's way through the loops of the table that move it, from outside to inside.
struct Walk {
    struct Step {
        std::int64_t step = 0;    ///< positions from one iteration to the next, above 0
        std::int64_t extent = 1;  ///< iterations
        std::int64_t reach = 0;   ///< positions that loops inside, straight code and lanes add at most
    };
    std::int64_t first = 0;   ///< the position in the first iterations of all
    std::int64_t extent = 0;  ///< of the dimension: [0, extent) is inside
    bool is_short = false;    ///< straight code inside: borders of the innermost loop may be many
    std::vector<Step> steps;
};

std::int64_t straight_copies(const ir::Access& access, const std::vector<EnclosingLoop>& chain) {
    std::int64_t copies = 1;
    for (const EnclosingLoop& loop : chain) {
        const bool is_straight = loop.table_loop == no_loop && !loop.is_vector;
        if (!is_straight || !uses(access.indices, loop.variable)) continue;
        copies = std::min(copies * std::min(loop.extent, most_places), most_places);
    }
    return copies;
}

/// Nothing where a subscript is not affine, runs backwards, or overflows.
std::optional<Walk> walk_of(const ir::Index& index, std::int64_t extent, bool is_short,
                            const std::vector<EnclosingLoop>& chain) {
    if (!index.is_affine() || !ir::range(index, ranges_of_chain(chain))) return std::nullopt;
    Walk walk{.first = index.constant(), .extent = extent, .is_short = is_short, .steps = {}};
    std::int64_t reach = 0;
    for (auto loop = chain.rbegin(); loop != chain.rend(); ++loop) {
        const std::int64_t step = index.coefficient(loop->variable);
        if (step < 0) return std::nullopt;
        if (loop->table_loop != no_loop && step > 0 && loop->extent > 1)
            walk.steps.push_back({.step = step, .extent = loop->extent, .reach = reach});
        reach += step * (loop->extent - 1);
    }
    std::reverse(walk.steps.begin(), walk.steps.end());
    return walk;
}

/// Iterations of innermost loops; those entirely outside do not count: guards skip them, or their values are known.
struct Iterations {
    double all = 0;
    double tested = 0;
};

double inner_iterations(const Walk& walk, std::size_t level) {
    double iterations = 1;
    for (std::size_t l = level; l < walk.steps.size(); ++l) iterations *= static_cast<double>(walk.steps[l].extent);
    return iterations;
}

/// The iterations from `level` inwards, when loops outside are at `position`. Emission cuts loops where the subscript
/// begins or ceases to leave the dimension (targets/llvm/interior.h): the iterations in between test nothing, and few
/// at the borders become straight code, in which that loop's variable is a number. Beyond `most_borders` pieces of it,
/// which nobody writes, all that is left counts as tested.
Iterations count_tested(const Walk& walk, std::size_t level, std::int64_t position, int& most_borders) {
    if (level == walk.steps.size()) return {.all = 1, .tested = 0};  // numbers all
    const Walk::Step& loop = walk.steps[level];
    const auto clamped = [&](std::int64_t count) { return std::clamp(count, std::int64_t{0}, loop.extent); };
    const std::int64_t end = position + loop.step * (loop.extent - 1) - (walk.extent - 1);
    const std::int64_t below = clamped(ceil_div(-position, loop.step));
    const std::int64_t above = clamped(ceil_div(end + loop.reach, loop.step));
    const std::int64_t inside = loop.extent - below - above;
    const double each = inner_iterations(walk, level + 1);
    const double whole = static_cast<double>(loop.extent) * each;
    if (--most_borders < 0) return {.all = whole, .tested = whole};
    if (below == 0 && above == 0) return {.all = whole, .tested = 0};
    const bool is_few = below <= ir::most_border_iterations && above <= ir::most_border_iterations;
    if (inside > 0 ? !is_few : loop.extent > ir::most_border_iterations) {
        const std::int64_t outside =
            clamped(ceil_div(-position - loop.reach, loop.step)) + clamped(ceil_div(end, loop.step));
        const double all = static_cast<double>(loop.extent - std::min(outside, loop.extent)) * each;
        const bool has_loops =
            walk.is_short && level + 1 == walk.steps.size() && inside >= 2 && 2 * inside >= loop.extent;
        return {.all = all, .tested = has_loops ? std::max(0.0, all - static_cast<double>(inside)) : all};
    }
    Iterations sum{.all = static_cast<double>(std::max<std::int64_t>(0, inside)) * each, .tested = 0};
    for (std::int64_t i = 0; i < loop.extent; ++i) {
        if (i == below && inside > 0) i += inside;
        if (i == loop.extent) break;
        const std::int64_t at = position + loop.step * i;
        if (at > walk.extent - 1 || at + loop.reach < 0) continue;
        const Iterations border = count_tested(walk, level + 1, at, most_borders);
        sum.all += border.all;
        sum.tested += border.tested;
    }
    return sum;
}

/// By dimension, the part of the iterations in which the subscript is tested where it is read.
std::vector<double> tested_shares(const ir::Access& access, const ir::Buffer& buffer,
                                  const std::vector<EnclosingLoop>& chain) {
    std::vector<double> shares(access.indices.size(), 1.0);
    const std::int64_t copies = straight_copies(access, chain);
    if (static_cast<double>(copies) > ir::most_padded_reads && distinct_places(access, chain) > ir::most_padded_reads)
        return shares;
    for (std::size_t d = 0; d < access.indices.size(); ++d) {
        const auto walk = walk_of(access.indices[d], buffer.shape[d], copies <= ir::short_body, chain);
        if (!walk) continue;
        int most_borders = 1000;
        const Iterations iterations = count_tested(*walk, 0, walk->first, most_borders);
        shares[d] = iterations.all > 0 ? iterations.tested / iterations.all : 0;
    }
    return shares;
}

/// Places of the subscripts that are open, over the unrolled loops.
double masks_of(const ir::Access& access, const std::vector<bool>& is_open,
                const std::vector<EnclosingLoop>& unrolled) {
    std::vector<ir::Index> open;
    for (std::size_t d = 0; d < is_open.size(); ++d) {
        if (is_open[d]) open.push_back(access.indices[d]);
    }
    std::vector<ir::UnrolledLoop> loops;
    for (const EnclosingLoop& loop : unrolled) loops.push_back({loop.variable, loop.extent});
    return ir::distinct_copies(open, loops);
}

}  // namespace

ir::Ranges ranges_of_chain(const std::vector<EnclosingLoop>& chain) {
    return [&chain](ir::VarId id) -> std::optional<ir::Interval> {
        for (const EnclosingLoop& loop : chain) {
            if (loop.variable == id) return ir::Interval{0, loop.extent - 1};
        }
        return ir::Interval{0, 0};
    };
}

Padding padding_of(const ir::Access& access, const ir::Buffer& buffer, double references,
                   const std::vector<EnclosingLoop>& chain) {
    constexpr double most_enumerated = 4096;
    const std::vector<double> shares = tested_shares(access, buffer, chain);
    const double share = *std::max_element(shares.begin(), shares.end());
    if (share <= 0) return {};
    std::vector<EnclosingLoop> unrolled;
    for (const EnclosingLoop& loop : chain) {
        const bool moves = uses(access.indices, loop.variable);
        if (loop.table_loop == no_loop && !loop.is_vector && moves && loop.extent > 1) unrolled.push_back(loop);
    }
    double all = 1;
    for (const EnclosingLoop& loop : unrolled) all *= static_cast<double>(loop.extent);
    if (all > most_enumerated)
        return {.references = references * share,
                .tests = references * share,
                .lane_tests = references * share,
                .masks = references};
    const auto innermost = std::find_if(chain.rbegin(), chain.rend(),
                                        [](const EnclosingLoop& loop) { return loop.table_loop != no_loop; });
    std::vector<std::int64_t> at(unrolled.size(), 0);
    const ir::Ranges outer = ranges_of_chain(chain);
    const ir::Ranges ranges = [&](ir::VarId id) -> std::optional<ir::Interval> {
        for (std::size_t u = 0; u < unrolled.size(); ++u) {
            if (unrolled[u].variable == id) return ir::Interval{at[u], at[u]};
        }
        return outer(id);
    };
    Padding outside;
    std::vector<bool> is_open(access.indices.size(), false);
    for (bool more = true; more;) {
        bool leaves = false;
        for (std::size_t d = 0; d < access.indices.size(); ++d) {
            const auto reach = ir::range(access.indices[d], ranges);
            if (reach && reach->low >= 0 && reach->high < buffer.shape[d]) continue;
            leaves = true;
            is_open[d] = true;
        }
        outside.references += leaves ? 1 : 0;
        more = false;
        for (std::size_t u = unrolled.size(); u-- > 0 && !more;) {
            more = ++at[u] < unrolled[u].extent;
            if (!more) at[u] = 0;
        }
    }
    outside.references *= share * references / all;
    outside.masks = masks_of(access, is_open, unrolled);
    for (std::size_t d = 0; d < access.indices.size(); ++d) {
        const bool changes = innermost == chain.rend() || access.indices[d].uses(innermost->variable);
        if (!is_open[d] || !changes) continue;
        std::vector<bool> alone(access.indices.size(), false);
        alone[d] = true;
        const double tests = masks_of(access, alone, unrolled);
        const bool differs = std::any_of(chain.begin(), chain.end(), [&](const EnclosingLoop& loop) {
            return loop.is_vector && access.indices[d].uses(loop.variable);
        });
        outside.tests += shares[d] * tests;
        outside.lane_tests += differs ? shares[d] * tests : 0;
    }
    return outside;
}

}  // namespace saku::features
