// Loops that emission writes out for padding, as the straight code that they are.
//
// A loop that moves a padded read is cut into its first iterations, its inside and its last ones, and all but the
// inside are straight code (targets/llvm/interior.h). Where no more than one iteration is inside, no loop is left:
// three taps over rows that the same tile has in common become one piece of code that loads each row once and tests
// nothing. Priced as a loop of three iterations it would load the rows three times.
//
// Limits. Innermost loops only, and those that are written out wherever the loops around them stand: a loop that
// remains for the rows in the middle of an image stays a loop. The sums of several copies are one chain, as emission
// leaves them.
#pragma once

#include <vector>

#include "features/loop_table.h"

namespace saku::features {

/// Makes straight code of the table's loops that are written out. `kept`: the positions before of the loops that are
/// left, in order; not touched where nothing is written out. True where something was.
bool fold_written_out(LoopTable& table, std::vector<int>* kept = nullptr);

}  // namespace saku::features
