// Do the values of an innermost loop fit into the vector registers?
//
// Live at once: the accumulators; of the operands that are loaded in each iteration all but the most numerous kind,
// which passes through one temporary (a tile of 8x3 vectors keeps 3 vectors of b and broadcasts a one by one: 24 + 3 +
// 1). Operands that the loop does not move stay in registers too when there is room; else they are loaded again.
//
// Limits. A compiler may need one or two registers more than this; the machine code decides in the end.
#pragma once

#include <array>
#include <cstddef>

#include "features/instruction_mix.h"
#include "features/loop_table.h"

namespace saku::features {

/// In vector registers of the machine.
struct RegisterUse {
    double accumulators = 0;
    double operands = 0;   ///< loaded in each iteration and alive together
    double invariant = 0;  ///< loaded once before the loop, if they fit

    [[nodiscard]] double live() const { return accumulators + operands; }
    [[nodiscard]] double spilled(double available) const { return live() > available ? live() - available : 0; }
    [[nodiscard]] bool keeps_invariant(double available) const { return live() + invariant <= available; }
};

/// Collects what the rows of one loop keep alive; accumulators that rows share count once.
struct RegisterTally {
    std::array<double, max_buffers> accumulators{};  ///< per register buffer, or buffer whose element stays in place
    std::size_t buffers = 0;                         ///< of them, those that rows were seen to use, from the first on
    RegisterUse use;                                 ///< its `accumulators` is filled by `total`
    [[nodiscard]] RegisterUse total() const;
};
void add_row(const LoopTable& table, const Row& row, const VectorFacts& vector, RegisterTally& tally);

/// The rows directly inside `loop` (no_loop: the rows at the top).
[[nodiscard]] RegisterUse registers_in(const LoopTable& table, int loop, const VectorFacts& vector);

/// The most vectors that any loop spills; 0 when everything fits. A cheap check before pricing.
[[nodiscard]] double worst_spill(const LoopTable& table, const VectorFacts& vector, double available);

}  // namespace saku::features
