#include "schedules/dependence.h"

#include <algorithm>
#include <set>
#include <utility>

#include "ir/equal_parts.h"
#include "ir/separation.h"
#include "ir/walk.h"
#include "schedules/names.h"
#include "schedules/privacy.h"

namespace saku::schedules {

namespace {

struct Touch {
    ir::Access access;
    const ir::Store* writer = nullptr;  ///< null for reads
};

std::vector<Touch> touches_of(const ir::Block& block) {
    std::vector<Touch> touches;
    ir::walk(block, [&](const ir::Node& node) {
        const ir::Store* store = std::get_if<ir::Store>(&node.node);
        if (store == nullptr) return;
        ir::for_each_load(store->value, [&](const ir::Access& access) { touches.push_back({access, nullptr}); });
        touches.push_back({store->destination, store});
    });
    return touches;
}

std::vector<ir::VarId> variables_of_loops(const ir::Block& block) {
    std::vector<ir::VarId> variables;
    ir::walk(block, [&](const ir::Node& node) {
        if (const ir::Loop* loop = std::get_if<ir::Loop>(&node.node)) variables.push_back(loop->variable);
    });
    return variables;
}

/// The variables that must all be zero in the iterations that start the reduction; empty when that cannot be said.
std::vector<ir::VarId> zero_at_first(const ir::Store& store) {
    std::vector<ir::VarId> variables;
    for (const ir::Index& index : *store.first) {
        const bool sum_of_variables = index.is_affine() && index.constant() == 0 &&
                                      std::all_of(index.terms().begin(), index.terms().end(),
                                                  [](const ir::Term& t) { return t.coefficient > 0; });
        if (!sum_of_variables) return {};
        const std::vector<ir::VarId> used = index.variables();
        variables.insert(variables.end(), used.begin(), used.end());
    }
    return variables;
}

bool holds_all(const ir::EqualParts& equal, const std::vector<ir::VarId>& variables) {
    return std::all_of(variables.begin(), variables.end(), [&](ir::VarId variable) { return equal.holds(variable); });
}

/// Two updates commute; what remains is that the first one of a reduction stays the first.
std::vector<ir::VarId> must_be_equal(const Touch& a, const Touch& b, const std::vector<ir::VarId>& moved) {
    const bool commute = a.writer != nullptr && b.writer != nullptr && a.writer->update == b.writer->update &&
                         a.writer->update != ir::Update::assign;
    if (!commute) return moved;
    if (!a.writer->first && !b.writer->first) return {};
    if (a.writer != b.writer) return moved;
    const std::vector<ir::VarId> reduced = zero_at_first(*a.writer);
    std::vector<ir::VarId> rest;
    for (ir::VarId variable : moved) {
        if (std::find(reduced.begin(), reduced.end(), variable) == reduced.end()) rest.push_back(variable);
    }
    return rest;
}

}  // namespace

bool touches_distinct_elements(const ir::Access& access, const std::vector<ir::VarId>& variables,
                               const std::vector<LoopHead>& running) {
    const Place place{.loops = running, .facts = {}};
    std::vector<ir::VarId> free;
    for (const LoopHead& loop : running) free.push_back(loop.variable);
    ir::EqualParts equal(place.ranges(), free);
    equal.learn(access.indices, access.indices);
    return holds_all(equal, variables);
}

namespace {

/// The same touches with what is known where they stand, of one buffer.
struct KnownTouch {
    Touch touch;
    ir::Facts facts;
};

std::vector<KnownTouch> known_touches(const ir::Block& block, const ir::Facts& outer, ir::BufferId buffer) {
    std::vector<KnownTouch> touches;
    ir::walk_with_facts(block, outer, [&](const ir::Node& node, const ir::Facts& here) {
        const ir::Store* store = std::get_if<ir::Store>(&node.node);
        if (store == nullptr || here.is_impossible()) return;
        const auto add = [&](const ir::Access& access, const ir::Store* writer) {
            if (access.buffer == buffer) touches.push_back({{access, writer}, here});
        };
        ir::for_each_load(store->value, [&](const ir::Access& access) { add(access, nullptr); });
        add(store->destination, store);
    });
    return touches;
}

/// The slower way: with what guards tell about each place.
bool never_meet(const ir::Loop& loop, const Place& place, ir::BufferId buffer) {
    ir::Facts facts = facts_at(place);
    facts.enter(loop);
    std::vector<ir::Touch> touches;
    for (KnownTouch& known : known_touches(loop.body, facts, buffer)) {
        touches.push_back({known.touch.access, known.touch.writer != nullptr, std::move(known.facts)});
    }
    const std::vector<ir::VarId> inner = variables_of_loops(loop.body);
    const std::set<ir::VarId> variables(inner.begin(), inner.end());
    return std::all_of(touches.begin(), touches.end(), [&](const ir::Touch& a) {
        return !a.is_write || std::all_of(touches.begin(), touches.end(), [&](const ir::Touch& b) {
            return ir::name_different_elements(loop.variable, variables, a, b);
        });
    });
}

NotApplicable shared_scratch(const ir::LoopNest& nest, const ir::Loop& loop, ir::BufferId buffer) {
    return {"scratch shared by iterations", buffer_of(nest, buffer).name +
                                                " would be each iteration's own, but is used outside of " +
                                                name_of(nest, loop.variable) + " or before it is written"};
}

NotApplicable dependent(const ir::LoopNest& nest, const ir::Loop& loop, ir::BufferId buffer) {
    return {"iterations depend on each other", "those of " + name_of(nest, loop.variable) +
                                                   " may touch the same elements of " + buffer_of(nest, buffer).name};
}

}  // namespace

Fitted<Done> iterations_are_independent(const ir::LoopNest& nest, const ir::Loop& loop, const Place& place,
                                        Sharing sharing) {
    const ir::Ranges ranges = ir::ranges_of(nest.body);
    const std::vector<Touch> touches = touches_of(loop.body);
    std::vector<ir::VarId> running = variables_of_loops(loop.body);
    running.push_back(loop.variable);
    std::set<ir::BufferId> apart;  // shown to be, all their accesses at once
    for (const Touch& a : touches) {
        const ir::BufferId buffer = a.access.buffer;
        const ir::Scope scope = buffer_of(nest, buffer).scope;
        // Registers do not live across the border of a loop that runs elsewhere.
        if (sharing == Sharing::private_scratch && scope == ir::Scope::registers &&
            !is_used_only_inside(nest, loop.variable, buffer)) {
            return shared_scratch(nest, loop, buffer);
        }
        if (a.writer == nullptr || apart.contains(buffer)) continue;
        if (sharing == Sharing::private_scratch && (scope == ir::Scope::workspace || scope == ir::Scope::registers)) {
            if (is_private(nest, loop.variable, loop.body, buffer)) continue;
            return shared_scratch(nest, loop, buffer);
        }
        for (const Touch& b : touches) {
            if (buffer != b.access.buffer) continue;
            ir::EqualParts equal(ranges, running);
            equal.learn(a.access.indices, b.access.indices);
            if (equal.holds(loop.variable)) continue;
            // A destination that stands still is a conflict for sure.
            const bool moves = std::any_of(a.access.indices.begin(), a.access.indices.end(),
                                           [&](const ir::Index& index) { return index.uses(loop.variable); });
            if (!moves || !never_meet(loop, place, buffer)) return dependent(nest, loop, buffer);
            apart.insert(buffer);
            break;
        }
    }
    return Done{};
}

namespace {

/// Do touches of the buffer meet only in iterations whose order does not matter? The slower way: with what guards tell.
bool order_does_not_matter(const std::vector<LoopHead>& moved, const ir::Block& body, const ir::Ranges& ranges,
                           const std::vector<ir::VarId>& running, ir::BufferId buffer) {
    ir::Facts facts(ranges);
    std::vector<ir::VarId> variables;
    for (const LoopHead& head : moved) {
        variables.push_back(head.variable);
        facts.enter(head.variable, values_of(head));
    }
    const std::vector<KnownTouch> touches = known_touches(body, facts, buffer);
    return std::all_of(touches.begin(), touches.end(), [&](const KnownTouch& a) {
        return a.touch.writer == nullptr || std::all_of(touches.begin(), touches.end(), [&](const KnownTouch& b) {
                   ir::EqualParts equal(ranges, running);
                   equal.use(a.facts, b.facts);
                   equal.learn(a.touch.access.indices, b.touch.access.indices);
                   return holds_all(equal, must_be_equal(a.touch, b.touch, variables));
               });
    });
}

}  // namespace

Fitted<Done> loops_may_change_places(const ir::LoopNest& nest, const std::vector<LoopHead>& moved,
                                     const ir::Block& body) {
    if (moved.size() < 2) return Done{};
    const ir::Ranges ranges = ir::ranges_of(nest.body);
    const std::vector<Touch> touches = touches_of(body);
    std::vector<ir::VarId> running = variables_of_loops(body);
    std::vector<ir::VarId> variables;
    for (const LoopHead& head : moved) variables.push_back(head.variable);
    running.insert(running.end(), variables.begin(), variables.end());
    for (const Touch& a : touches) {
        if (a.writer == nullptr) continue;
        for (const Touch& b : touches) {
            if (a.access.buffer != b.access.buffer) continue;
            ir::EqualParts equal(ranges, running);
            equal.learn(a.access.indices, b.access.indices);
            if (holds_all(equal, must_be_equal(a, b, variables))) continue;
            if (is_private(nest, variables.front(), body, a.access.buffer)) break;
            if (order_does_not_matter(moved, body, ranges, running, a.access.buffer)) break;
            return NotApplicable{"a dependence would be broken",
                                 "iterations touch the same elements of " + buffer_of(nest, a.access.buffer).name};
        }
    }
    return Done{};
}

}  // namespace saku::schedules
