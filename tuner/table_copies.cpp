// Packed copies: their shapes, and the loops that make them.
#include <algorithm>
#include <numeric>

#include "base/checked.h"
#include "tuner/table_production.h"
#include "tuner/turned_copies.h"

namespace saku::tuner {

namespace {

using features::no_loop;

constexpr std::int64_t most_elements = std::int64_t{1} << 36;

const PlannedLoop& planned(const Production& work, int slot) { return work.loops[static_cast<std::size_t>(slot)]; }

/// Loops of one iteration that splits leave over and that move the operand.
std::size_t left_over(const Production& work, const SketchOperand& operand) {
    std::size_t count = operand.unit_loops.size();
    const auto follows = [&](int axis) { return operand.follows[static_cast<std::size_t>(axis)]; };
    for (const int axis : work.sketch.tiled) {
        const Cut& cut = work.axes[static_cast<std::size_t>(axis)].cut;
        if (cut.tile_count > 1 && cut.tile == 1 && cut.block == 1 && follows(axis)) ++count;
    }
    if (work.sketch.vector >= 0 && follows(work.sketch.vector)) {
        const Cut& cut = work.axes[static_cast<std::size_t>(work.sketch.vector)].cut;
        if (cut.extent != work.sketch.lanes && cut.tile_count == 1 && cut.vectors == 1) ++count;
    }
    return count;
}

/// Do the innermost steps of a copy by axes run along the operand's memory?
bool copies_runs(const Production& work, const SketchOperand& operand) {
    for (auto loop = work.loops.rbegin(); loop != work.loops.rend(); ++loop) {
        const Reach reach = operand.reach[static_cast<std::size_t>(loop->axis)];
        if (reach != Reach::invariant) return reach == Reach::contiguous;
    }
    return false;
}

/// False: nothing moves the operand, nothing is copied.
bool plan_by_axes(const Production& work, int number, Packing packing, CopyState& copy) {
    const SketchOperand& operand = work.sketch.operands[static_cast<std::size_t>(number)];
    copy.dimension_of_slot.fill(-1);
    for (int s = copy.place + 1; s < static_cast<int>(work.loops.size()); ++s) {
        if (!operand.follows[static_cast<std::size_t>(planned(work, s).axis)]) continue;
        copy.shape.push_back(planned(work, s).extent);
        copy.slots.push_back(s);
    }
    if (copy.shape.empty()) return copy.place < 0 && left_over(work, operand) > 0;
    copy.copying = copy.slots;
    std::int8_t dimension = 0;
    for (std::size_t d = copy.slots.size(); d-- > 0;) {
        if (copy.shape[d] > 1) copy.dimension_of_slot[static_cast<std::size_t>(copy.slots[d])] = dimension++;
    }
    if (const auto turned = turned_copy(work.sketch, work.loops, number, packing, copy.place)) {
        const auto along = std::find(copy.slots.begin(), copy.slots.end(), turned->along);
        copy.along = static_cast<int>(along - copy.slots.begin());
        copy.columns = turned->columns;
        copy.lanes = turned->lanes;
        return true;
    }
    const std::int64_t wanted = work.sketch.lanes > 1 && copies_runs(work, operand) ? work.sketch.lanes : 0;
    copy.lanes = lanes_for(copy.shape.back(), wanted);
    return true;
}

/// The box that the loops inside the place reach; false where it is not covered.
bool plan_by_region(const Production& work, const SketchOperand& operand, const TemplateAccess& access,
                    CopyState& copy) {
    for (std::size_t a = 0; a < work.sketch.axes.size(); ++a) {
        if (operand.follows[a] && work.shape.parts_of_axis[a].size() > 1) return false;
    }
    auto free_slot = static_cast<int>(work.loops.size());
    const std::size_t rank = access.dimensions.size();
    if (free_slot + static_cast<int>(rank) >= column_slot) return false;
    for (std::size_t d = 0; d < rank; ++d) {
        copy.order.push_back(operand.region_order.empty() ? static_cast<std::int64_t>(d) : operand.region_order[d]);
        const TemplateDimension& dimension = access.dimensions[static_cast<std::size_t>(copy.order[d])];
        std::int64_t width = 0;
        std::int64_t leap = copy.place < 0 ? dimension.unit_step : 0;  // loops of one iteration stand outside the rest
        for (int s = copy.place + 1; s < static_cast<int>(work.loops.size()); ++s) {
            const Slot& slot = work.slots[static_cast<std::size_t>(s)];
            const int part = work.shape.parts_of_axis[static_cast<std::size_t>(slot.axis)].back();
            const std::int64_t step = dimension.by_part[static_cast<std::size_t>(part)] * slot.coefficient;
            if (step < 0) return false;
            width += step * (planned(work, s).extent - 1);
            leap = std::gcd(leap, step);
        }
        leap = std::max<std::int64_t>(leap, 1);
        std::int64_t extent = width / leap + 1;
        if (d + 1 == rank && work.sketch.lanes > 1 && extent >= work.sketch.lanes) {
            extent = ceil_div(extent, static_cast<std::int64_t>(work.sketch.lanes)) * work.sketch.lanes;
        }
        copy.low.push_back(dimension.constant);
        copy.leap.push_back(leap);
        copy.shape.push_back(extent);
        copy.copying.push_back(free_slot++);
    }
    copy.lanes = lanes_for(copy.shape.back(), work.sketch.lanes > 1 ? work.sketch.lanes : 0);
    return true;
}

bool add_buffer(Production& work, const TemplateAccess& access, CopyState& copy) {
    const features::Buffer& source = work.table.buffers[static_cast<std::size_t>(access.buffer)];
    features::Buffer entry{.scope = copy.is_offline ? features::Scope::packed : features::Scope::workspace,
                           .element_bytes = source.element_bytes,
                           .first_dimension = static_cast<int>(work.table.dimensions.size()),
                           .dimension_count = 0};
    std::int64_t stride = 1;
    for (std::size_t d = copy.shape.size(); d-- > 0;) {
        const std::int64_t extent = copy.shape[d];
        if (extent == 1) continue;
        work.table.dimensions.push_back({.stride = stride, .extent = extent});
        if (++entry.dimension_count > features::max_dimensions) return false;
        const auto more = checked_mul(stride, extent);
        if (!more || *more > most_elements) return false;
        stride = *more;
    }
    copy.buffer = static_cast<int>(work.table.buffers.size());
    work.table.buffers.push_back(entry);
    return true;
}

/// Opens the copy's serial loop over one dimension, of whose positions `at_once` are left to straight code or lanes.
void open_loop(Production& work, const CopyState& copy, std::size_t d, std::int64_t at_once, const Guarded& guard,
               int& loop) {
    const std::int64_t extent = copy.shape[d] / at_once;
    if (extent <= 1) return;
    features::Loop made{
        .kind = features::LoopKind::serial, .parent = loop, .trips = static_cast<double>(extent), .share = 1};
    if (at_once == 1 && guard.both != guard.given) {
        made.trips = made.trips * guard.both / guard.given;
        if (made.trips < 1) {
            made.share *= made.trips;
            made.trips = 1;
        }
    }
    loop = static_cast<int>(work.table.loops.size());
    work.table.loops.push_back(made);
    work.scratch.chain.push_back(
        {.variable = static_cast<ir::VarId>(copy.copying[d]), .extent = extent, .table_loop = loop});
}

/// Opens straight code or lanes over `count` positions of a dimension; `cut` is their slot where a loop goes over the
/// rest.
void open_straight(Production& work, const CopyState& copy, std::size_t d, std::int64_t count, int cut,
                   bool is_vector) {
    const bool is_whole = copy.shape[d] == count;
    work.scratch.chain.push_back({.variable = is_whole ? static_cast<ir::VarId>(copy.copying[d]) : cut,
                                  .extent = count,
                                  .table_loop = no_loop,
                                  .is_vector = is_vector});
}

/// Opens all loops of the copy; `lanes_share` becomes what a guard on its lanes lets through.
void open_loops(Production& work, const CopyState& copy, int& loop, double& lanes_share) {
    const std::size_t last = copy.shape.size() - 1;
    for (std::size_t d = 0; d <= last; ++d) {
        const std::int64_t columns = static_cast<int>(d) == copy.along ? copy.columns : 1;
        open_loop(work, copy, d, d == last ? copy.lanes : columns, guard_of(work, copy, d), loop);
    }
    if (copy.along >= 0) {
        open_straight(work, copy, static_cast<std::size_t>(copy.along), copy.columns, column_slot, false);
    }
    if (copy.lanes == 1) return;
    open_straight(work, copy, last, copy.lanes, extra_slot, true);
    const Guarded guard = guard_of(work, copy, last);
    if (guard.both != guard.given) lanes_share *= guard.both / guard.given;
}

/// Loops that are cut take larger steps, what they are cut into the old ones.
void cut_slot(Production& work, const CopyState& copy, std::size_t d, int cut) {
    const std::int64_t at_once = copied_at_once(copy, d);
    if (copy.is_region || at_once == 1) return;
    Slot& slot = work.slots[static_cast<std::size_t>(copy.copying[d])];
    work.slots[static_cast<std::size_t>(cut)] = slot;
    slot.coefficient *= at_once;
}
void join_slot(Production& work, const CopyState& copy, std::size_t d) {
    if (!copy.is_region) work.slots[static_cast<std::size_t>(copy.copying[d])].coefficient /= copied_at_once(copy, d);
}

}  // namespace

const TemplateAccess* access_of(const Production& work, std::size_t operand) {
    for (const TemplateAccess& load : work.shape.update.loads) {
        if (load.operand == static_cast<int>(operand)) return &load;
    }
    return nullptr;
}

Guarded guard_of(const Production& work, const CopyState& copy, std::size_t d) {
    if (copy.is_region) return {};
    const auto slot = static_cast<int>(copy.slots[d]);
    const PlannedLoop& of = planned(work, slot);
    if (of.axis == work.blocked_axis && work.has_ragged_reduction && of.section == Section::reduction) {
        return {static_cast<double>(work.sketch.axes[static_cast<std::size_t>(of.axis)].extent),
                static_cast<double>(work.block_count * work.decisions.block_k)};
    }
    return guard_of_blocks(axis_state(work, of.axis), slot);
}

bool plan_copies(Production& work) {
    if (work.sketch.operands.size() > max_operands) return false;
    for (std::size_t o = 0; o < work.sketch.operands.size(); ++o) work.copies.emplace_back();
    for (std::size_t o = 0; o < work.copies.size(); ++o) {
        const Packing packing = work.decisions.packings[o];
        if (packing == Packing::none) continue;
        const SketchOperand& operand = work.sketch.operands[o];
        const TemplateAccess* access = access_of(work, o);
        if (access == nullptr) return false;
        CopyState& copy = work.copies[o];
        copy.is_region = !is_by_axes(packing);
        copy.is_offline = packing == Packing::offline;
        copy.place = packing_place(work.sketch, work.loops, static_cast<int>(o), packing);
        if (!copy.is_offline && !work.shape.is_reduction) return false;
        copy.exists = true;
        if (copy.is_region) {
            if (!plan_by_region(work, operand, *access, copy)) return false;
        } else {
            copy.exists = plan_by_axes(work, static_cast<int>(o), packing, copy);
        }
        if (copy.exists && !add_buffer(work, *access, copy)) return false;
    }
    return true;
}

void add_copy(Production& work, int operand, int loop) {
    const CopyState& copy = work.copies[static_cast<std::size_t>(operand)];
    const TemplateAccess& access = *access_of(work, static_cast<std::size_t>(operand));
    const std::size_t depth = work.scratch.chain.size();
    double lanes_share = 1;
    open_loops(work, copy, loop, lanes_share);
    const std::size_t last = copy.shape.size() - 1;
    if (copy.lanes > 1) cut_slot(work, copy, last, extra_slot);
    if (copy.along >= 0) cut_slot(work, copy, static_cast<std::size_t>(copy.along), column_slot);
    features::Row row = start_row(work, features::RowKind::copy, {.loop = loop, .share = 1, .lanes = lanes_share});
    row.type = static_cast<features::Element>(work.plain.buffers[static_cast<std::size_t>(access.buffer)].type);
    if (!work.counts_only) {
        if (copy.is_region) {
            add_region_read(work, copy, access);
        } else {
            add_copy_read(work, access);
        }
        add_copy_write(work, copy);
    }
    if (copy.lanes > 1) join_slot(work, copy, last);
    if (copy.along >= 0) join_slot(work, copy, static_cast<std::size_t>(copy.along));
    finish_row(work, row, {1, copy.buffer});
    work.scratch.chain.resize(depth);
}

}  // namespace saku::tuner
