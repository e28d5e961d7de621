#include "schedules/place.h"

#include <algorithm>
#include <utility>

#include "base/checked.h"
#include "ir/walk.h"

namespace saku::schedules {

LoopHead head_of(const ir::Loop& loop) { return {loop.variable, loop.extent, loop.kind}; }

ir::Interval values_of(const LoopHead& loop) { return {0, ir::largest(loop.extent) - 1}; }

bool Place::is_inside(ir::VarId variable) const {
    return std::any_of(loops.begin(), loops.end(), [&](const LoopHead& loop) { return loop.variable == variable; });
}

ir::Ranges Place::ranges() const {
    return [this](ir::VarId variable) -> std::optional<ir::Interval> {
        for (const LoopHead& loop : loops) {
            if (loop.variable == variable) return values_of(loop);
        }
        return std::nullopt;
    };
}

Place inside(Place place, const ir::Loop& loop) {
    place.loops.push_back(head_of(loop));
    return place;
}

Place where_holds(Place place, const std::vector<ir::Index>& conditions) {
    place.facts.insert(place.facts.end(), conditions.begin(), conditions.end());
    return place;
}

Place where_fails(Place place, const std::vector<ir::Index>& conditions) {
    if (conditions.size() == 1) {
        place.facts.push_back(conditions.front() * -1 - 1);
    } else {
        place.facts_are_all = false;
    }
    return place;
}

ir::Facts facts_at(const Place& place) {
    ir::Facts facts;
    for (const LoopHead& loop : place.loops) facts.enter(loop.variable, values_of(loop));
    for (const ir::Index& fact : place.facts) facts.assume(fact);
    return facts;
}

bool always(const ir::Index& condition, const Place& place) {
    const std::optional<ir::Interval> reach = ir::range(condition, place.ranges());
    if (reach && reach->low >= 0) return true;
    return facts_at(place).always(condition);
}

namespace {

/// Walks with one place that grows and shrinks: places are copied only where a caller keeps them.
void walk_growing(const ir::Block& block, Place& place,
                  const std::function<void(const ir::Node&, const Place&)>& visit) {
    for (const ir::Node& node : block) {
        visit(node, place);
        if (const ir::Loop* loop = std::get_if<ir::Loop>(&node.node)) {
            place.loops.push_back(head_of(*loop));
            walk_growing(loop->body, place, visit);
            place.loops.pop_back();
        } else if (const ir::Guard* guard = std::get_if<ir::Guard>(&node.node)) {
            const std::size_t facts = place.facts.size();
            place.facts.insert(place.facts.end(), guard->conditions.begin(), guard->conditions.end());
            walk_growing(guard->then, place, visit);
            place.facts.resize(facts);
            if (guard->otherwise.empty()) continue;
            Place fails = where_fails(place, guard->conditions);
            walk_growing(guard->otherwise, fails, visit);
        } else if (const ir::Intrinsic* intrinsic = std::get_if<ir::Intrinsic>(&node.node)) {
            walk_growing(intrinsic->semantics, place, visit);
        }
    }
}

}  // namespace

void walk_places(const ir::Block& block, const Place& place,
                 const std::function<void(const ir::Node&, const Place&)>& visit) {
    Place growing = place;
    walk_growing(block, growing, visit);
}

Fitted<ir::Block> change_loops(const ir::Block& block, ir::VarId variable, const LoopChange& change,
                               const Place& place) {
    ir::Block result;
    result.reserve(block.size());
    for (const ir::Node& node : block) {
        if (const ir::Loop* loop = std::get_if<ir::Loop>(&node.node)) {
            if (loop->variable == variable) {
                SAKU_TRY(changed, change(*loop, place));
                std::move(changed.begin(), changed.end(), std::back_inserter(result));
                continue;
            }
            SAKU_TRY(body, change_loops(loop->body, variable, change, inside(place, *loop)));
            result.push_back({ir::Loop{loop->variable, loop->extent, loop->kind, std::move(body)}});
        } else if (const ir::Guard* guard = std::get_if<ir::Guard>(&node.node)) {
            SAKU_TRY(then, change_loops(guard->then, variable, change, where_holds(place, guard->conditions)));
            SAKU_TRY(otherwise,
                     change_loops(guard->otherwise, variable, change, where_fails(place, guard->conditions)));
            result.push_back({ir::Guard{guard->conditions, std::move(then), std::move(otherwise)}});
        } else {
            result.push_back(node);
        }
    }
    return result;
}

bool has_loop(const ir::Block& block, ir::VarId variable) { return ir::find_loop(block, variable) != nullptr; }

ir::Block guarded(std::vector<ir::Index> conditions, ir::Block body) {
    if (conditions.empty()) return body;
    ir::Block block;
    block.push_back({ir::Guard{std::move(conditions), std::move(body), {}}});
    return block;
}

ir::Block nested(const std::vector<LoopHead>& loops, const std::vector<ir::Index>& conditions, ir::Block body) {
    std::vector<ir::Index> waiting = conditions;
    ir::Block block = std::move(body);
    for (auto loop = loops.rbegin(); loop != loops.rend(); ++loop) {
        const auto stays = std::stable_partition(waiting.begin(), waiting.end(), [&](const ir::Index& condition) {
            return !condition.uses(loop->variable);
        });
        block = guarded({stays, waiting.end()}, std::move(block));
        waiting.erase(stays, waiting.end());
        ir::Block around;
        around.push_back({ir::Loop{loop->variable, loop->extent, loop->kind, std::move(block)}});
        block = std::move(around);
    }
    return guarded(std::move(waiting), std::move(block));
}

namespace {

/// Calls `visit` for every index of the block.
void for_each_index(const ir::Block& block, const std::function<void(const ir::Index&)>& visit) {
    ir::walk(block, [&](const ir::Node& node) {
        if (const ir::Guard* guard = std::get_if<ir::Guard>(&node.node)) {
            std::for_each(guard->conditions.begin(), guard->conditions.end(), visit);
        } else if (const ir::Store* store = std::get_if<ir::Store>(&node.node); store != nullptr && store->first) {
            std::for_each(store->first->begin(), store->first->end(), visit);
        }
    });
    ir::for_each_access(block, [&](const ir::Access& access, bool) {
        std::for_each(access.indices.begin(), access.indices.end(), visit);
    });
}

/// An upper bound of |index|; nothing when it is 2^52 or more.
std::optional<std::int64_t> magnitude(const ir::Index& index, const ir::Ranges& ranges) {
    constexpr std::int64_t limit = std::int64_t{1} << 52;
    std::int64_t total = index.constant() < 0 ? -index.constant() : index.constant();
    for (const ir::Term& term : index.terms()) {
        std::optional<std::int64_t> atom;
        if (term.atom.kind == ir::Atom::Kind::variable) {
            const std::optional<ir::Interval> values = ranges(term.atom.variable);
            atom = values ? values->high : 0;
        } else {
            atom = magnitude(*term.atom.inner, ranges);
        }
        if (!atom) return std::nullopt;
        const std::optional<std::int64_t> part =
            checked_mul(term.coefficient < 0 ? -term.coefficient : term.coefficient, *atom);
        const std::optional<std::int64_t> sum = part ? checked_add(total, *part) : std::nullopt;
        if (!sum || *sum >= limit) return std::nullopt;
        total = *sum;
    }
    return total;
}

}  // namespace

ir::Block with_simple_indices(const ir::Block& block) {
    bool all_affine = true;
    for_each_index(block, [&](const ir::Index& index) { all_affine = all_affine && index.is_affine(); });
    if (all_affine) return block;
    const ir::Ranges ranges = ir::ranges_of(block);
    return ir::map_indices(
        block, [&](const ir::Index& index) { return index.is_affine() ? index : ir::simplify(index, ranges); });
}

namespace {

bool scales(const ir::Index& index, ir::VarId variable, std::int64_t factor) {
    constexpr std::int64_t limit = std::int64_t{1} << 52;
    return std::all_of(index.terms().begin(), index.terms().end(), [&](const ir::Term& term) {
        if (term.atom.kind != ir::Atom::Kind::variable) return scales(*term.atom.inner, variable, factor);
        if (term.atom.variable != variable) return true;
        const std::optional<std::int64_t> product = checked_mul(term.coefficient, factor);
        return product && *product<limit&& * product> - limit;
    });
}

}  // namespace

bool coefficients_stay_small(const ir::Block& block, ir::VarId variable, std::int64_t factor) {
    bool small = true;
    for_each_index(block, [&](const ir::Index& index) { small = small && scales(index, variable, factor); });
    return small;
}

bool indices_stay_small(const ir::Block& block) {
    const ir::Ranges ranges = ir::ranges_of(block);
    bool small = true;
    for_each_index(block, [&](const ir::Index& index) { small = small && magnitude(index, ranges).has_value(); });
    return small;
}

}  // namespace saku::schedules
