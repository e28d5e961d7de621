#include "tuner/least_copies.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "costmodel/loop_time.h"
#include "features/written_out.h"

namespace saku::tuner {

namespace {

using features::Instruction;
using features::InstructionCounts;

/// Can the copy's reads leave their tensor?
bool may_leave(const Production& work, std::size_t operand, const TemplateAccess& access) {
    if (access.is_padded) return true;
    const std::vector<bool>& follows = work.sketch.operands[operand].follows;
    for (std::size_t a = 0; a < follows.size(); ++a) {
        if (follows[a] && work.axes[a].is_ragged) return true;
    }
    return false;
}

/// How often the loops up to a place are gone through.
double iterations_to(const Production& work, int place) {
    double iterations = 1;
    for (int s = 0; s <= place; ++s) {
        const PlannedLoop& loop = work.loops[static_cast<std::size_t>(s)];
        iterations *= static_cast<double>(loop.extent) * guard_of_blocks(axis_state(work, loop.axis), s).part();
    }
    return iterations;
}

/// Reads of a copy whose places are all inside of the tensor.
void count_copied_reads(const Production& work, const CopyState& copy, const TemplateAccess& access, double executions,
                        double registers, double part, InstructionCounts& counts) {
    if (copy.lanes == 1) {
        count(counts, Instruction::load) += executions;
        return;
    }
    if (copy.is_region || access.is_blocked) return;
    const int slot = static_cast<int>(copy.slots.back());
    const auto axis = static_cast<std::size_t>(work.loops[static_cast<std::size_t>(slot)].axis);
    if (access.group[axis] < 0) return;
    const std::int64_t stride = access.axis_stride[axis] * work.slots[static_cast<std::size_t>(slot)].coefficient;
    if (stride == 1 && copy.along < 0) {
        count(counts, Instruction::load) += executions * registers;
    } else if (std::abs(stride) >= copy.lanes) {
        const double columns = copy.along >= 0 ? static_cast<double>(copy.columns) : 1;
        features::count_rows(executions * columns * registers, columns, static_cast<double>(copy.lanes) / registers,
                             part, counts);
    }
}

}  // namespace

Copying plan_copy(const Production& work, std::size_t operand) {
    const CopyState& copy = work.copies[operand];
    Copying plan{.executions = iterations_to(work, copy.place),
                 .leaves = may_leave(work, operand, *access_of(work, operand))};
    for (std::size_t d = 0; d < copy.shape.size(); ++d) {
        const std::int64_t at_once = d + 1 == copy.shape.size()          ? copy.lanes
                                     : static_cast<int>(d) == copy.along ? copy.columns
                                                                         : 1;
        const std::int64_t extent = copy.shape[d] / at_once;
        if (extent <= 1) continue;
        const double trips = static_cast<double>(extent) * (at_once == 1 ? guard_of(work, copy, d).part() : 1);
        plan.has_loop = plan.has_loop || !plan.leaves || trips > features::most_written_out;
        plan.executions *= trips;
    }
    return plan;
}

double copy_cycles(const Production& work, const costmodel::Model& model, std::size_t operand) {
    const CopyState& copy = work.copies[operand];
    const TemplateAccess& access = *access_of(work, operand);
    const Copying plan = plan_copy(work, operand);
    if (!plan.has_loop) return 0;
    features::Row row{
        .type = static_cast<features::Element>(work.plain.buffers[static_cast<std::size_t>(access.buffer)].type)};
    row.lanes = static_cast<int>(copy.lanes);
    const int bits = features::width_of(row, model.vector);
    const double registers = features::registers_per_vector(row, bits);
    InstructionCounts counts{};
    const auto columns = static_cast<double>(copy.along >= 0 ? copy.columns : 1);
    count(counts, Instruction::store) += plan.executions * columns * registers;
    if (!plan.leaves) {
        count_copied_reads(work, copy, access, plan.executions, registers, model.vector.part, counts);
        costmodel::add_overhead(counts, model.coefficients.loop_overhead_uops, plan.executions);
    }
    return costmodel::throughput(model.ports.at(row.type, bits), counts, model);
}

}  // namespace saku::tuner
