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

Parallelism spread_over_threads(const LoopTable& table, int threads, std::span<double> trips) {
    Parallelism result{.evenness = 1.0 / threads};
    bool is_parallel = false;
    std::array<double, max_loops> iterations;  // of each loop's body, on the busiest thread
    for (std::size_t l = 0; l < table.loops.size(); ++l) {
        const Loop& loop = table.loops[l];
        const double outer = loop.parent == no_loop ? 1 : iterations[static_cast<std::size_t>(loop.parent)];
        const double executions = outer * loop.share;
        trips[l] = loop.trips;
        if (loop.kind == LoopKind::parallel && threads > 1) {
            trips[l] = std::min(loop.trips, loop.fullest * busiest_share(loop.trips / loop.fullest, threads));
            const double evenness = std::min(1.0, loop.trips / threads / trips[l]);
            result.evenness = is_parallel ? std::min(result.evenness, evenness) : evenness;
            is_parallel = true;
            result.regions += executions;
            result.chunks += executions * loop.trips;
            result.takes_per_thread += executions * takes_of(std::ceil(loop.trips / threads));
        }
        iterations[l] = executions * trips[l];
    }
    return result;
}

}  // namespace saku::features
