// Accesses of a table in the making: where each reads and writes, in terms of slots.
#include <algorithm>
#include <array>
#include <span>

#include "tuner/table_divided.h"
#include "tuner/table_guards.h"
#include "tuner/table_lines.h"
#include "tuner/table_padded.h"
#include "tuner/table_production.h"

namespace saku::tuner {

namespace {

using features::Access;
using features::EnclosingLoop;

/// Adds to the slope of a dimension in a loop of the chain, which may have none yet.
void add_slope(Lines& lines, std::size_t chain, std::size_t dimension, double positions) {
    for (Slope& slope : lines.slopes) {
        if (slope.chain != chain || slope.dimension != dimension) continue;
        slope.positions += positions;
        return;
    }
    push_slope(lines, chain, dimension, positions);
}

/// In order, and without those that came to nothing.
void sort_slopes(Lines& lines) {
    std::sort(lines.slopes.begin(), lines.slopes.end(), [](const Slope& a, const Slope& b) {
        return a.chain != b.chain ? a.chain < b.chain : a.dimension < b.dimension;
    });
    const Slope* const end =
        std::remove_if(lines.slopes.begin(), lines.slopes.end(), [](const Slope& a) { return a.positions == 0; });
    lines.slopes.truncate(static_cast<std::size_t>(end - lines.slopes.begin()));
}

void add_slopes_of_fused(Production& work, const TemplateAccess& access, int axis, Guarding guarded, Lines& lines) {
    const std::vector<int>& parts = work.shape.parts_of_axis[static_cast<std::size_t>(axis)];
    const FusedParts& fused = fused_parts(work, axis, guarded);
    FixedVector<std::size_t, max_slots> places;  // in the chain, of the axis' loops
    for (std::size_t i = 0; i < work.scratch.chain.size(); ++i) {
        if (work.slots[static_cast<std::size_t>(work.scratch.chain[i].variable)].axis == axis) places.push_back(i);
    }
    for (std::size_t p = 0; p < parts.size(); ++p) {
        for (const TemplateMove& move : access.moves[static_cast<std::size_t>(parts[p])]) {
            const auto d = static_cast<std::size_t>(move.dimension);
            const std::int64_t constant = move.times * fused.parts[p].constant();
            lines.constant[d] += static_cast<double>(constant);
            lines.offset += constant * dimension_of(work, lines, d).stride;
            for (const ir::Term& term : fused.parts[p].terms()) {
                add_slope(lines, places[static_cast<std::size_t>(term.atom.variable)], d,
                          static_cast<double>(move.times * term.coefficient));
            }
        }
    }
}

/// Straight lines over memory: each loop moves the dimension that its steps go along.
void spread(const Production& work, Lines& lines) {
    lines.slopes.clear();
    for (std::size_t d = 0; d < lines.dimensions; ++d) lines.constant[d] = 0;
    const auto place = [&](std::int64_t value) {
        std::size_t best = 0;
        for (std::size_t d = 0; d < lines.dimensions; ++d) {
            const std::int64_t stride = dimension_of(work, lines, d).stride;
            if (value % stride == 0 && std::abs(value) >= stride) best = d;
        }
        return best;
    };
    const auto positions = [&](std::int64_t value, std::size_t d) {
        return static_cast<double>(value) / static_cast<double>(dimension_of(work, lines, d).stride);
    };
    for (std::size_t i = 0; i < work.scratch.chain.size(); ++i) {
        if (lines.step[i] == 0) continue;
        const std::size_t d = place(lines.step[i]);
        push_slope(lines, i, d, positions(lines.step[i], d));
    }
    if (lines.offset != 0) {
        const std::size_t d = place(lines.offset);
        lines.constant[d] = positions(lines.offset, d);
    }
    lines.is_spread = true;
}

/// Elements of memory per iteration of the loops of fused axes, from the slopes.
void step_by_slopes(const Production& work, Lines& lines) {
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    std::array<double, max_slots> elements;
    std::fill_n(elements.begin(), chain.size(), 0.0);
    for (const Slope& slope : lines.slopes) {
        elements[slope.chain] +=
            slope.positions * static_cast<double>(dimension_of(work, lines, slope.dimension).stride);
    }
    for (std::size_t i = 0; i < chain.size(); ++i) {
        if (is_fused(work, work.slots[static_cast<std::size_t>(chain[i].variable)].axis))
            lines.step[i] = static_cast<std::int64_t>(elements[i]);
    }
}

/// Partial sums: what whole tiles leave over begins behind them.
void add_start_of_rest(const Production& work, const TemplateAccess& access, Lines& lines) {
    if (work.rest_of_reduction == 0) return;
    const AxisState& axis = axis_state(work, work.sketch.vector);
    const std::int64_t start = axis.cut.extent - work.rest_of_reduction;
    lines.offset += access.axis_stride[static_cast<std::size_t>(work.sketch.vector)] * start;
    for (const TemplateMove& move : access.moves[static_cast<std::size_t>(axis.part)])
        lines.constant[static_cast<std::size_t>(move.dimension)] += static_cast<double>(move.times * start);
}

void fill_lines(Production& work, const TemplateAccess& access, Form form, Guarding guarded, Lines& lines) {
    lines.buffer = access.buffer;
    lines.dimensions = access.order.size();
    lines.offset = access.offset;
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    for (std::size_t d = 0; d < lines.dimensions; ++d) {
        lines.constant[d] = static_cast<double>(access.dimensions[static_cast<std::size_t>(access.order[d])].constant);
    }
    bool any_fused = false;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const Slot& slot = work.slots[static_cast<std::size_t>(chain[i].variable)];
        const int part = work.axes[static_cast<std::size_t>(slot.axis)].part;
        lines.step[i] = access.axis_stride[static_cast<std::size_t>(slot.axis)] * slot.coefficient;
        if (part < 0) {
            any_fused = true;
            continue;
        }
        for (const TemplateMove& move : access.moves[static_cast<std::size_t>(part)]) {
            push_slope(lines, i, static_cast<std::size_t>(move.dimension),
                       static_cast<double>(move.times * slot.coefficient));
        }
    }
    add_start_of_rest(work, access, lines);
    if (!any_fused) return;
    if (form == Form::spread) return spread(work, lines);
    for (std::size_t a = 0; a < work.sketch.axes.size(); ++a) {
        if (is_fused(work, static_cast<int>(a))) add_slopes_of_fused(work, access, static_cast<int>(a), guarded, lines);
    }
    sort_slopes(lines);
    step_by_slopes(work, lines);
}

void add_straight(Production& work, const TemplateAccess& access, Form form, Guarding guarded, Use use) {
    Lines lines;
    fill_lines(work, access, form, guarded, lines);
    add_lines(work, lines, use);
}

}  // namespace

void add_copy_read(Production& work, const TemplateAccess& access) {
    const bool padded = leaves(work, access, Guarding::copy);
    const Form form = form_of(work, access, Guarding::copy);
    const Use use{.reads = true, .writes = false};
    if (form == Form::divided || (padded && form != Form::straight))
        return add_divided(work, access, use, Guarding::copy, padded);
    if (padded) return add_padded(work, access, use, Guarding::copy);
    add_straight(work, access, form, Guarding::copy, use);
}

void add_argument(Production& work, const TemplateAccess& access, Use use, const RowPlace& place) {
    if (work.counts_only) return;
    const Guarding guarded = place.is_guarded ? Guarding::stored : Guarding::row;
    const bool may_leave = access.is_padded || (guarded == Guarding::row && is_freed(work, access));
    const bool padded = use.reads && may_leave && leaves(work, access, guarded);
    const Form form = form_of(work, access, guarded);
    const bool is_divided = form == Form::divided || (padded && form != Form::straight);
    if (padded || is_divided) work.is_covered = work.is_covered && work.rest_of_reduction == 0;
    if (is_divided) return add_divided(work, access, use, guarded, padded);
    if (padded) return add_padded(work, access, use, guarded);
    add_straight(work, access, form, guarded, use);
}

namespace {

/// The loops of the tile in the chain; their count is beyond the capacity where there are more.
KnownRegister register_loops(const Production& work) {
    KnownRegister known{.loops = {}, .count = 0, .buffer = work.registers.buffer};
    for (const EnclosingLoop& loop : work.scratch.chain) {
        if (loop.variable < work.first_tile) continue;
        if (known.count == KnownRegister::max_loops)
            return {.loops = {}, .count = KnownRegister::max_loops + 1, .buffer = -1};
        known.loops[2 * known.count] = loop.extent;
        known.loops[2 * known.count + 1] = 2 * loop.variable + (loop.is_vector ? 1 : 0);
        ++known.count;
    }
    return known;
}

/// Is the tile that is known named by the same loops as here?
bool is_known_here(const Production& work) {
    const KnownRegister& known = work.known_register;
    if (known.buffer != work.registers.buffer || known.count == 0 || known.count > KnownRegister::max_loops)
        return false;
    std::size_t count = 0;
    for (const EnclosingLoop& loop : work.scratch.chain) {
        if (loop.variable < work.first_tile) continue;
        if (count == known.count || known.loops[2 * count] != loop.extent ||
            known.loops[2 * count + 1] != 2 * loop.variable + (loop.is_vector ? 1 : 0)) {
            return false;
        }
        ++count;
    }
    return count == known.count;
}

void make_register(Production& work, Use use) {
    Lines lines;
    lines.buffer = work.registers.buffer;
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    const auto& slots = work.registers.slots;
    lines.dimensions = slots.size();
    for (std::size_t d = 0; d < lines.dimensions; ++d) lines.constant[d] = 0;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        lines.step[i] = 0;
        const int* const found = std::find(slots.begin(), slots.end(), static_cast<int>(chain[i].variable));
        if (found == slots.end()) continue;
        const auto d = static_cast<std::size_t>(found - slots.begin());
        lines.step[i] = dimension_of(work, lines, d).stride;
        push_slope(lines, i, d, 1);
    }
    add_lines(work, lines, use);
}

}  // namespace

void add_register(Production& work, Use use) {
    if (work.counts_only) return;
    features::LoopTable& table = work.table;
    const auto boxes = table.boxes.size();
    if (!is_known_here(work)) {
        work.known_register = register_loops(work);
        work.known_register.access = static_cast<int>(table.accesses.size());
        return make_register(work, use);
    }
    Access made = table.accesses[static_cast<std::size_t>(work.known_register.access)];
    const auto first = static_cast<std::size_t>(made.first_box);
    const std::size_t dimensions = work.registers.slots.size();
    table.boxes.resize(boxes + dimensions);
    std::copy_n(table.boxes.begin() + static_cast<std::ptrdiff_t>(first), dimensions,
                table.boxes.begin() + static_cast<std::ptrdiff_t>(boxes));
    made.reads = use.reads;
    made.writes = use.writes;
    made.first_box = static_cast<int>(boxes);
    made.first_term = static_cast<int>(table.terms.size());  // loops of the tile are not in the table: no terms
    table.accesses.push_back(made);
}

namespace {

/// Partial sums: of the tiles along the reduction of a copy by axes, the last one.
void add_start_of_rest(const Production& work, const CopyState& copy, Lines& lines) {
    if (work.rest_of_reduction == 0) return;
    for (const std::int64_t slot : copy.slots) {
        const PlannedLoop& loop = work.loops[static_cast<std::size_t>(slot)];
        if (loop.axis != work.sketch.vector || loop.piece != Piece::tiles) continue;
        const auto d = static_cast<std::size_t>(copy.dimension_of_slot[static_cast<std::size_t>(slot)]);
        lines.constant[d] += static_cast<double>(loop.extent - 1);
        lines.offset += (loop.extent - 1) * dimension_of(work, lines, d).stride;
    }
}

/// Places in a copy by axes: each of its loops goes along a dimension of its own.
void fill_lines_by_axes(const Production& work, const CopyState& copy, Lines& lines) {
    lines.buffer = copy.buffer;
    lines.dimensions =
        static_cast<std::size_t>(work.table.buffers[static_cast<std::size_t>(copy.buffer)].dimension_count);
    for (std::size_t d = 0; d < lines.dimensions; ++d) lines.constant[d] = 0;
    add_start_of_rest(work, copy, lines);
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const int d = copy.dimension_of_slot[static_cast<std::size_t>(chain[i].variable)];
        lines.step[i] = 0;
        if (d < 0) continue;
        push_slope(lines, i, static_cast<std::size_t>(d), 1);
        lines.step[i] = dimension_of(work, lines, static_cast<std::size_t>(d)).stride;
    }
}

/// Places in a copy whose dimension d (outermost first) moves by `steps(d, slot)`.
template <class Steps>
void fill_lines_of_copy(const Production& work, const CopyState& copy, const Steps& steps, Lines& lines) {
    lines.buffer = copy.buffer;
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    FixedVector<std::uint32_t, max_slots> moving;  // dimensions of more than one position, smallest stride first
    for (std::size_t d = copy.shape.size(); d-- > 0;) {
        if (copy.shape[d] == 1) continue;
        lines.constant[moving.size()] = 0;
        moving.push_back(static_cast<std::uint32_t>(d));
    }
    lines.dimensions = moving.size();
    for (std::size_t i = 0; i < chain.size(); ++i) {
        lines.step[i] = 0;
        for (std::size_t d = 0; d < moving.size(); ++d) {
            const std::int64_t step = steps(moving[d], static_cast<int>(chain[i].variable));
            if (step == 0) continue;
            push_slope(lines, i, d, static_cast<double>(step));
            lines.step[i] += step * dimension_of(work, lines, d).stride;
        }
    }
}

}  // namespace

void add_packed(Production& work, const CopyState& copy, const TemplateAccess& access, Use use) {
    Lines lines;
    if (!copy.is_region) {
        fill_lines_by_axes(work, copy, lines);
        add_lines(work, lines, use);
        return;
    }
    const auto steps = [&](std::size_t d, int number) -> std::int64_t {
        const Slot& slot = work.slots[static_cast<std::size_t>(number)];
        if (number <= copy.place) return 0;
        const std::vector<int>& parts = work.shape.parts_of_axis[static_cast<std::size_t>(slot.axis)];
        // Only axes that are not fused, or fused ones along which the dimension is flat.
        const TemplateDimension& dimension = access.dimensions[static_cast<std::size_t>(copy.order[d])];
        const std::int64_t times = dimension.by_part[static_cast<std::size_t>(parts.back())];
        return times == 0 ? 0 : times * slot.coefficient / copy.leap[d];
    };
    fill_lines_of_copy(work, copy, steps, lines);
    add_lines(work, lines, use);
}

void add_prefetch_access(Production& work, const CopyState& copy, int loop, std::int64_t distance, double lines_count) {
    Lines lines;
    fill_lines_by_axes(work, copy, lines);
    for (std::size_t i = 0; i < work.scratch.chain.size(); ++i) {
        if (work.scratch.chain[i].variable == loop) lines.offset += distance * lines.step[i];
    }
    for (const Slope& slope : lines.slopes) {
        if (work.scratch.chain[slope.chain].variable == loop)
            lines.constant[slope.dimension] = slope.positions * static_cast<double>(distance);
    }
    Access& made = add_lines(work, lines, {.reads = true, .writes = false});
    made.references += lines_count - 1;
}

void add_copy_write(Production& work, const CopyState& copy) {
    const auto steps = [&](std::size_t d, int slot) -> std::int64_t {
        if (slot == extra_slot) return d + 1 == copy.shape.size() ? 1 : 0;
        if (slot == column_slot) return static_cast<int>(d) == copy.along ? 1 : 0;
        return copy.copying[d] == slot ? copied_at_once(copy, d) : 0;
    };
    Lines lines;
    fill_lines_of_copy(work, copy, steps, lines);
    add_lines(work, lines, {.reads = false, .writes = true});
}

void add_loads(Production& work, const TemplateRow& row, const RowPlace& place) {
    if (work.counts_only) return;
    for (const TemplateAccess& load : row.loads) {
        if (load.buffer < 0) {
            add_register(work, {.reads = true, .writes = false});
        } else if (load.operand >= 0 && work.copies[static_cast<std::size_t>(load.operand)].exists) {
            add_packed(work, work.copies[static_cast<std::size_t>(load.operand)], load,
                       {.reads = true, .writes = false});
        } else {
            add_argument(work, load, {.reads = true, .writes = false}, place);
        }
    }
}

void add_chain(const Production& work, features::Row& row) {
    if (work.counts_only) return;
    const features::Access& destination = work.table.accesses.back();
    row.chain = row.instances / std::max(1.0, destination.references);
    row.carried = row.loop != features::no_loop && !features::moves_with(work.table, destination, row.loop);
}

}  // namespace saku::tuner
