// Copies by axes whose innermost steps jump in their tensor's memory, as panels of a transposed or row-major operand:
// element by element they take longer than everything else a packed kernel does. Instead the lanes of their vectors go
// along the jumps, and straight code goes along the memory: emission loads blocks of rows and turns them in registers
// (targets/llvm/row_block.h).
//
//     for k_i { for i_i < 8 { a_p[k_i, i_i] = a[8*i_m + i_i, k_i] } }
//  => for k_i / 16 { unrolled for k_i mod 16 { vector for i_i < 8 { .. } } }
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tuner/plan.h"

namespace saku::tuner {

struct TurnedCopy {
    int along = 0;             ///< position in the planned loops: the one that goes along the tensor's memory
    std::int64_t columns = 1;  ///< its iterations in straight code; divides its extent
    std::int64_t lanes = 1;    ///< of the vectors, part of the innermost loop; divides its extent
};

/// Lanes for a row of `extent` elements: the largest divisor up to `wanted` that is worth a vector, or 1 (as in
/// schedules/pack_copy.cpp).
[[nodiscard]] std::int64_t lanes_for(std::int64_t extent, std::int64_t wanted);

/// How the copy of an operand, made at position `place` of the loops, is turned. None where it is not made in a run or
/// not by axes, runs along the memory anyway, or where guards or padding could stand inside the straight code.
[[nodiscard]] std::optional<TurnedCopy> turned_copy(const Sketch& sketch, const std::vector<PlannedLoop>& loops,
                                                    int operand, Packing packing, int place);

}  // namespace saku::tuner
