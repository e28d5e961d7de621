#include "features/parallelism.h"

#include <algorithm>
#include <cmath>

namespace saku::features {

double busiest_share(double chunks, int threads) {
    if (threads <= 1) return chunks;
    constexpr double rounding = 1e-9;  // averages are products of shares
    const double whole = std::max(0.0, std::ceil(chunks - rounding) - 1);
    const double last = chunks - whole;
    const double rounds = std::floor(whole / threads);
    return whole == rounds * threads ? rounds + last : rounds + 1;
}

double takes_of(double chunks) {
    double takes = 0;
    for (double left = chunks - 1; left >= 1; left -= std::max(1.0, std::floor(left / 8))) ++takes;
    return takes;
}

namespace {

/// Of all parallel loops the least even one's; of phases with rows outside of them, as if one thread did it all.
void find_evenness(const LoopTable& table, int threads, std::span<const double> trips, Parallelism& result) {
    double least = 1;
    std::array<bool, max_loops> is_divided;
    for (std::size_t l = 0; l < table.loops.size(); ++l) {
        const Loop& loop = table.loops[l];
        const bool is_parallel = loop.kind == LoopKind::parallel;
        is_divided[l] = is_parallel || (loop.parent != no_loop && is_divided[static_cast<std::size_t>(loop.parent)]);
        if (is_parallel) least = std::min(least, loop.trips / threads / trips[l]);
    }
    result.evenness.fill(least);
    for (const Row& row : table.rows) {
        if (row.loop != no_loop && is_divided[static_cast<std::size_t>(row.loop)]) continue;
        double& evenness = result.evenness[static_cast<std::size_t>(row.phase)];
        evenness = std::min(evenness, 1.0 / threads);
    }
}

}  // namespace

Parallelism spread_over_threads(const LoopTable& table, int threads, std::span<double> trips) {
    Parallelism result;
    std::array<double, max_loops> iterations;  // of each loop's body, on the busiest thread
    for (std::size_t l = 0; l < table.loops.size(); ++l) {
        const Loop& loop = table.loops[l];
        const double outer = loop.parent == no_loop ? 1 : iterations[static_cast<std::size_t>(loop.parent)];
        const double executions = outer * loop.share;
        trips[l] = loop.trips;
        if (loop.kind == LoopKind::parallel && threads > 1) {
            trips[l] = std::min(loop.trips, loop.fullest * busiest_share(loop.trips / loop.fullest, threads));
            result.regions += executions;
            result.chunks += executions * loop.trips;
            result.takes_per_thread += executions * takes_of(std::ceil(loop.trips / threads));
        }
        iterations[l] = executions * trips[l];
    }
    result.evenness.fill(1);
    if (threads > 1) find_evenness(table, threads, trips, result);
    return result;
}

}  // namespace saku::features
