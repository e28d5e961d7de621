// Counts of instructions, and what they take. Internal to least_*.cpp.
#pragma once

#include <algorithm>
#include <cstddef>

#include "costmodel/model.h"
#include "features/instruction_mix.h"

namespace saku::tuner {

[[nodiscard]] inline double& count(features::InstructionCounts& counts, features::Instruction instruction) {
    return counts[static_cast<std::size_t>(instruction)];
}

/// Of all of them at once.
[[nodiscard]] inline double cycles_of(const features::InstructionCounts& counts, const costmodel::PortModel& ports,
                                      const costmodel::Model& model) {
    return std::max(costmodel::port_cycles(ports, counts), costmodel::issue_slots(ports, counts) / model.issue_width);
}

/// Counting and addresses of an innermost loop.
inline void add_counting(double iterations, const costmodel::Model& model, features::InstructionCounts& counts) {
    const double uops = model.coefficients.loop_overhead_uops;
    if (uops < 1) return;
    count(counts, features::Instruction::branch) += iterations;
    count(counts, features::Instruction::scalar_int) += iterations * (uops - 1);
}

}  // namespace saku::tuner
