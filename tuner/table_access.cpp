// Accesses of a table in the making: places as sums over slots, then what features/access_builder does with indices.
#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "base/checked.h"
#include "features/access_builder.h"
#include "ir/facts.h"
#include "tuner/table_production.h"

namespace saku::tuner {

namespace {

using features::Access;
using features::EnclosingLoop;
using features::no_loop;

constexpr std::size_t most_dimensions = features::max_dimensions;
constexpr std::size_t most_chain = max_slots;

/// An access as straight lines over the chain: positions per dimension of the layout, and elements of memory.
struct Lines {
    int buffer = 0;
    std::size_t dimensions = 0;
    std::array<double, most_dimensions> constant;
    std::array<std::array<double, most_chain>, most_dimensions> slope;
    bool is_spread = false;  ///< reaches are not bounded by the dimensions' extents
    std::int64_t offset = 0;
    std::array<std::int64_t, most_chain> step;  ///< elements of memory
};

const features::Dimension& dimension_of(const Production& work, const Lines& lines, std::size_t d) {
    const features::Buffer& buffer = work.table.buffers[static_cast<std::size_t>(lines.buffer)];
    return work.table.dimensions[static_cast<std::size_t>(buffer.first_dimension) + d];
}

double reach_of(const Production& work, const Lines& lines, std::size_t d) {
    double reach = 1;
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        reach += std::abs(lines.slope[d][i]) * static_cast<double>(chain[i].extent - 1);
    }
    if (lines.is_spread) return reach;
    return std::clamp(reach, 1.0, std::max(1.0, static_cast<double>(dimension_of(work, lines, d).extent)));
}

struct References {
    double named = 1;
    double distinct = 1;
};

References references_of(const Production& work, const Lines& lines) {
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    References result;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        if (chain[i].table_loop != no_loop || chain[i].is_vector) continue;
        bool moves = false;
        for (std::size_t d = 0; d < lines.dimensions; ++d) moves = moves || lines.slope[d][i] != 0;
        if (moves) result.named *= static_cast<double>(chain[i].extent);
    }
    double by_dimension = 1;
    for (std::size_t d = 0; d < lines.dimensions; ++d) {
        const auto slope = [&](std::size_t i) { return lines.slope[d][i]; };
        by_dimension *=
            features::box_of(lines.constant[d], slope, 1, std::span<const EnclosingLoop>(chain), false).points;
    }
    result.distinct = std::min(result.named, by_dimension);
    return result;
}

std::int64_t lowest_bit(std::int64_t value) {
    constexpr std::int64_t limit = 4096;
    return value == 0 ? limit : std::min(limit, value & -value);
}

/// Appends the access; the padding is left to the caller.
Access& add_lines(Production& work, const Lines& lines, Use use) {
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    features::LoopTable& table = work.table;
    const References references = references_of(work, lines);
    Access made{.buffer = lines.buffer,
                .reads = use.reads,
                .writes = use.writes,
                .references = references.distinct,
                .repeats = references.named / references.distinct,
                .first_box = static_cast<int>(table.boxes.size()),
                .first_term = static_cast<int>(table.terms.size())};
    std::int64_t elements = lowest_bit(lines.offset);
    for (std::size_t i = 0; i < chain.size(); ++i) {
        if (chain[i].is_vector) {
            made.lanes = lines.step[i] == 0   ? features::Lanes::broadcast
                         : lines.step[i] == 1 ? features::Lanes::contiguous
                                              : features::Lanes::strided;
            if (made.lanes == features::Lanes::contiguous) continue;
        }
        elements = std::min(elements, lowest_bit(lines.step[i]));
    }
    const int bytes = table.buffers[static_cast<std::size_t>(lines.buffer)].element_bytes;
    made.alignment_bytes = static_cast<int>(std::min<std::int64_t>(64, elements * bytes));
    for (std::size_t d = 0; d < lines.dimensions; ++d) {
        const auto slope = [&](std::size_t i) { return lines.slope[d][i]; };
        table.boxes.push_back(features::box_of(lines.constant[d], slope, reach_of(work, lines, d),
                                               std::span<const EnclosingLoop>(chain), true));
    }
    for (std::size_t i = chain.size(); i-- > 0;) {
        if (chain[i].table_loop == no_loop) continue;
        for (std::size_t d = 0; d < lines.dimensions; ++d) {
            if (lines.slope[d][i] == 0) continue;
            table.terms.push_back(
                {.loop = chain[i].table_loop, .dimension = static_cast<int>(d), .coefficient = lines.slope[d][i]});
        }
    }
    made.term_count = static_cast<int>(table.terms.size()) - made.first_term;
    table.accesses.push_back(made);
    return table.accesses.back();
}

/// The loops of the chain over one axis, as an index over slots, with what guards say about them.
const FusedParts& fused_parts(Production& work, int axis, bool guarded) {
    const AxisState& state = work.axes[static_cast<std::size_t>(axis)];
    const std::vector<int>& parts = work.shape.parts_of_axis[static_cast<std::size_t>(axis)];
    std::vector<std::int64_t> key{static_cast<std::int64_t>(state.branch),
                                  guarded ? 1 : 0,
                                  state.cut.extent,
                                  state.cut.tile,
                                  state.cut.block,
                                  state.is_masked ? 1 : 0};
    for (const int part : parts) key.push_back(work.shape.parts[static_cast<std::size_t>(part)].extent);
    for (const EnclosingLoop& loop : work.scratch.chain) {
        const Slot& slot = work.slots[static_cast<std::size_t>(loop.variable)];
        if (slot.axis != axis) continue;
        key.insert(key.end(), {loop.variable, slot.coefficient, loop.extent});
    }
    const auto [place, is_new] = work.scratch.fused.try_emplace(std::move(key));
    if (!is_new) return place->second;

    ir::Index value;
    ir::Index position;  // of the tile
    ir::Facts facts;
    std::map<ir::VarId, ir::Interval> reach;
    for (const EnclosingLoop& loop : work.scratch.chain) {
        const Slot& slot = work.slots[static_cast<std::size_t>(loop.variable)];
        if (slot.axis != axis) continue;
        const ir::Index step = ir::Index::variable(loop.variable) * slot.coefficient;
        value += step;
        if (slot.coefficient % state.cut.tile == 0) position += step;
        facts.enter(loop.variable, {0, loop.extent - 1});
        reach[loop.variable] = {0, loop.extent - 1};
    }
    if (state.has_ragged_blocks) facts.assume(ir::Index((state.cut.tile_count - 1) * state.cut.tile) - position);
    if (state.branch == Branch::whole) facts.assume(ir::Index(state.cut.extent - state.cut.tile) - position);
    if (state.branch == Branch::last) facts.assume(position - ir::Index(state.cut.extent - state.cut.tile + 1));
    if (guarded) facts.assume(ir::Index(state.cut.extent - 1) - value);
    const ir::Ranges ranges = [&](ir::VarId id) -> std::optional<ir::Interval> {
        const auto found = reach.find(id);
        return found == reach.end() ? ir::Interval{0, 0} : found->second;
    };
    FusedParts& made = place->second;
    ir::Index outer = value;
    made.parts.resize(parts.size());
    for (std::size_t p = parts.size(); p-- > 0;) {
        const std::int64_t extent = work.shape.parts[static_cast<std::size_t>(parts[p])].extent;
        made.parts[p] = p == 0 ? outer : ir::remainder(outer, extent);
        if (p > 0) outer = ir::quotient(outer, extent);
        for (int round = 0; round < 4; ++round) made.parts[p] = facts.simplified(made.parts[p]);
    }
    for (ir::Index& part : made.parts) {
        made.is_affine.push_back(ir::simplify(part, ranges).is_affine());
    }
    return made;
}

bool is_fused(const Production& work, int axis) {
    return work.shape.parts_of_axis[static_cast<std::size_t>(axis)].size() > 1;
}

/// Does the access use parts of the axis that are floors or remainders here?
bool is_divided(const TemplateAccess& access, const std::vector<int>& parts, const FusedParts& fused) {
    for (std::size_t p = 0; p < parts.size(); ++p) {
        if (fused.is_affine[p]) continue;
        for (const TemplateDimension& dimension : access.dimensions) {
            if (dimension.by_part[static_cast<std::size_t>(parts[p])] != 0) return true;
        }
    }
    return false;
}

enum class Form { straight, spread, divided };

/// How the access can be written in straight lines over the chain.
Form form_of(Production& work, const TemplateAccess& access, bool guarded) {
    Form form = Form::straight;
    for (std::size_t a = 0; a < work.sketch.axes.size(); ++a) {
        const std::vector<int>& parts = work.shape.parts_of_axis[a];
        if (parts.size() < 2) continue;
        const FusedParts& fused = fused_parts(work, static_cast<int>(a), guarded);
        if (!is_divided(access, parts, fused)) continue;
        if (!access.is_flat[a]) return Form::divided;
        form = Form::spread;
    }
    return form;
}

void add_slopes_of_fused(Production& work, const TemplateAccess& access, int axis, bool guarded, Lines& lines) {
    const std::vector<int>& parts = work.shape.parts_of_axis[static_cast<std::size_t>(axis)];
    const FusedParts& fused = fused_parts(work, axis, guarded);
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    for (std::size_t p = 0; p < parts.size(); ++p) {
        for (std::size_t d = 0; d < lines.dimensions; ++d) {
            const TemplateDimension& dimension = access.dimensions[static_cast<std::size_t>(access.order[d])];
            const std::int64_t times = dimension.by_part[static_cast<std::size_t>(parts[p])];
            if (times == 0) continue;
            const std::int64_t constant = times * fused.parts[p].constant();
            lines.constant[d] += static_cast<double>(constant);
            lines.offset += constant * dimension.stride;
            for (const ir::Term& term : fused.parts[p].terms()) {
                for (std::size_t i = 0; i < chain.size(); ++i) {
                    if (chain[i].variable == term.atom.variable)
                        lines.slope[d][i] += static_cast<double>(times * term.coefficient);
                }
            }
        }
    }
}

void spread(const Production& work, Lines& lines) {
    const std::size_t chain = work.scratch.chain.size();
    for (std::size_t d = 0; d < lines.dimensions; ++d) {
        lines.constant[d] = 0;
        std::fill_n(lines.slope[d].begin(), chain, 0.0);
    }
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
    for (std::size_t i = 0; i < chain; ++i) {
        if (lines.step[i] == 0) continue;
        const std::size_t d = place(lines.step[i]);
        lines.slope[d][i] = positions(lines.step[i], d);
    }
    if (lines.offset != 0) {
        const std::size_t d = place(lines.offset);
        lines.constant[d] = positions(lines.offset, d);
    }
    lines.is_spread = true;
}

Lines lines_of(Production& work, const TemplateAccess& access, Form form, bool guarded) {
    Lines lines;
    lines.buffer = access.buffer;
    lines.dimensions = access.dimensions.size();
    lines.offset = access.offset;
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    for (std::size_t d = 0; d < lines.dimensions; ++d) {
        const TemplateDimension& dimension = access.dimensions[static_cast<std::size_t>(access.order[d])];
        lines.constant[d] = static_cast<double>(dimension.constant);
        for (std::size_t i = 0; i < chain.size(); ++i) {
            const Slot& slot = work.slots[static_cast<std::size_t>(chain[i].variable)];
            const std::vector<int>& parts = work.shape.parts_of_axis[static_cast<std::size_t>(slot.axis)];
            const std::int64_t times = parts.size() == 1 ? dimension.by_part[static_cast<std::size_t>(parts[0])] : 0;
            lines.slope[d][i] = static_cast<double>(times * slot.coefficient);
        }
    }
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const Slot& slot = work.slots[static_cast<std::size_t>(chain[i].variable)];
        lines.step[i] = access.axis_stride[static_cast<std::size_t>(slot.axis)] * slot.coefficient;
    }
    if (form == Form::spread) {
        spread(work, lines);
        return lines;
    }
    for (std::size_t a = 0; a < work.sketch.axes.size(); ++a) {
        if (is_fused(work, static_cast<int>(a))) add_slopes_of_fused(work, access, static_cast<int>(a), guarded, lines);
    }
    for (std::size_t i = 0; i < chain.size(); ++i) {
        if (!is_fused(work, work.slots[static_cast<std::size_t>(chain[i].variable)].axis)) continue;
        double elements = 0;
        for (std::size_t d = 0; d < lines.dimensions; ++d) {
            elements += lines.slope[d][i] * static_cast<double>(dimension_of(work, lines, d).stride);
        }
        lines.step[i] = static_cast<std::int64_t>(elements);
    }
    return lines;
}

/// The access as indices over slots, by the way that nests take.
void add_divided(Production& work, const TemplateAccess& access, Use use, bool guarded, bool padded) {
    ir::Access made{.buffer = access.buffer, .indices = {}, .pad = padded ? std::optional(access.pad) : std::nullopt};
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
        made.indices.push_back(std::move(index));
    }
    features::add_access(work.table, work.plain, made, {.reads = use.reads, .writes = use.writes}, work.scratch.chain);
}

/// The values an axis takes at this place.
ir::Interval values_of(const AxisState& state) {
    if (state.branch == Branch::whole) return {0, state.cut.extent - 1};
    const std::int64_t last = state.cut.tile_count * state.cut.tile - 1;
    return {state.branch == Branch::last ? last + 1 - state.cut.tile : 0, last};
}

}  // namespace

bool leaves(const Production& work, const TemplateAccess& access) {
    for (const TemplateDimension& dimension : access.dimensions) {
        std::int64_t low = dimension.constant;
        std::int64_t high = dimension.constant;
        for (std::size_t a = 0; a < work.sketch.axes.size(); ++a) {
            const ir::Interval values = values_of(work.axes[a]);
            std::int64_t inner = 1;
            const std::vector<int>& parts = work.shape.parts_of_axis[a];
            for (std::size_t p = parts.size(); p-- > 0;) {
                const std::int64_t extent = work.shape.parts[static_cast<std::size_t>(parts[p])].extent;
                const std::int64_t times = dimension.by_part[static_cast<std::size_t>(parts[p])];
                ir::Interval part{floor_div(values.low, inner), floor_div(values.high, inner)};
                if (p > 0 && part.high - part.low + 1 >= extent) part = {0, extent - 1};
                if (p > 0 && floor_div(part.low, extent) == floor_div(part.high, extent)) {
                    part = {floor_mod(part.low, extent), floor_mod(part.high, extent)};
                } else if (p > 0) {
                    part = {0, extent - 1};
                }
                inner *= extent;
                low += std::min(times * part.low, times * part.high);
                high += std::max(times * part.low, times * part.high);
            }
        }
        if (low < 0 || high >= dimension.extent) return true;
    }
    return false;
}

void add_copy_read(Production& work, const TemplateAccess& access) {
    const bool padded = leaves(work, access);
    const Form form = form_of(work, access, false);
    const Use use{.reads = true, .writes = false};
    if (padded || form == Form::divided) return add_divided(work, access, use, false, padded);
    add_lines(work, lines_of(work, access, form, false), use);
}

namespace {

/// The largest step of an axis that the loops outside a place get to, and the smallest.
ir::Interval outside_of(const Production& work, int axis, int place) {
    const AxisState& state = work.axes[static_cast<std::size_t>(axis)];
    const std::int64_t last = (state.cut.tile_count - 1) * state.cut.tile;
    if (state.last_position >= 0 && state.last_position <= place) {
        if (state.branch == Branch::whole) return {0, state.cut.extent - state.cut.tile};
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
        leaves_tensor = leaves_tensor || reach.low < 0 || reach.high >= dimension.extent;
        made.indices.push_back(std::move(index));
    }
    if (leaves_tensor) made.pad = access.pad;
    features::add_access(work.table, work.plain, made, {.reads = true, .writes = false}, work.scratch.chain);
}

void add_argument(Production& work, const TemplateAccess& access, Use use, const RowPlace& place, bool may_leave) {
    bool padded = access.is_padded;
    if (may_leave && !padded) {
        for (std::size_t a = 0; a < work.sketch.axes.size() && !padded; ++a) {
            if (!work.axes[a].is_masked) continue;
            padded = std::any_of(access.dimensions.begin(), access.dimensions.end(),
                                 [&](const TemplateDimension& dimension) {
                                     const std::vector<int>& parts = work.shape.parts_of_axis[a];
                                     return std::any_of(parts.begin(), parts.end(), [&](int part) {
                                         return dimension.by_part[static_cast<std::size_t>(part)] != 0;
                                     });
                                 });
        }
        padded = padded && leaves(work, access);
    }
    const Form form = form_of(work, access, place.is_guarded);
    if (padded || form == Form::divided) return add_divided(work, access, use, place.is_guarded, padded);
    add_lines(work, lines_of(work, access, form, place.is_guarded), use);
}

void add_register(Production& work, Use use) {
    Lines lines;
    lines.buffer = work.accumulator;
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    const std::size_t tile = work.loops.size() - static_cast<std::size_t>(work.first_tile);
    lines.dimensions = std::max<std::size_t>(tile, 1);
    for (std::size_t d = 0; d < lines.dimensions; ++d) {
        lines.constant[d] = 0;
        const auto slot = static_cast<ir::VarId>(work.loops.size() - 1 - d);
        for (std::size_t i = 0; i < chain.size(); ++i)
            lines.slope[d][i] = tile > 0 && chain[i].variable == slot ? 1 : 0;
    }
    for (std::size_t i = 0; i < chain.size(); ++i) {
        lines.step[i] = 0;
        for (std::size_t d = 0; d < lines.dimensions; ++d) {
            if (lines.slope[d][i] != 0) lines.step[i] = dimension_of(work, lines, d).stride;
        }
    }
    add_lines(work, lines, use);
}

namespace {

/// Positions in a copy: dimension d of `shape` (outermost first) moves by `steps(d, slot)`.
template <class Steps>
Lines lines_of_copy(const Production& work, const CopyState& copy, const Steps& steps) {
    Lines lines;
    lines.buffer = copy.buffer;
    lines.dimensions = copy.shape.size();
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    for (std::size_t i = 0; i < chain.size(); ++i) lines.step[i] = 0;
    for (std::size_t d = 0; d < lines.dimensions; ++d) {
        const std::size_t outer = copy.shape.size() - 1 - d;
        lines.constant[d] = 0;
        for (std::size_t i = 0; i < chain.size(); ++i) {
            const std::int64_t step = steps(outer, static_cast<int>(chain[i].variable));
            lines.slope[d][i] = static_cast<double>(step);
            lines.step[i] += step * dimension_of(work, lines, d).stride;
        }
    }
    return lines;
}

}  // namespace

void add_packed(Production& work, const CopyState& copy, const TemplateAccess& access, Use use) {
    if (!copy.is_region) {
        add_lines(work,
                  lines_of_copy(work, copy, [&](std::size_t d, int slot) { return copy.slots[d] == slot ? 1 : 0; }),
                  use);
        return;
    }
    const auto steps = [&](std::size_t d, int number) -> std::int64_t {
        const Slot& slot = work.slots[static_cast<std::size_t>(number)];
        if (number <= copy.place) return 0;
        const std::vector<int>& parts = work.shape.parts_of_axis[static_cast<std::size_t>(slot.axis)];
        // Only axes that are not fused, or fused ones along which the dimension is flat.
        return access.dimensions[d].by_part[static_cast<std::size_t>(parts.back())] * slot.coefficient / copy.leap[d];
    };
    add_lines(work, lines_of_copy(work, copy, steps), use);
}

void add_prefetch_access(Production& work, const CopyState& copy, int loop, std::int64_t distance, double lines_count) {
    Lines lines = lines_of_copy(work, copy, [&](std::size_t d, int slot) { return copy.slots[d] == slot ? 1 : 0; });
    for (std::size_t d = 0; d < lines.dimensions; ++d) {
        const std::size_t outer = copy.shape.size() - 1 - d;
        if (copy.slots[outer] != loop) continue;
        lines.constant[d] = static_cast<double>(distance);
        lines.offset += distance * dimension_of(work, lines, d).stride;
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
    add_lines(work, lines_of_copy(work, copy, steps), {.reads = false, .writes = true});
}

}  // namespace saku::tuner
