// How far ahead of their use prefetches run.
#pragma once

#include <span>

#include "features/loop_table.h"

namespace saku::features {

/// Of one prefetch row.
struct PrefetchRun {
    double burst = 0;  ///< lines that one iteration of its loop names
    double ahead = 0;  ///< lines between those and the ones that the same iteration uses
};

/// `row.kind` must be prefetch. Zeros where the row stands in no loop or its loop does not move the access.
[[nodiscard]] PrefetchRun prefetch_run(const LoopTable& table, const Row& row);

/// Bytes of all that the nest gets to of what a prefetch row fetches, on a thread that runs `trips` of each loop
/// (features/parallelism.h).
[[nodiscard]] double prefetched_bytes(const LoopTable& table, const Row& row, std::span<const double> trips);

}  // namespace saku::features
