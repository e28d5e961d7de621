#include "schedules/tail_guards.h"

#include <algorithm>
#include <numeric>

#include "base/checked.h"
#include "ir/walk.h"

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

ir::Block with_known_terms(const ir::Block& block, const Place& place, const ir::Index& terms, std::int64_t value) {
    return ir::rewrite(block, [&](const ir::Node& node) -> std::optional<ir::Block> {
        const ir::Guard* guard = std::get_if<ir::Guard>(&node.node);
        if (guard == nullptr) return std::nullopt;
        ir::Guard changed{guard->conditions, with_known_terms(guard->then, place, terms, value),
                          with_known_terms(guard->otherwise, place, terms, value)};
        for (ir::Index& condition : changed.conditions) {
            const std::optional<ir::Index> bound = bound_terms(condition, place);
            if (bound && *bound == terms) condition += ir::Index(value) - terms;
        }
        return ir::Block{ir::Node{std::move(changed)}};
    });
}

std::optional<std::int64_t> only_value(const ir::Index& terms, const Place& place) {
    const ir::Facts facts = facts_at(place);
    const std::optional<std::int64_t> low = facts.lower(terms);
    const std::optional<std::int64_t> high = facts.upper(terms);
    std::int64_t step = 0;
    for (const ir::Term& term : terms.terms()) step = std::gcd(step, term.coefficient);
    if (!low || !high || step == 0) return std::nullopt;
    const std::int64_t first = ceil_div(*low, step) * step;
    if (first > *high || first + step <= *high) return std::nullopt;
    return first;
}

}  // namespace saku::schedules
