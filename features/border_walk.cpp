#include "features/border_walk.h"

#include <algorithm>
#include <cmath>

#include "base/checked.h"
#include "ir/unrolled_copies.h"

namespace saku::features {

BorderSteps border_steps(const LoopTable& table, const Access& access, int dimension) {
    BorderSteps steps;
    auto reach = static_cast<std::int64_t>(box_along(table, access, dimension).span);
    for (const Term& term : terms_of(table, access)) {  // inner loops first
        if (term.dimension != dimension) continue;
        const auto step = static_cast<std::int64_t>(term.coefficient);
        if (step <= 0 || steps.full()) return {};
        const auto extent =
            static_cast<std::int64_t>(std::ceil(table.loops[static_cast<std::size_t>(term.loop)].trips - 1e-9));
        steps.push_back({.loop = term.loop, .step = step, .extent = extent, .reach = reach});
        reach += step * (extent - 1);
    }
    std::reverse(steps.begin(), steps.end());
    return steps;
}

BorderCut border_cut(const BorderStep& loop, std::int64_t extent, std::int64_t position, std::int64_t end) {
    const auto clamped = [&](std::int64_t count) { return std::clamp(count, std::int64_t{0}, loop.extent); };
    const std::int64_t below = clamped(ceil_div(-position, loop.step));
    const std::int64_t above = clamped(ceil_div(end - (extent - 1), loop.step));
    const std::int64_t inside = loop.extent - below - above;
    const bool is_few = below <= ir::most_border_iterations && above <= ir::most_border_iterations;
    const bool is_cut = (below > 0 || above > 0) && (inside > 0 ? is_few : loop.extent <= ir::most_border_iterations);
    return {.below = below, .inside = inside, .is_cut = is_cut};
}

BorderCut border_cut(const BorderStep& loop, std::int64_t extent, std::int64_t position) {
    return border_cut(loop, extent, position, position + loop.step * (loop.extent - 1) + loop.reach);
}

bool may_cut(const LoopTable& table, const Access& access) {
    const Buffer& buffer = table.buffers[static_cast<std::size_t>(access.buffer)];
    return access.reads && !access.approximate && buffer.scope == Scope::argument &&
           access.references <= ir::most_padded_reads;
}

}  // namespace saku::features
