// Misses that come in bursts.
//
// What a tile or block reads again and again is fetched at its beginning, and all of it at once: the core is through
// with that part of the work before the lines are there, and has nothing to fetch during the rest. Averages over both
// would let one hide behind the other. features/reuse.h counts how fast the first level fetches while it does; work
// that the reorder buffer holds, of a tile before or after, hides the difference again. Limits. Parts of the work are
// averaged harmonically, by lines, so that an operand of few lines that come in a very short part counts for too much;
// misses of L2 and L3 are taken to be spread, for prefetchers run far ahead.
#pragma once

#include <span>

#include "costmodel/model.h"
#include "features/instruction_mix.h"
#include "features/loop_table.h"

namespace saku::costmodel {

/// Issue slots of one iteration of each loop, with all that is inside. `mixes`: empty, or the table's rows.
void slots_of_iterations(const features::LoopTable& table, std::span<const double> trips, const Model& model,
                         std::span<const features::InstructionMix> mixes, std::span<double> slots);

/// The time of misses that, spread over all the work, would take as long as those of `moving` cycles do that come
/// during `part` of the work only: with |...| the norm, |core, result| = core * (1 - part) + |core * part, moving|.
[[nodiscard]] double in_bursts(double core, double moving, double part, int power);

}  // namespace saku::costmodel
