// Time that the instructions of a table take in the core, per phase.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "costmodel/model.h"
#include "features/loop_table.h"
#include "features/registers.h"

namespace saku::costmodel {

/// Cycles by phase.
struct CoreTime {
    std::array<double, features::max_phases> core{};
    std::array<double, features::max_phases> busy{};  ///< of these, those in which sums do not wait for themselves
    std::array<double, features::max_phases> calls{};
    std::array<double, features::max_phases> spills{};
};

/// What decides the time of one innermost loop. Cycles are those of one iteration.
struct InnermostLoop {
    int loop = 0;
    double executions = 0;  ///< on the busiest core
    double iterations = 0;
    int bits = 0;                        ///< of the widest instructions
    features::InstructionCounts each{};  ///< per iteration, with reloads and the loop's own overhead
    double port_cycles = 0;              ///< bound of the ports
    double issue_cycles = 0;             ///< of the issue width
    double chain_cycles = 0;             ///< of sums that wait for themselves, as far as nothing overlaps them
    double together_cycles = 0;          ///< of these, side by side
    double unresolved_cycles = 0;        ///< for places worked out by divisions, added to those
    features::RegisterUse registers = {};
    double spilled = 0;  ///< vectors that do not fit

    [[nodiscard]] double cycles() const;
};

/// `trips`: iterations of each loop on the busiest core. `mixes`: of every row, or empty where they have not been
/// worked out before. `details`, where given, receives the innermost loops in the order of the table.
[[nodiscard]] CoreTime core_time(const features::LoopTable& table, std::span<const double> trips, const Model& model,
                                 std::span<const features::InstructionMix> mixes = {},
                                 std::vector<InnermostLoop>* details = nullptr);

}  // namespace saku::costmodel
