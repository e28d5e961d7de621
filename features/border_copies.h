// How often does emission repeat code for the borders of padding?
//
// A loop that moves a padded read is emitted as its first iterations, its inside and its last ones
// (targets/llvm/interior.h): three copies of its body, in two of which a window's own loop is cut again. A 3x3 window
// that is read in place stands 25 times in the code; one that reads a padded copy once, and the copy's loops nine
// times.
//
// Found from the table: a box that begins below 0, or gets beyond its dimension, is padded. Limits. Loops are looked at
// as if each were cut for the access that cuts it most; fused loops, whose subscripts hold floors, count as not cut.
#pragma once

#include <vector>

#include "features/loop_table.h"

namespace saku::features {

/// By loop of the table: copies of its body in the code, those of the loops around included; at least 1.
[[nodiscard]] std::vector<double> border_copies(const LoopTable& table);

/// Does emission leave no loop of it, for this padded read, wherever the loops around stand?
[[nodiscard]] bool writes_out(const LoopTable& table, const Access& access, int loop);

}  // namespace saku::features
