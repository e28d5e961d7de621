// Sums that wait for themselves: a multiply-add can start when the one before it has ended.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "costmodel/model.h"
#include "costmodel/norm.h"
#include "costmodel/port_model.h"
#include "features/instruction_mix.h"
#include "features/loop_table.h"

namespace saku::costmodel {

/// The latency of the operation that a row's sums go through.
[[nodiscard]] inline double chain_latency(const features::Row& row, const PortModel& ports) {
    using features::Arithmetic;
    const auto has = [&](Arithmetic a) { return row.operations[static_cast<std::size_t>(a)] > 0; };
    const auto latency = [&](features::Instruction i) { return ports.latency[static_cast<std::size_t>(i)]; };
    if (has(Arithmetic::fma)) return latency(features::Instruction::fma);
    if (has(Arithmetic::minmax)) return latency(features::Instruction::minmax);
    if (has(Arithmetic::add)) return latency(features::Instruction::add);
    return latency(features::Instruction::multiply);
}

/// Of what each sum goes through after that, where some lanes keep their old value.
[[nodiscard]] inline double merge_latency(const PortModel& ports) {
    return ports.latency[static_cast<std::size_t>(features::Instruction::logic)];
}

/// Operations that wait in the scheduler for what they work on; at least 1.
[[nodiscard]] inline double arithmetic_of(const features::InstructionCounts& each) {
    double operations = 0;
    using features::Instruction;
    for (const Instruction i : {Instruction::fma, Instruction::add, Instruction::multiply, Instruction::minmax})
        operations += each[static_cast<std::size_t>(i)];
    return std::max(operations, 1.0);
}

/// Work that waits and work that does not, side by side.
[[nodiscard]] inline double beside(double busy, double waiting, const Model& model) {
    if (waiting <= 0) return busy;
    return norm(std::array{busy, waiting}, model.coefficients.waiting_power);
}

}  // namespace saku::costmodel
