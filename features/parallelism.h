// How the iterations of parallel loops spread over threads.
#pragma once

#include <array>
#include <span>

#include "features/loop_table.h"

namespace saku::features {

struct Parallelism {
    double regions = 0;            ///< executions of parallel loops per run of the nest
    double chunks = 0;             ///< iterations of parallel loops per run
    double chunks_per_thread = 0;  ///< of them, those of the busiest thread
    /// Of the time of the busiest thread inside parallel loops, the part in which it has company: chunks / (threads *
    /// chunks_per_thread); 1 without parallel loops.
    double balance = 1;
};

/// Iterations of each loop that the busiest thread runs: a parallel loop gives it ceil(trips / threads). `trips` must
/// hold one entry per loop.
Parallelism spread_over_threads(const LoopTable& table, int threads, std::span<double> trips);

}  // namespace saku::features
