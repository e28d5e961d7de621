#include "features/parallelism.h"

#include <algorithm>
#include <cmath>

namespace saku::features {

Parallelism spread_over_threads(const LoopTable& table, int threads, std::span<double> trips) {
    Parallelism result;
    std::array<double, max_loops> iterations;  // of each loop's body, on the busiest thread
    for (std::size_t l = 0; l < table.loops.size(); ++l) {
        const Loop& loop = table.loops[l];
        const double outer = loop.parent == no_loop ? 1 : iterations[static_cast<std::size_t>(loop.parent)];
        const double executions = outer * loop.share;
        trips[l] = loop.trips;
        if (loop.kind == LoopKind::parallel && threads > 1) {
            trips[l] = std::min(loop.trips, std::ceil(loop.trips / threads));
            result.regions += executions;
            result.chunks += executions * loop.trips;
            result.chunks_per_thread += executions * trips[l];
        }
        iterations[l] = executions * trips[l];
    }
    if (result.chunks_per_thread > 0) {
        result.balance = std::min(1.0, result.chunks / (threads * result.chunks_per_thread));
    }
    return result;
}

}  // namespace saku::features
