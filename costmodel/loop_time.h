// What instructions take that run side by side, and what a loop adds to them: shared by the clock of the core and by
// lower bounds of it.
#pragma once

#include <algorithm>
#include <cstddef>

#include "costmodel/model.h"
#include "features/instruction_mix.h"
#include "features/reuse.h"

namespace saku::costmodel {

/// Cycles: what the ports sustain, or the bound of the issue width.
[[nodiscard]] inline double throughput(const PortModel& ports, const features::InstructionCounts& mix,
                                       const Model& model) {
    return std::max(sustained_cycles(ports, mix, model.coefficients.port_power),
                    issue_slots(ports, mix) / model.issue_width);
}

/// Counting and addresses of a loop, `times` as often.
inline void add_overhead(features::InstructionCounts& counts, double uops, double times) {
    if (uops < 1) return;
    count(counts, features::Instruction::branch) += times;
    count(counts, features::Instruction::scalar_int) += times * (uops - 1);
}

/// The part of the exits of a loop of so many iterations that no predictor foresees.
[[nodiscard]] inline double surprise(double trips, const Model& model) {
    const Edge& edge = model.coefficients.predictable_trips;
    return 1 - features::falling(trips, edge.until, edge.from);
}

/// Cycles from the first load of a sum to its first value.
[[nodiscard]] inline double filling(const PortModel& ports, const Model& model) {
    return model.first_load_cycles + ports.latency[static_cast<std::size_t>(features::Instruction::fma)];
}

/// The part of a sum's beginning that nothing hides: where the exit is foreseen, a short sum, of so many issue slots,
/// begins while the one before ends.
[[nodiscard]] inline double unhidden(double slots, double unforeseen, const Model& model) {
    return unforeseen +
           (1 - unforeseen) * std::min(1.0, slots / (model.coefficients.sums_begun_early * model.rob_entries));
}

/// The part of a sum of so many operations during which the scheduler sees no work on the next one.
[[nodiscard]] inline double unseen(double operations, const Model& model) {
    const double seen = model.coefficients.sums_seen_ahead * model.rob_entries;
    return seen >= operations ? 0 : 1 - seen / operations;
}

}  // namespace saku::costmodel
