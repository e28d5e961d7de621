// What the machine code of a kernel's inner loops really does: the second opinion on what the loop IR predicted.
//
// Limits: vector accesses relative to the stack pointer with a constant displacement count as spills; a kernel of ours
// has no other use for them (stack slots for register tiles that SROA could not remove are the same defect). The frame
// pointer counts where the function sets one up; elsewhere it is a register like any other.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "targets/assembly.h"

namespace saku::features {

/// Counts for one pass through an innermost loop's body.
struct LoopCode {
    std::string function;
    std::string label;
    int instructions = 0;
    int multiply_adds = 0;  ///< vector or scalar fused multiply-adds
    int arithmetic = 0;     ///< those, and other sums, products, maxima and minima of floating-point numbers
    int vector_loads = 0;   ///< explicit loads of whole vectors
    int broadcasts = 0;     ///< explicit broadcasts from memory
    int folded_loads = 0;   ///< arithmetic with a memory operand
    int vector_stores = 0;
    int spill_loads = 0;  ///< vector reads from the stack, folded ones too
    int spill_stores = 0;
};

/// One entry an innermost loop, in program order.
[[nodiscard]] std::vector<LoopCode> inner_loops(const targets::Assembly& assembly);

/// Spill loads and stores in innermost loops that compute: copies and transposes are left out.
[[nodiscard]] int spills_in_inner_loops(const targets::Assembly& assembly);

}  // namespace saku::features
