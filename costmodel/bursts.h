// Misses that come in bursts.
//
// What a tile or block reads again and again is fetched at its beginning, and all of it at once: the core is through
// with that part of the work before the lines are there, and has nothing to fetch during the rest. Averages over both
// would let one hide behind the other. features/reuse.h counts how fast the first level fetches while it does; work
// that the reorder buffer holds, of a tile before or after, hides the difference again. Limits. Bursts of two operands
// meet as far as the shorter one goes, also where loops around them differ; misses of L2 and L3 are taken to be spread,
// for prefetchers run far ahead.
#pragma once

#include <span>

#include "costmodel/model.h"
#include "features/instruction_mix.h"
#include "features/loop_table.h"

namespace saku::costmodel {

/// Issue slots of one iteration of each loop, with all that is inside. `mixes`: empty, or the table's rows.
void slots_of_iterations(const features::LoopTable& table, std::span<const double> trips, const Model& model,
                         std::span<const features::InstructionMix> mixes, std::span<double> slots);

/// Misses that come during a part of the work.
struct Burst {
    double cycles = 0;
    double part = 1;  ///< in (0, 1]
};

/// The time of misses that, spread over all the work, would take as long as those of `moving` cycles do, some of which
/// (`bursts`, which get sorted) come during parts of the work only. All parts begin at the same time, and each
/// operand's misses come evenly during its own: with |...| the norm, |core, result| is the integral over the work of
/// |core, what misses then|. So the result, and |core, result|, never fall where misses are more, or the same ones come
/// in less of the work, or the core has more to do.
[[nodiscard]] double in_bursts(double core, double moving, std::span<Burst> bursts, int power);

}  // namespace saku::costmodel
