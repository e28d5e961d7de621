#include "tuner/table_divided.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <vector>

#include "features/access_builder.h"
#include "tuner/table_padded.h"

namespace saku::tuner {

namespace {

using features::EnclosingLoop;

/// The loops of the chain that an access made by indices depends on, and how it does.
struct Mover {
    std::size_t chain;         ///< position
    std::int64_t code;         ///< what moves: a sketch axis, or a dimension of a region that is copied
    std::int64_t coefficient;  ///< steps of it per iteration
};
using Movers = FixedVector<Mover, max_slots>;

/// A loop of the table that moves one dimension that nothing fused moves, in a straight line inside the tensor. Of the
/// access it adds a term, to the reach, and to the alignment, and nothing else: what is remembered leaves it out.
struct ApartLoop {
    std::size_t chain;       ///< position
    int dimension;           ///< of the layout
    std::int64_t positions;  ///< along it per iteration, above 0
    std::int64_t elements;   ///< of memory
};
using ApartLoops = FixedVector<ApartLoop, max_slots>;

/// Do all loops of the chain together stay in the dimension, none running backwards?
bool stays_inside(const Production& work, const TemplateDimension& dimension) {
    std::int64_t high = dimension.constant;
    if (high < 0) return false;
    for (const EnclosingLoop& loop : work.scratch.chain) {
        const Slot& slot = work.slots[static_cast<std::size_t>(loop.variable)];
        const int part = axis_state(work, slot.axis).part;
        const std::int64_t step = part < 0 ? 0 : dimension.by_part[static_cast<std::size_t>(part)] * slot.coefficient;
        if (step < 0) return false;
        high += step * (loop.extent - 1);
    }
    return high < dimension.extent;
}

/// Spread over memory, steps belong to the dimension of the largest stride that divides them: is it this one?
bool goes_along(const TemplateAccess& access, int dimension, std::int64_t elements) {
    for (std::size_t d = static_cast<std::size_t>(dimension) + 1; d < access.order.size(); ++d) {
        const std::int64_t stride = access.dimensions[static_cast<std::size_t>(access.order[d])].stride;
        if (elements >= stride && elements % stride == 0) return false;
    }
    return true;
}

void fill_apart(const Production& work, const TemplateAccess& access, ApartLoops& apart) {
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const Slot& slot = work.slots[static_cast<std::size_t>(chain[i].variable)];
        const int d = access.apart[static_cast<std::size_t>(slot.axis)];
        if (chain[i].table_loop == features::no_loop || d < 0) continue;
        const auto& dimension = access.dimensions[static_cast<std::size_t>(access.order[static_cast<std::size_t>(d)])];
        const auto part = static_cast<std::size_t>(axis_state(work, slot.axis).part);
        const std::int64_t positions = dimension.by_part[part] * slot.coefficient;
        const std::int64_t elements = positions * dimension.stride;
        if (!stays_inside(work, dimension) || !goes_along(access, d, elements)) continue;
        apart.push_back({.chain = i, .dimension = d, .positions = positions, .elements = elements});
    }
}

/// Those whose code by `mover` is not negative; and the lanes and the innermost loop of the table, which every access
/// is compared with.
template <class MoverOf>
void fill_movers(const std::vector<EnclosingLoop>& chain, const MoverOf& mover, Movers& movers) {
    std::size_t innermost = chain.size();
    for (std::size_t i = 0; i < chain.size(); ++i) {
        if (chain[i].table_loop != features::no_loop) innermost = i;
    }
    for (std::size_t i = 0; i < chain.size(); ++i) {
        Mover made = mover(i, chain[i]);
        made.chain = i;
        if (made.code >= 0 || chain[i].is_vector || i == innermost) movers.push_back(made);
    }
}

/// What the place of an access depends on. Which slots its loops are does not matter, only their order, so accesses in
/// nests with other loops around are found again.
void fill_key(const Production& work, int buffer, std::span<const std::int64_t> what, bool padded, Use use,
              const Movers& movers, Key& key) {
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    key.assign(what.begin(), what.end());
    key.insert(key.end(), {work.shape.sketch, buffer, use.reads ? 1 : 0, padded ? 1 : 0,
                           static_cast<std::int64_t>(movers.size())});
    bool ascending = true;
    for (std::size_t m = 0; m < movers.size(); ++m) {
        const EnclosingLoop& loop = chain[movers[m].chain];
        const std::int64_t kind = loop.is_vector ? 2 : (loop.table_loop == features::no_loop ? 1 : 0);
        // Of a loop that does not move the access only matters that it is there, and lanes how many they are.
        const bool counts = movers[m].code >= 0 || loop.is_vector;
        key.insert(key.end(), {counts ? loop.extent : 0, 4 * movers[m].code + kind, movers[m].coefficient});
        ascending = ascending && (m == 0 || chain[movers[m - 1].chain].variable < loop.variable);
    }
    if (ascending) return;
    for (const Mover& mover : movers) key.push_back(chain[mover.chain].variable);
}

/// An access by `indices` the way that nests take, with the movers for loops.
template <class Indices>
DividedAccess divided_access(const Production& work, int buffer, std::optional<double> pad, Use use,
                             const Movers& movers, const Indices& indices) {
    features::LoopTable alone;
    alone.buffers = work.shape.arguments.buffers;
    alone.dimensions = work.shape.arguments.dimensions;
    std::vector<EnclosingLoop> numbered;
    for (const Mover& mover : movers) {
        numbered.push_back(work.scratch.chain[mover.chain]);
        if (numbered.back().table_loop != features::no_loop)
            numbered.back().table_loop = static_cast<int>(numbered.size()) - 1;
    }
    features::add_access(alone, work.plain, {.buffer = buffer, .indices = indices(), .pad = pad},
                         {.reads = use.reads, .writes = use.writes}, numbered);
    return {.access = alone.accesses.front(), .boxes = std::move(alone.boxes), .terms = std::move(alone.terms)};
}

/// The terms of the movers and of the loops apart, inner loops first.
void add_terms(Production& work, const std::vector<features::Term>& terms, const Movers& movers,
               const ApartLoops& apart) {
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    std::size_t left = apart.size();
    const auto add_apart_inside = [&](std::size_t place) {
        for (; left > 0 && apart[left - 1].chain >= place; --left) {
            const ApartLoop& loop = apart[left - 1];
            work.table.terms.push_back({.loop = chain[loop.chain].table_loop,
                                        .dimension = loop.dimension,
                                        .coefficient = static_cast<double>(loop.positions)});
        }
    };
    for (features::Term term : terms) {
        const std::size_t place = movers[static_cast<std::size_t>(term.loop)].chain;
        add_apart_inside(place);
        term.loop = chain[place].table_loop;
        work.table.terms.push_back(term);
    }
    add_apart_inside(0);
}

/// What loops apart make of the boxes and the alignment of the access.
void add_apart(Production& work, const ApartLoops& apart, features::Access& made) {
    const int bytes = work.table.buffers[static_cast<std::size_t>(made.buffer)].element_bytes;
    for (const ApartLoop& loop : apart) {
        features::Box& box = work.table.boxes[static_cast<std::size_t>(made.first_box + loop.dimension)];
        box.reach += static_cast<double>(loop.positions * (work.scratch.chain[loop.chain].extent - 1));
        const std::int64_t aligned = (loop.elements & -loop.elements) * bytes;
        made.alignment_bytes = static_cast<int>(std::min<std::int64_t>(made.alignment_bytes, aligned));
    }
    made.term_count += static_cast<int>(apart.size());
}

/// Takes the access from what was made before, or makes it. The key in `scratch.key` tells apart what the movers do
/// not; `apart` are loops that are not among them.
template <class Indices>
void add_by_indices(Production& work, int buffer, std::optional<double> pad, Use use, const Movers& movers,
                    const ApartLoops& apart, const Indices& indices) {
    constexpr std::size_t most_remembered = 50'000;
    if (work.scratch.divided.size() > most_remembered) work.scratch.divided.clear();
    const auto [place, is_new] = work.scratch.divided.try_emplace(work.scratch.key);
    DividedAccess& known = place->second;
    if (is_new) known = divided_access(work, buffer, pad, use, movers, indices);
    features::LoopTable& table = work.table;
    features::Access made = known.access;
    made.first_box = static_cast<int>(table.boxes.size());
    made.first_term = static_cast<int>(table.terms.size());
    table.boxes.insert(table.boxes.end(), known.boxes.begin(), known.boxes.end());
    add_terms(work, known.terms, movers, apart);
    add_apart(work, apart, made);
    table.accesses.push_back(made);
}

/// The subscripts of an access over slots, without the loops apart.
std::vector<ir::Index> indices_of(Production& work, const TemplateAccess& access, Guarding guarded,
                                  const ApartLoops& apart) {
    std::vector<ir::Index> indices;
    for (const TemplateDimension& dimension : access.dimensions) indices.emplace_back(dimension.constant);
    for (std::size_t a = 0; a < work.sketch.axes.size(); ++a) {
        if (!access.is_moved_by[a]) continue;
        const std::vector<int>& parts = work.shape.parts_of_axis[a];
        std::vector<ir::Index> values;  // of the parts
        if (parts.size() > 1) {
            values = fused_parts_by_slots(work, static_cast<int>(a), guarded);
        } else {
            ir::Index& value = values.emplace_back();
            for (const EnclosingLoop& loop : work.scratch.chain) {
                const Slot& slot = work.slots[static_cast<std::size_t>(loop.variable)];
                const bool is_left_out = std::any_of(apart.begin(), apart.end(), [&](const ApartLoop& other) {
                    return &work.scratch.chain[other.chain] == &loop;
                });
                if (slot.axis == static_cast<int>(a) && !is_left_out)
                    value += ir::Index::variable(loop.variable) * slot.coefficient;
            }
        }
        for (std::size_t d = 0; d < indices.size(); ++d) {
            for (std::size_t p = 0; p < parts.size(); ++p) {
                const std::int64_t times = access.dimensions[d].by_part[static_cast<std::size_t>(parts[p])];
                if (times != 0) indices[d] += values[p] * times;
            }
        }
    }
    return indices;
}

}  // namespace

void add_divided(Production& work, const TemplateAccess& access, Use use, Guarding guarded, bool padded) {
    ApartLoops apart;
    fill_apart(work, access, apart);
    const auto is_apart = [&](std::size_t i) {
        return std::any_of(apart.begin(), apart.end(), [&](const ApartLoop& loop) { return loop.chain == i; });
    };
    Movers movers;
    const auto mover = [&](std::size_t i, const EnclosingLoop& loop) -> Mover {
        const Slot& slot = work.slots[static_cast<std::size_t>(loop.variable)];
        if (is_apart(i) || !access.is_moved_by[static_cast<std::size_t>(slot.axis)])
            return {.chain = 0, .code = -1, .coefficient = 0};
        return {.chain = 0, .code = slot.axis, .coefficient = slot.coefficient};
    };
    fill_movers(work.scratch.chain, mover, movers);
    const std::array<std::int64_t, 1> what{access.number};
    Key& key = work.scratch.key;
    fill_key(work, access.buffer, what, padded, use, movers, key);
    for (std::size_t a = 0; a < work.sketch.axes.size(); ++a) {
        if (!is_fused(work, static_cast<int>(a)) || !access.is_moved_by[a]) continue;
        const AxisState& axis = work.axes[a];
        key.insert(key.end(), {guard_code(axis, guarded), axis.cut.tile});
    }
    add_by_indices(work, access.buffer, padded ? std::optional(access.pad) : std::nullopt, use, movers, apart,
                   [&] { return indices_of(work, access, guarded, apart); });
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

namespace {

/// The subscripts of a region's copy over slots.
std::vector<ir::Index> region_indices(const Production& work, const CopyState& copy, const TemplateAccess& access) {
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    std::vector<ir::Index> indices(access.dimensions.size());
    for (std::size_t d = 0; d < access.dimensions.size(); ++d) {
        const auto of = static_cast<std::size_t>(copy.order[d]);
        ir::Index index = copy.low[d];
        for (int s = 0; s <= copy.place; ++s) {
            const Slot& slot = work.slots[static_cast<std::size_t>(s)];
            const int part = work.shape.parts_of_axis[static_cast<std::size_t>(slot.axis)].back();
            const std::int64_t times = access.dimensions[of].by_part[static_cast<std::size_t>(part)];
            if (times != 0) index += ir::Index::variable(s) * (times * slot.coefficient);
        }
        const bool is_last = d + 1 == copy.shape.size();
        for (const EnclosingLoop& loop : chain) {
            if (loop.variable <= copy.place) continue;
            const bool is_cut = is_last && chain.back().variable == extra_slot;
            if (loop.variable == copy.copying[d])
                index += ir::Index::variable(loop.variable) * (copy.leap[d] * (is_cut ? chain.back().extent : 1));
            if (loop.variable == extra_slot && is_last) index += ir::Index::variable(extra_slot) * copy.leap[d];
        }
        indices[of] = std::move(index);
    }
    return indices;
}

/// Can a region's copy get to places outside of the tensor? One that is never inside is not covered.
bool region_leaves(Production& work, const CopyState& copy, const TemplateAccess& access) {
    bool leaves_tensor = false;
    for (std::size_t d = 0; d < access.dimensions.size(); ++d) {
        const TemplateDimension& dimension = access.dimensions[static_cast<std::size_t>(copy.order[d])];
        ir::Interval reach{copy.low[d], copy.low[d] + copy.leap[d] * (copy.shape[d] - 1)};
        for (std::size_t a = 0; a < work.sketch.axes.size(); ++a) {
            const std::int64_t times = dimension.by_part[static_cast<std::size_t>(work.shape.parts_of_axis[a].back())];
            if (times == 0) continue;
            const ir::Interval outside = outside_of(work, static_cast<int>(a), copy.place);
            reach = {reach.low + times * outside.low, reach.high + times * outside.high};
        }
        work.is_covered = work.is_covered && reach.high >= 0 && reach.low < dimension.extent;
        leaves_tensor = leaves_tensor || reach.low < 0 || reach.high >= dimension.extent;
    }
    return leaves_tensor;
}

}  // namespace

void add_region_read(Production& work, const CopyState& copy, const TemplateAccess& access) {
    constexpr std::int64_t copying = max_axes;  // codes of loops that run over the copy, above those of axes
    const bool padded = region_leaves(work, copy, access);
    if (!access.is_blocked) return add_straight_region(work, copy, access, padded);
    Movers movers;
    const auto mover = [&](std::size_t, const EnclosingLoop& loop) -> Mover {
        if (loop.variable == extra_slot) return {.chain = 0, .code = copying, .coefficient = 0};
        const auto first = static_cast<std::int64_t>(work.loops.size());
        if (loop.variable > copy.place)
            return {.chain = 0, .code = copying + 1 + loop.variable - first, .coefficient = 0};
        const Slot& slot = work.slots[static_cast<std::size_t>(loop.variable)];
        if (!access.is_moved_by[static_cast<std::size_t>(slot.axis)]) return {.chain = 0, .code = -1, .coefficient = 0};
        return {.chain = 0, .code = slot.axis, .coefficient = slot.coefficient};
    };
    fill_movers(work.scratch.chain, mover, movers);
    FixedVector<std::int64_t, 2 * max_slots + 1> what;
    what.push_back(-1);
    for (std::size_t d = 0; d < copy.shape.size(); ++d) {
        what.push_back(copy.low[d]);
        what.push_back(copy.leap[d]);
    }
    const Use use{.reads = true, .writes = false};
    fill_key(work, access.buffer, {what.begin(), what.size()}, padded, use, movers, work.scratch.key);
    add_by_indices(work, access.buffer, padded ? std::optional(access.pad) : std::nullopt, use, movers, {},
                   [&] { return region_indices(work, copy, access); });
}

}  // namespace saku::tuner
