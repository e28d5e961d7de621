// Machine code in the classes that port tables know: what an innermost loop really executes.
//
//     vmovups (%rdi), %zmm1             load
//     vfmadd231ps (%rsi){1to16}, ...    fma and load_broadcast
//     addq $64, %rdi                    scalar_int
//
// Reads the assembly that LLVM prints for x86 (AT&T) and AArch64.
//
// Limits. Moves between registers count as nothing (renaming executes them). An instruction that no rule knows counts
// as scalar_int where it names no vector register, else as logic. Memory operands of scalar integer instructions count
// as a load.
#pragma once

#include "features/instruction_mix.h"
#include "targets/assembly.h"

namespace saku::features {

/// `CodeMix::bits` of code that names no vector or floating-point register.
inline constexpr int no_vector_bits = 32;

struct CodeMix {
    InstructionCounts each{};  ///< in one pass through the body
    int bits = 0;              ///< of the widest vector register named; no_vector_bits without one
};

/// The class of one instruction, added to `mix`.
void add_instruction(const targets::Instruction& code, CodeMix& mix);

[[nodiscard]] CodeMix mix_of_code(const targets::CodeFunction& function, const targets::CodeLoop& loop);

}  // namespace saku::features
