// Rows of masked tiles that stick out, where emission knows which they are.
//
// A masked tile that is not whole computes all its rows and writes those that exist. Where the loops over tiles are cut
// for padding (targets/llvm/interior.h), the last tiles are straight code: the guards of their writing are decided
// there, and compilers drop what is never written, with its loads and tests. Priced as if all rows ran, tiles that do
// not divide an image look up to half as dear again as they are (docs/cost-model.md).
//
// Limits. Register tiles only, along plain subscripts; loads that live and dead rows share are counted for the tile on
// average. Emission counts the vectors of a body as the machine's registers hold them, this pass as the nest does.
#pragma once

#include "features/loop_table.h"

namespace saku::features {

/// Leaves what dead rows do out of the counts of the table's rows; footprints stay.
void leave_out_dead_rows(LoopTable& table);

}  // namespace saku::features
