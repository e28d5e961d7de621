// From a nest to its loop table.
#pragma once

#include <vector>

#include "base/result.h"
#include "features/loop_table.h"
#include "ir/loop_nest.h"

namespace saku::features {

/// The table of any nest that `verify` accepts; the nest's body only, because offline packs run once, outside the
/// kernel.
///
///  * Buffers keep their position (BufferId); every one is listed, used or not.
///  * A serial loop whose whole body is one guard without else, and one that the loop's variable decides, runs fewer
///    trips; any other guard gives its branches shares. A guard on a vector loop is a mask: it takes lanes, not trips.
///  * Run-time extents count with their upper bound, vscale with 1.
///  * Prefetches of one buffer side by side are one row: the place of the first, as many references as there are.
///  * An intrinsic counts as the code that defines it, its loops folded.
///  * Phases: rows that share a register buffer are one phase; copies one per copied buffer; other rows one per
///  statement
///    of the operator. Numbers are given in program order; from the eighth on they share the last.
///
/// NotApplicable: "nest too large to price" beyond the capacities of loop_table.h, and for guards and extents whose
/// numbers pass 2^40.
[[nodiscard]] Fitted<LoopTable> table_of(const ir::LoopNest& nest);

/// The same, and the loops of the nest that the table's loops stand for; they point into `nest`.
struct TracedTable {
    LoopTable table;
    std::vector<const ir::Loop*> loops;
};
[[nodiscard]] Fitted<TracedTable> traced_table_of(const ir::LoopNest& nest);

/// Fills in `Loop::fullest` of the parallel loops where guards tell their iterations apart, from the table of their
/// middle iterations alone. Of both, loops and rows are looked at.
void compare_chunks(LoopTable& table, const LoopTable& middle);

}  // namespace saku::features
