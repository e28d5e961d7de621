// How the iterations of parallel loops spread over threads.
#pragma once

#include <array>
#include <span>

#include "features/loop_table.h"

namespace saku::features {

struct Parallelism {
    double regions = 0;           ///< executions of parallel loops per run of the nest
    double chunks = 0;            ///< iterations of parallel loops per run
    double takes_per_thread = 0;  ///< steps in which the busiest thread takes its part of them
    /// By phase, an equal part of the work by that of the busiest thread, at most 1. What stands outside of parallel
    /// loops counts as work that could have been divided: another schedule may do so.
    std::array<double, max_phases> evenness{};
};

/// Steps in which a thread takes so many chunks of one call. The first comes with the call, then an eighth of what is
/// left is taken at a time, but at least one (runtime/mailbox.h).
[[nodiscard]] double takes_of(double chunks);

/// Iterations of each loop that the busiest thread runs; `trips` must hold one entry per loop. Of a parallel loop these
/// are average iterations: chunks are handed out in order, the part that is left over at the end last, so of c full
/// chunks and a part of one, the busiest thread gets ceil(c / threads) full ones, or c / threads and the part where
/// that comes out even.
Parallelism spread_over_threads(const LoopTable& table, int threads, std::span<double> trips);

/// Full chunks on the busiest of `threads` threads, of `chunks` of them, the last of which may be a part.
[[nodiscard]] double busiest_share(double chunks, int threads);

}  // namespace saku::features
