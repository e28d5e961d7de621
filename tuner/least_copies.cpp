#include "tuner/least_copies.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "features/written_out.h"
#include "tuner/least_counts.h"

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
        const AxisState& axis = axis_state(work, loop.axis);
        iterations *= static_cast<double>(loop.extent);
        if (axis.has_ragged_blocks && s == axis.last_position)
            iterations *=
                static_cast<double>(axis.cut.tile_count) / static_cast<double>(axis.cut.block_count * axis.cut.block);
    }
    return iterations;
}

/// The part of a copy's iterations over one dimension that guards let through.
double part_of(const Production& work, const CopyState& copy, std::size_t d) {
    if (copy.is_region) return 1;
    const auto slot = static_cast<int>(copy.slots[d]);
    const PlannedLoop& loop = work.loops[static_cast<std::size_t>(slot)];
    const AxisState& axis = axis_state(work, loop.axis);
    if (axis.has_ragged_blocks && slot == axis.last_position) {
        return static_cast<double>(axis.cut.tile_count) / static_cast<double>(axis.cut.block_count * axis.cut.block);
    }
    if (loop.axis == work.blocked_axis && work.has_ragged_reduction && loop.section == Section::reduction) {
        return static_cast<double>(axis.cut.extent) / static_cast<double>(work.block_count * work.decisions.block_k);
    }
    return 1;
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

const TemplateAccess& access_of(const Production& work, std::size_t operand) {
    const std::vector<TemplateAccess>& loads = work.shape.update.loads;
    return *std::find_if(loads.begin(), loads.end(),
                         [&](const TemplateAccess& load) { return load.operand == static_cast<int>(operand); });
}

}  // namespace

Copying plan_copy(const Production& work, std::size_t operand) {
    const CopyState& copy = work.copies[operand];
    Copying plan{.executions = iterations_to(work, copy.place),
                 .leaves = may_leave(work, operand, access_of(work, operand))};
    for (std::size_t d = 0; d < copy.shape.size(); ++d) {
        const std::int64_t at_once = d + 1 == copy.shape.size()          ? copy.lanes
                                     : static_cast<int>(d) == copy.along ? copy.columns
                                                                         : 1;
        const std::int64_t extent = copy.shape[d] / at_once;
        if (extent <= 1) continue;
        const double trips = static_cast<double>(extent) * (at_once == 1 ? part_of(work, copy, d) : 1);
        plan.has_loop = plan.has_loop || !plan.leaves || trips > features::most_written_out;
        plan.executions *= trips;
    }
    return plan;
}

double copy_cycles(const Production& work, const costmodel::Model& model, std::size_t operand) {
    const CopyState& copy = work.copies[operand];
    const TemplateAccess& access = access_of(work, operand);
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
        add_counting(plan.executions, model, counts);
    }
    return cycles_of(counts, model.ports.at(row.type, bits), model);
}

}  // namespace saku::tuner
