#include "tuner/table_guards.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <utility>

#include "base/checked.h"
#include "ir/facts.h"

namespace saku::tuner {

namespace {

using features::EnclosingLoop;

/// What guards say about the values of an axis; other guards, and blocks that end where the axis does, say nothing.
struct Known {
    bool ends_in_blocks;  ///< the last block is shorter
    bool is_whole;        ///< the tile is not the last one
    bool is_last;         ///< ... is the last one
    bool ends_in_tile;    ///< the last tile is shorter
    bool ends_in_mask;
};

Known known_of(const AxisState& state, Guarding guarded) {
    const bool is_last = state.branch == Branch::last || state.cut.tile_count == 1;
    return {.ends_in_blocks = state.has_ragged_blocks,
            .is_whole = state.branch == Branch::whole,
            .is_last = state.branch == Branch::last,
            .ends_in_tile = guarded != Guarding::copy && state.is_ragged && !state.is_masked && is_last,
            .ends_in_mask = guarded == Guarding::stored && state.is_masked};
}

/// What the parts are made from, as a key.
void fill_key(const Production& work, int axis, Guarding guarded, Key& key) {
    const AxisState& state = work.axes[static_cast<std::size_t>(axis)];
    key.clear();
    key.insert(key.end(), {work.shape.sketch, axis, guard_code(state, guarded), state.cut.tile});
    for (const EnclosingLoop& loop : work.scratch.chain) {
        const Slot& slot = work.slots[static_cast<std::size_t>(loop.variable)];
        if (slot.axis == axis) key.insert(key.end(), {slot.coefficient, loop.extent});
    }
}

/// As often as nests are tidied, or until nothing changes.
ir::Index simplified_often(const ir::Facts& facts, ir::Index index) {
    for (int round = 0; round < 4; ++round) {
        ir::Index simpler = facts.simplified(index);
        if (simpler == index) break;
        index = std::move(simpler);
    }
    return index;
}

/// The parts of `value` from guards and ranges. Variables are the loops of the axis from the outermost on.
FusedParts parts_from(const Production& work, int axis, Guarding guarded) {
    const AxisState& state = work.axes[static_cast<std::size_t>(axis)];
    ir::Index value;
    ir::Index position;  // of the tile
    ir::Facts facts;
    std::map<ir::VarId, ir::Interval> reach;
    for (const EnclosingLoop& loop : work.scratch.chain) {
        const Slot& slot = work.slots[static_cast<std::size_t>(loop.variable)];
        if (slot.axis != axis) continue;
        const auto variable = static_cast<ir::VarId>(reach.size());
        const ir::Index step = ir::Index::variable(variable) * slot.coefficient;
        value += step;
        if (slot.coefficient % state.cut.tile == 0) position += step;
        facts.enter(variable, {0, loop.extent - 1});
        reach[variable] = {0, loop.extent - 1};
    }
    const std::int64_t whole_tiles = (state.cut.tile_count - 1) * state.cut.tile;
    const Known known = known_of(state, guarded);
    if (known.ends_in_blocks) facts.assume(ir::Index(whole_tiles) - position);
    if (known.is_whole) facts.assume(ir::Index(state.cut.extent - state.cut.tile) - position);
    if (known.is_last) facts.assume(position - ir::Index(state.cut.extent - state.cut.tile + 1));
    if (known.ends_in_tile) facts.assume(ir::Index(state.cut.extent - whole_tiles - 1) - (value - position));
    if (known.ends_in_mask) facts.assume(ir::Index(state.cut.extent - 1) - value);

    const ir::Ranges ranges = [&](ir::VarId id) { return std::optional(reach.at(id)); };
    const std::vector<int>& parts = work.shape.parts_of_axis[static_cast<std::size_t>(axis)];
    FusedParts made{.parts = std::vector<ir::Index>(parts.size()), .is_affine = {}};
    for (std::size_t p = parts.size(); p-- > 0;) {
        const std::int64_t extent = work.shape.parts[static_cast<std::size_t>(parts[p])].extent;
        made.parts[p] = p == 0 ? value : ir::remainder(value, extent);
        if (p > 0) value = ir::quotient(value, extent);
        made.parts[p] = simplified_often(facts, made.parts[p]);
    }
    for (const ir::Index& part : made.parts) made.is_affine.push_back(ir::simplify(part, ranges).is_affine());
    return made;
}
}  // namespace

std::int64_t guard_code(const AxisState& state, Guarding guarded) {
    const Known known = known_of(state, guarded);
    return (known.ends_in_blocks ? 1 : 0) + (known.is_whole ? 2 : 0) + (known.is_last ? 4 : 0) +
           (known.ends_in_tile ? 8 : 0) + (known.ends_in_mask ? 16 : 0);
}

const FusedParts& fused_parts(Production& work, int axis, Guarding guarded) {
    KnownParts& known = work.known_parts[static_cast<std::size_t>(axis)][static_cast<std::size_t>(guarded)];
    const std::size_t row = work.table.rows.size();
    const std::size_t chain = work.scratch.chain.size();
    if (known.parts != nullptr && known.row == row && known.chain == chain) return *known.parts;
    fill_key(work, axis, guarded, work.scratch.key);
    const auto [place, is_new] = work.scratch.fused.try_emplace(work.scratch.key);
    if (is_new) place->second = parts_from(work, axis, guarded);
    known = {.row = row, .chain = chain, .parts = &place->second};
    return place->second;
}

namespace {

/// Variable v becomes `names[v]`; names ascend, so that the index keeps its form.
ir::Index renamed(const ir::Index& index, std::span<const ir::VarId> names) {
    ir::Index made = index.constant();
    for (const ir::Term& term : index.terms()) {
        switch (term.atom.kind) {
            case ir::Atom::Kind::variable:
                made += ir::Index::variable(names[static_cast<std::size_t>(term.atom.variable)]) * term.coefficient;
                break;
            case ir::Atom::Kind::floor_div:
                made += ir::quotient(renamed(*term.atom.inner, names), term.atom.divisor) * term.coefficient;
                break;
            case ir::Atom::Kind::mod:
                made += ir::remainder(renamed(*term.atom.inner, names), term.atom.divisor) * term.coefficient;
                break;
        }
    }
    return made;
}

}  // namespace

std::vector<ir::Index> fused_parts_by_slots(Production& work, int axis, Guarding guarded) {
    FixedVector<ir::VarId, max_slots> names;
    for (const EnclosingLoop& loop : work.scratch.chain) {
        if (work.slots[static_cast<std::size_t>(loop.variable)].axis == axis) names.push_back(loop.variable);
    }
    std::vector<ir::Index> parts;
    for (const ir::Index& part : fused_parts(work, axis, guarded).parts)
        parts.push_back(renamed(part, {names.begin(), names.size()}));
    return parts;
}

bool is_fused(const Production& work, int axis) {
    return work.shape.parts_of_axis[static_cast<std::size_t>(axis)].size() > 1;
}

namespace {

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

}  // namespace

/// How the access can be written in straight lines over the chain.
Form form_of(Production& work, const TemplateAccess& access, Guarding guarded) {
    if (access.is_blocked) return Form::divided;
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

namespace {

/// The values an axis takes at this place.
ir::Interval values_of(const AxisState& state, Guarding guarded) {
    const std::int64_t all = state.cut.tile_count * state.cut.tile - 1;
    const bool ends = guarded == Guarding::stored || (guarded == Guarding::row && !state.is_masked);
    const std::int64_t last = ends ? state.cut.extent - 1 : all;
    if (state.branch == Branch::whole) return {0, all - state.cut.tile};
    return {state.branch == Branch::last ? all + 1 - state.cut.tile : 0, last};
}

/// The values of each part of an axis, innermost first, passed to `visit` with the part's number.
template <class Visit>
void visit_parts(const Production& work, std::size_t axis, Guarding guarded, const Visit& visit) {
    const ir::Interval values = values_of(work.axes[axis], guarded);
    const std::vector<int>& parts = work.shape.parts_of_axis[axis];
    std::int64_t inner = 1;
    for (std::size_t p = parts.size(); p-- > 0;) {
        const std::int64_t extent = work.shape.parts[static_cast<std::size_t>(parts[p])].extent;
        ir::Interval part{floor_div(values.low, inner), floor_div(values.high, inner)};
        if (p > 0) {
            const bool one_period = floor_div(part.low, extent) == floor_div(part.high, extent);
            part = one_period ? ir::Interval{floor_mod(part.low, extent), floor_mod(part.high, extent)}
                              : ir::Interval{0, extent - 1};
        }
        inner *= extent;
        visit(static_cast<std::size_t>(parts[p]), part);
    }
}

enum class Reached : std::uint8_t { inside, partly, outside };

/// Where the access lies, each axis taking all values that come to this place.
Reached reached_by(const Production& work, const TemplateAccess& access, Guarding guarded) {
    std::array<ir::Interval, max_parts> values{};  // of the parts that move the access
    for (std::size_t a = 0; a < work.sketch.axes.size(); ++a) {
        if (!access.is_moved_by[a]) continue;
        visit_parts(work, a, guarded, [&](std::size_t part, const ir::Interval& own) { values[part] = own; });
    }
    Reached reached = Reached::inside;
    for (const TemplateDimension& dimension : access.dimensions) {
        ir::Interval reach{dimension.constant, dimension.constant};
        for (std::size_t part = 0; part < work.shape.parts.size(); ++part) {
            const std::int64_t times = dimension.by_part[part];
            if (times == 0) continue;
            reach.low += std::min(times * values[part].low, times * values[part].high);
            reach.high += std::max(times * values[part].low, times * values[part].high);
        }
        if (reach.high < 0 || reach.low >= dimension.extent) return Reached::outside;
        if (reach.low < 0 || reach.high >= dimension.extent) reached = Reached::partly;
    }
    return reached;
}

}  // namespace

bool leaves(Production& work, const TemplateAccess& access, Guarding guarded) {
    const Reached reached = reached_by(work, access, guarded);
    work.is_covered = work.is_covered && reached != Reached::outside;
    return reached != Reached::inside;
}

/// Does a mask on some axis let the access read beyond the axis' end?
bool is_freed(const Production& work, const TemplateAccess& access) {
    for (std::size_t a = 0; a < work.sketch.axes.size(); ++a) {
        if (!work.axes[a].is_masked) continue;
        for (const int part : work.shape.parts_of_axis[a]) {
            for (const TemplateDimension& dimension : access.dimensions) {
                if (dimension.by_part[static_cast<std::size_t>(part)] != 0) return true;
            }
        }
    }
    return false;
}

}  // namespace saku::tuner
