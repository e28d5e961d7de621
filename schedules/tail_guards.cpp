#include "schedules/tail_guards.h"

#include <algorithm>
#include <numeric>

#include "base/checked.h"

namespace saku::schedules {

namespace {

/// Calls `visit` for each condition of the guards in the node.
void for_each_condition(const ir::Node& node, const Place& place,
                        const std::function<void(const ir::Index&, const Place&)>& visit) {
    walk_places(ir::Block{node}, place, [&](const ir::Node& inner, const Place& here) {
        const ir::Guard* guard = std::get_if<ir::Guard>(&inner.node);
        if (guard == nullptr) return;
        for (const ir::Index& condition : guard->conditions) visit(condition, here);
    });
}

/// The place just outside the loop.
Place outside_of(const Place& place, ir::VarId variable) {
    Place result = place;
    const auto loop = std::find_if(result.loops.begin(), result.loops.end(),
                                   [&](const LoopHead& head) { return head.variable == variable; });
    result.loops.erase(loop, result.loops.end());
    return result;
}

}  // namespace

std::optional<ir::Index> bound_terms(const ir::Index& index, const Place& place) {
    ir::Index bound;
    for (const ir::Term& term : index.terms()) {
        const ir::Index atom = ir::Index::of(term.atom);
        const std::vector<ir::VarId> variables = atom.variables();
        const auto inside = std::count_if(variables.begin(), variables.end(),
                                          [&](ir::VarId variable) { return place.is_inside(variable); });
        if (inside == 0) continue;
        if (inside != static_cast<std::ptrdiff_t>(variables.size())) return std::nullopt;
        bound += atom * term.coefficient;
    }
    return bound;
}

std::optional<RaggedTile> first_ragged(const ir::Node& node, const Place& place, ir::VarId tile,
                                       const std::vector<ir::Index>& done) {
    std::optional<RaggedTile> found;
    for_each_condition(node, place, [&](const ir::Index& condition, const Place& here) {
        if (found || !condition.uses(tile) || !here.is_inside(tile) || place.is_inside(tile)) return;
        const std::optional<ir::Index> outside = bound_terms(condition, place);
        const std::optional<ir::Index> around_tile = bound_terms(condition, outside_of(here, tile));
        // Nothing outside: the tile is ragged always. Something between here and the tile: the choice belongs there.
        if (!outside || !around_tile || outside->is_constant() || !(*outside == *around_tile)) return;
        const std::optional<ir::Interval> inside = ir::range(condition - *outside, here.ranges());
        if (!inside) return;
        const ir::Index whole = *outside + inside->low;
        if (std::find(done.begin(), done.end(), whole) != done.end()) return;
        found = RaggedTile{*outside, whole};
    });
    return found;
}

bool concerns(const ir::Node& node, const Place& place, const ir::Index& outside) {
    bool found = false;
    for_each_condition(node, place, [&](const ir::Index& condition, const Place&) {
        const std::optional<ir::Index> terms = bound_terms(condition, place);
        found = found || (terms && *terms == outside);
    });
    return found;
}

namespace {

/// The block with each guard's conditions passed through `change`; nothing drops a condition.
using ConditionChange = std::function<std::optional<ir::Index>(const ir::Index&, const Place&)>;
ir::Block map_conditions(const ir::Block& block, const Place& place, const ConditionChange& change) {
    ir::Block result;
    for (const ir::Node& node : block) {
        if (const ir::Loop* loop = std::get_if<ir::Loop>(&node.node)) {
            result.push_back({ir::Loop{loop->variable, loop->extent, loop->kind,
                                       map_conditions(loop->body, inside(place, *loop), change)}});
        } else if (const ir::Guard* guard = std::get_if<ir::Guard>(&node.node)) {
            ir::Guard changed;
            for (const ir::Index& condition : guard->conditions) {
                if (std::optional<ir::Index> kept = change(condition, place)) changed.conditions.push_back(*kept);
            }
            changed.then = map_conditions(guard->then, place, change);
            if (changed.conditions.empty()) {
                std::move(changed.then.begin(), changed.then.end(), std::back_inserter(result));
                continue;
            }
            changed.otherwise = map_conditions(guard->otherwise, place, change);
            result.push_back({std::move(changed)});
        } else {
            result.push_back(node);
        }
    }
    return result;
}

}  // namespace

ir::Block where_at_least(const ir::Block& block, const Place& place, const ir::Index& terms, std::int64_t least) {
    return map_conditions(block, place, [&](const ir::Index& condition, const Place& here) -> std::optional<ir::Index> {
        const std::optional<ir::Index> bound = bound_terms(condition, place);
        if (!bound || !(*bound == terms)) return condition;
        const std::optional<ir::Interval> rest = ir::range(condition - terms, here.ranges());
        if (rest && rest->low >= -least) return std::nullopt;
        return condition;
    });
}

ir::Block where_equal(const ir::Block& block, const Place& place, const ir::Index& terms, std::int64_t value) {
    return map_conditions(block, place, [&](const ir::Index& condition, const Place&) -> std::optional<ir::Index> {
        const std::optional<ir::Index> bound = bound_terms(condition, place);
        return bound && *bound == terms ? condition + (ir::Index(value) - terms) : condition;
    });
}

namespace {

/// The largest value of the loop's variable up to `last` for which anything in the block may run; -1 when none.
std::int64_t last_useful(const ir::Block& block, ir::VarId variable, std::int64_t last, const Place& place) {
    std::int64_t useful = -1;
    for (const ir::Node& node : block) {
        std::int64_t here = last;
        if (const ir::Loop* loop = std::get_if<ir::Loop>(&node.node)) {
            here = last_useful(loop->body, variable, last, inside(place, *loop));
        } else if (const ir::Guard* guard = std::get_if<ir::Guard>(&node.node); guard && guard->otherwise.empty()) {
            for (const ir::Index& condition : guard->conditions) {
                const std::int64_t slope = condition.coefficient(variable);
                const std::optional<ir::Interval> rest =
                    ir::range(condition - ir::Index::variable(variable) * slope, place.ranges());
                if (slope < 0 && rest) here = std::min(here, floor_div(rest->high, -slope));
            }
            if (here >= 0) here = std::max<std::int64_t>(-1, last_useful(guard->then, variable, here, place));
        }
        useful = std::max(useful, here);
    }
    return useful;
}

}  // namespace

ir::Block settled(const ir::Block& block, const Place& place) {
    ir::Block result;
    for (const ir::Node& node : block) {
        if (const ir::Loop* loop = std::get_if<ir::Loop>(&node.node)) {
            ir::Loop changed{loop->variable, loop->extent, loop->kind, {}};
            if (loop->extent.kind == ir::Extent::Kind::constant && loop->kind != ir::LoopKind::vector) {
                changed.extent.value =
                    1 + last_useful(loop->body, loop->variable, loop->extent.value - 1, inside(place, *loop));
                if (changed.extent.value <= 0) continue;
            }
            changed.body = settled(loop->body, inside(place, changed));
            if (!changed.body.empty()) result.push_back({std::move(changed)});
        } else if (const ir::Guard* guard = std::get_if<ir::Guard>(&node.node)) {
            ir::Guard changed;
            for (const ir::Index& condition : guard->conditions) {
                const std::optional<ir::Interval> reach = ir::range(condition, place.ranges());
                if (!reach || reach->low < 0) changed.conditions.push_back(condition);
            }
            changed.then = settled(guard->then, place);
            if (changed.conditions.empty()) {
                std::move(changed.then.begin(), changed.then.end(), std::back_inserter(result));
                continue;
            }
            changed.otherwise = settled(guard->otherwise, place);
            result.push_back({std::move(changed)});
        } else {
            result.push_back(node);
        }
    }
    return result;
}

namespace {

/// The one multiple of the terms' common factor in the interval.
std::optional<std::int64_t> only_multiple(const ir::Index& terms, std::int64_t low, std::int64_t high) {
    std::int64_t step = 0;
    for (const ir::Term& term : terms.terms()) step = std::gcd(step, term.coefficient);
    if (step == 0) return std::nullopt;
    const std::int64_t first = ceil_div(low, step) * step;
    if (first > high || first + step <= high) return std::nullopt;
    return first;
}

/// A lower bound of the terms by a fact about a fraction of them: 17 - 4*j_oo - j_m >= 0 bounds -192*j_oo - 48*j_m.
std::optional<std::int64_t> bound_by(const ir::Index& fact, const ir::Index& terms) {
    if (fact.is_constant() || terms.is_constant() || fact.terms().size() != terms.terms().size()) return std::nullopt;
    const std::int64_t factor = terms.terms().front().coefficient / fact.terms().front().coefficient;
    if (factor <= 0 || !(fact * factor - fact.constant() * factor == terms)) return std::nullopt;
    return -fact.constant() * factor;
}

}  // namespace

std::optional<std::int64_t> only_value(const ir::Index& terms, const Place& place, std::int64_t high) {
    const std::optional<ir::Interval> reach = ir::range(terms, place.ranges());
    if (!reach) return std::nullopt;
    std::int64_t low = reach->low;
    for (const ir::Index& fact : place.facts) low = std::max(low, bound_by(fact, terms).value_or(low));
    if (const std::optional<std::int64_t> value = only_multiple(terms, low, std::min(high, reach->high))) return value;
    const std::optional<std::int64_t> better = facts_at(place).lower(terms);
    return better ? only_multiple(terms, *better, std::min(high, reach->high)) : std::nullopt;
}

}  // namespace saku::schedules
