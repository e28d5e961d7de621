// Loops that emission writes out for padding, as the straight code that they are.
//
// A loop that moves a padded read is cut into its first iterations, its inside and its last ones, and all but the
// inside are straight code (targets/llvm/interior.h). Where no more than one iteration is inside, no loop is left:
// three taps over rows that the same tile has in common become one piece of code that loads each row once and tests
// nothing. Priced as a loop of three iterations it would load the rows three times.
//
// Limits. Innermost loops only, and those that are written out wherever the loops around them stand: a loop that
// remains for the rows in the middle of an image stays a loop. Copies that go on with a sum are one chain; those
// with sums of their own run one after the other, and share no more registers than one of them needs. Rows that are
// never written are left out before (dead_rows.h).
#pragma once

#include <vector>

#include "features/loop_table.h"
#include "ir/unrolled_copies.h"

namespace saku::features {

/// Loops of more iterations are never written out.
inline constexpr int most_written_out = 2 * static_cast<int>(ir::most_border_iterations) + 1;

/// Makes straight code of the table's loops that are written out: their positions before, from the last to the first.
std::vector<int> fold_written_out(LoopTable& table);

}  // namespace saku::features
