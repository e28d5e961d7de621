// Accesses of a table in the making: where each reads and writes, in terms of slots.
#include <algorithm>
#include <array>
#include <span>

#include "features/access_builder.h"
#include "tuner/table_guards.h"
#include "tuner/table_lines.h"
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
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    for (std::size_t p = 0; p < parts.size(); ++p) {
        for (const TemplateMove& move : access.moves[static_cast<std::size_t>(parts[p])]) {
            const auto d = static_cast<std::size_t>(move.dimension);
            const std::int64_t constant = move.times * fused.parts[p].constant();
            lines.constant[d] += static_cast<double>(constant);
            lines.offset += constant * dimension_of(work, lines, d).stride;
            for (const ir::Term& term : fused.parts[p].terms()) {
                for (std::size_t i = 0; i < chain.size(); ++i) {
                    if (chain[i].variable == term.atom.variable)
                        add_slope(lines, i, d, static_cast<double>(move.times * term.coefficient));
                }
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

/// Takes the access from what was made before, or makes it by `indices` and the way that nests take. `what` tells apart
/// what the chain alone does not.
template <class Indices>
void add_by_indices(Production& work, int buffer, std::span<const std::int64_t> what, std::optional<double> pad,
                    Use use, const Indices& indices) {
    constexpr std::size_t most_remembered = 20'000;
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    std::vector<std::int64_t>& key = work.scratch.key;
    key.assign(what.begin(), what.end());
    key.insert(key.end(), {work.shape.sketch, buffer, use.reads ? 1 : 0, pad ? 1 : 0});
    for (std::size_t a = 0; a < work.sketch.axes.size(); ++a) {
        const AxisState& axis = work.axes[a];
        key.insert(key.end(), {static_cast<std::int64_t>(axis.branch), axis.cut.tile, axis.cut.block, axis.is_masked});
    }
    for (const EnclosingLoop& loop : chain) {
        const std::int64_t kind = loop.is_vector ? 2 : (loop.table_loop == features::no_loop ? 1 : 0);
        const Slot& slot = work.slots[static_cast<std::size_t>(loop.variable)];
        key.insert(key.end(), {loop.variable, loop.extent, kind, slot.axis, slot.coefficient});
    }
    if (work.scratch.divided.size() > most_remembered) work.scratch.divided.clear();
    const auto [place, is_new] = work.scratch.divided.try_emplace(key);
    DividedAccess& known = place->second;
    if (is_new) {
        features::LoopTable alone;
        alone.buffers = work.shape.arguments.buffers;
        alone.dimensions = work.shape.arguments.dimensions;
        std::vector<EnclosingLoop> numbered = chain;
        for (std::size_t i = 0; i < numbered.size(); ++i) {
            if (numbered[i].table_loop != features::no_loop) numbered[i].table_loop = static_cast<int>(i);
        }
        features::add_access(alone, work.plain, {.buffer = buffer, .indices = indices(), .pad = pad},
                             {.reads = use.reads, .writes = use.writes}, numbered);
        known = {.access = alone.accesses.front(), .boxes = std::move(alone.boxes), .terms = std::move(alone.terms)};
    }
    features::LoopTable& table = work.table;
    features::Access made = known.access;
    made.first_box = static_cast<int>(table.boxes.size());
    made.first_term = static_cast<int>(table.terms.size());
    table.boxes.insert(table.boxes.end(), known.boxes.begin(), known.boxes.end());
    for (features::Term term : known.terms) {
        term.loop = chain[static_cast<std::size_t>(term.loop)].table_loop;
        table.terms.push_back(term);
    }
    table.accesses.push_back(made);
}

/// The subscripts of an access over slots.
std::vector<ir::Index> indices_of(Production& work, const TemplateAccess& access, Guarding guarded) {
    std::vector<ir::Index> indices;
    for (const TemplateDimension& dimension : access.dimensions) {
        ir::Index index = dimension.constant;
        for (std::size_t a = 0; a < work.sketch.axes.size(); ++a) {
            const std::vector<int>& parts = work.shape.parts_of_axis[a];
            if (parts.size() > 1) {
                const FusedParts& fused = fused_parts(work, static_cast<int>(a), guarded);
                for (std::size_t p = 0; p < parts.size(); ++p) {
                    const std::int64_t times = dimension.by_part[static_cast<std::size_t>(parts[p])];
                    if (times != 0) index += fused.parts[p] * times;
                }
                continue;
            }
            const std::int64_t times = dimension.by_part[static_cast<std::size_t>(parts[0])];
            if (times == 0) continue;
            for (const EnclosingLoop& loop : work.scratch.chain) {
                const Slot& slot = work.slots[static_cast<std::size_t>(loop.variable)];
                if (slot.axis == static_cast<int>(a))
                    index += ir::Index::variable(loop.variable) * (times * slot.coefficient);
            }
        }
        indices.push_back(std::move(index));
    }
    return indices;
}

void add_divided(Production& work, const TemplateAccess& access, Use use, Guarding guarded, bool padded) {
    const std::array<std::int64_t, 2> what{access.number, static_cast<std::int64_t>(guarded)};
    add_by_indices(work, access.buffer, what, padded ? std::optional(access.pad) : std::nullopt, use,
                   [&] { return indices_of(work, access, guarded); });
}

}  // namespace

void add_copy_read(Production& work, const TemplateAccess& access) {
    const bool padded = leaves(work, access, Guarding::copy);
    const Form form = form_of(work, access, Guarding::copy);
    const Use use{.reads = true, .writes = false};
    if (padded || form == Form::divided) return add_divided(work, access, use, Guarding::copy, padded);
    add_straight(work, access, form, Guarding::copy, use);
}

namespace {

/// The largest step of an axis that the loops outside a place get to, and the smallest.
ir::Interval outside_of(const Production& work, int axis, int place) {
    const AxisState& state = work.axes[static_cast<std::size_t>(axis)];
    const std::int64_t last = (state.cut.tile_count - 1) * state.cut.tile;
    if (state.last_position >= 0 && state.last_position <= place) {
        if (state.branch == Branch::whole) return {0, last - state.cut.tile};
        return {state.branch == Branch::last ? last : 0, last};
    }
    std::int64_t high = 0;
    for (int s = 0; s <= place; ++s) {
        const PlannedLoop& loop = work.loops[static_cast<std::size_t>(s)];
        if (loop.axis == axis) high += work.slots[static_cast<std::size_t>(s)].coefficient * (loop.extent - 1);
    }
    return {0, high};
}

}  // namespace

void add_region_read(Production& work, const CopyState& copy, const TemplateAccess& access) {
    ir::Access made{.buffer = access.buffer, .indices = {}, .pad = std::nullopt};
    bool leaves_tensor = false;
    for (std::size_t d = 0; d < access.dimensions.size(); ++d) {
        const TemplateDimension& dimension = access.dimensions[d];
        ir::Index index = copy.low[d];
        ir::Interval reach{copy.low[d], copy.low[d] + copy.leap[d] * (copy.shape[d] - 1)};
        for (std::size_t a = 0; a < work.sketch.axes.size(); ++a) {
            const std::int64_t times = dimension.by_part[static_cast<std::size_t>(work.shape.parts_of_axis[a].back())];
            if (times == 0) continue;
            const ir::Interval outside = outside_of(work, static_cast<int>(a), copy.place);
            reach = {reach.low + times * outside.low, reach.high + times * outside.high};
            for (int s = 0; s <= copy.place; ++s) {
                const Slot& slot = work.slots[static_cast<std::size_t>(s)];
                if (slot.axis == static_cast<int>(a)) index += ir::Index::variable(s) * (times * slot.coefficient);
            }
        }
        for (const EnclosingLoop& loop : work.scratch.chain) {
            if (loop.variable <= copy.place) continue;
            if (loop.variable == copy.copying[d]) {
                const bool is_cut = d + 1 == copy.shape.size() && work.scratch.chain.back().variable == extra_slot;
                index += ir::Index::variable(loop.variable) *
                         (copy.leap[d] * (is_cut ? work.scratch.chain.back().extent : 1));
            }
            if (loop.variable == extra_slot && d + 1 == copy.shape.size())
                index += ir::Index::variable(extra_slot) * copy.leap[d];
        }
        work.is_covered = work.is_covered && reach.high >= 0 && reach.low < dimension.extent;
        leaves_tensor = leaves_tensor || reach.low < 0 || reach.high >= dimension.extent;
        made.indices.push_back(std::move(index));
    }
    if (leaves_tensor) made.pad = access.pad;
    std::vector<std::int64_t> what{-1};
    for (std::size_t d = 0; d < copy.shape.size(); ++d) what.insert(what.end(), {copy.low[d], copy.leap[d]});
    add_by_indices(work, access.buffer, what, made.pad, {.reads = true, .writes = false},
                   [&] { return std::move(made.indices); });
}

void add_argument(Production& work, const TemplateAccess& access, Use use, const RowPlace& place) {
    if (work.counts_only) return;
    const Guarding guarded = place.is_guarded ? Guarding::stored : Guarding::row;
    const bool may_leave = access.is_padded || (guarded == Guarding::row && is_freed(work, access));
    const bool padded = use.reads && may_leave && leaves(work, access, guarded);
    const Form form = form_of(work, access, guarded);
    if (padded || form == Form::divided) return add_divided(work, access, use, guarded, padded);
    add_straight(work, access, form, guarded, use);
}

void add_register(Production& work, Use use) {
    if (work.counts_only) return;
    Lines lines;
    lines.buffer = work.accumulator;
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    lines.dimensions = work.loops.size() - static_cast<std::size_t>(work.first_tile);
    for (std::size_t d = 0; d < lines.dimensions; ++d) lines.constant[d] = 0;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        lines.step[i] = 0;
        const auto slot = static_cast<std::size_t>(chain[i].variable);
        if (slot < static_cast<std::size_t>(work.first_tile) || slot >= work.loops.size()) continue;
        const std::size_t d = work.loops.size() - 1 - slot;
        lines.step[i] = dimension_of(work, lines, d).stride;
        push_slope(lines, i, d, 1);
    }
    add_lines(work, lines, use);
}

namespace {

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
        fill_lines_of_copy(
            work, copy, [&](std::size_t d, int slot) { return copy.slots[d] == slot ? 1 : 0; }, lines);
        add_lines(work, lines, use);
        return;
    }
    const auto steps = [&](std::size_t d, int number) -> std::int64_t {
        const Slot& slot = work.slots[static_cast<std::size_t>(number)];
        if (number <= copy.place) return 0;
        const std::vector<int>& parts = work.shape.parts_of_axis[static_cast<std::size_t>(slot.axis)];
        // Only axes that are not fused, or fused ones along which the dimension is flat.
        const std::int64_t times = access.dimensions[d].by_part[static_cast<std::size_t>(parts.back())];
        return times == 0 ? 0 : times * slot.coefficient / copy.leap[d];
    };
    fill_lines_of_copy(work, copy, steps, lines);
    add_lines(work, lines, use);
}

void add_prefetch_access(Production& work, const CopyState& copy, int loop, std::int64_t distance, double lines_count) {
    Lines lines;
    fill_lines_of_copy(
        work, copy, [&](std::size_t d, int slot) { return copy.slots[d] == slot ? 1 : 0; }, lines);
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

void add_copy_write(Production& work, const CopyState& copy, int cut, std::int64_t lanes) {
    const auto steps = [&](std::size_t d, int slot) -> std::int64_t {
        if (slot == extra_slot) return d + 1 == copy.shape.size() ? 1 : 0;
        if (copy.copying[d] != slot) return 0;
        return slot == cut ? lanes : 1;
    };
    Lines lines;
    fill_lines_of_copy(work, copy, steps, lines);
    add_lines(work, lines, {.reads = false, .writes = true});
}

}  // namespace saku::tuner
