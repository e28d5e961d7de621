#include "targets/llvm/wide_loads.h"

#include <algorithm>

namespace saku::targets {

namespace {

std::int64_t down_to_multiple(std::int64_t value, std::int64_t of) {
    const std::int64_t rest = value % of;
    return value - (rest < 0 ? rest + of : rest);
}

/// Loads and the shuffles that join them, against a load and an insertion a lane, of which targets fold about a third.
bool pays(std::size_t loads, std::size_t lanes) { return 4 * (2 * loads - 1) <= 3 * lanes; }

}  // namespace

std::optional<WideLoads> cover(const std::vector<std::int64_t>& positions, int width, ir::Interval readable,
                               std::int64_t period) {
    std::vector<std::int64_t> wanted = positions;
    std::sort(wanted.begin(), wanted.end());
    // Of strided lanes: loads follow each other from a multiple of the stride on.
    const std::int64_t grid = wanted.empty() ? 0 : down_to_multiple(wanted.front(), period);
    WideLoads plan;
    std::int64_t covered = 0;  // everything below is, once there is a load
    for (const std::int64_t position : wanted) {
        if (!plan.starts.empty() && position < covered) continue;
        std::int64_t start = std::max(period > 1 ? grid + (position - grid) / width * width : position, readable.low);
        start = std::min(start, readable.high - width + 1);
        if (start < readable.low || start > position || start + width <= position) return std::nullopt;
        plan.starts.push_back(start);
        covered = start + width;
        if (!pays(plan.starts.size(), positions.size())) return std::nullopt;
    }
    for (const std::int64_t position : positions) {
        const auto after = std::upper_bound(plan.starts.begin(), plan.starts.end(), position);
        const auto load = static_cast<std::size_t>(after - plan.starts.begin()) - 1;
        plan.load.push_back(static_cast<int>(load));
        plan.element.push_back(static_cast<int>(position - plan.starts[load]));
    }
    return plan;
}

}  // namespace saku::targets
