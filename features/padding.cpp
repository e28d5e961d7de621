#include "features/padding.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/checked.h"
#include "ir/unrolled_copies.h"

namespace saku::features {

namespace {

/// What becomes of a loop where the subscript begins or ceases to leave [0, extent), see targets/llvm/interior.h: is
/// it cut there, and how many iterations are inside?
struct BorderCut {
    bool is_cut = false;
    std::int64_t inside = 0;
};

/// `first` and `last`: what the subscript gets to in the loop's first and last iteration.
BorderCut cut_at_borders(const EnclosingLoop& loop, std::int64_t step, ir::Interval first, ir::Interval last,
                         std::int64_t extent) {
    const std::int64_t below = first.low >= 0 ? 0 : ceil_div(-first.low, step);
    const std::int64_t above = last.high < extent ? 0 : ceil_div(last.high - (extent - 1), step);
    const std::int64_t inside = loop.extent - below - above;
    if (inside < 1) return {.is_cut = loop.extent <= ir::most_border_iterations, .inside = 0};
    return {.is_cut = below <= ir::most_border_iterations && above <= ir::most_border_iterations, .inside = inside};
}

/// Does emission find out at the borders of loops whether this subscript leaves [0, extent)? Loops around a cut one do
/// not matter; those inside do where most of it is border.
bool is_decided_at_borders(const ir::Index& index, std::int64_t extent, const std::vector<EnclosingLoop>& chain) {
    if (!index.is_affine() || !ir::range(index, ranges_of_chain(chain))) return false;  // no range: it overflows
    std::int64_t reach = 0;  // of the loops from here inwards
    for (const EnclosingLoop& loop : chain) {
        const std::int64_t step = index.coefficient(loop.variable);
        if (step < 0) return false;  // reversed subscripts are not worth more
        reach += step * (loop.extent - 1);
    }
    std::int64_t last = index.constant();  // of the loops outside at their ends
    for (const EnclosingLoop& loop : chain) {
        const std::int64_t step = index.coefficient(loop.variable);
        const std::int64_t span = step * (loop.extent - 1);
        reach -= span;
        last += span;
        if (loop.table_loop == no_loop || span == 0) continue;
        const BorderCut cut =
            cut_at_borders(loop, step, {index.constant(), index.constant() + reach}, {last, last + reach}, extent);
        if (!cut.is_cut) return false;
        if (2 * cut.inside >= loop.extent) return true;
    }
    return true;
}

/// Then nothing is tested in most iterations. Cut loops have copies of their bodies: only where these are short.
bool is_decided_at_borders(const ir::Access& access, const ir::Buffer& buffer,
                           const std::vector<EnclosingLoop>& chain) {
    std::vector<ir::UnrolledLoop> unrolled;
    for (const EnclosingLoop& loop : chain) {
        if (loop.table_loop == no_loop && !loop.is_vector) unrolled.push_back({loop.variable, loop.extent});
    }
    if (ir::distinct_copies(access.indices, unrolled) > ir::most_padded_reads) return false;
    for (std::size_t d = 0; d < access.indices.size(); ++d) {
        if (!is_decided_at_borders(access.indices[d], buffer.shape[d], chain)) return false;
    }
    return true;
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
    if (is_decided_at_borders(access, buffer, chain)) return {};
    std::vector<EnclosingLoop> unrolled;
    for (const EnclosingLoop& loop : chain) {
        const bool moves = uses(access.indices, loop.variable);
        if (loop.table_loop == no_loop && !loop.is_vector && moves && loop.extent > 1) unrolled.push_back(loop);
    }
    double all = 1;
    for (const EnclosingLoop& loop : unrolled) all *= static_cast<double>(loop.extent);
    if (all > most_enumerated)
        return {.references = references, .tests = references, .lane_tests = references, .masks = references};
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
    outside.references *= references / all;
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
        outside.tests += tests;
        outside.lane_tests += differs ? tests : 0;
    }
    return outside;
}

}  // namespace saku::features
