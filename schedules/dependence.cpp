#include "schedules/dependence.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

#include "base/checked.h"
#include "ir/walk.h"
#include "schedules/names.h"
#include "schedules/privacy.h"

namespace saku::schedules {

namespace {

ir::Index index_of(const ir::Atom& atom) {
    switch (atom.kind) {
        case ir::Atom::Kind::variable:
            return ir::Index::variable(atom.variable);
        case ir::Atom::Kind::floor_div:
            return ir::quotient(*atom.inner, atom.divisor);
        case ir::Atom::Kind::mod:
            return ir::remainder(*atom.inner, atom.divisor);
    }
    return {};
}

std::optional<ir::Interval> scaled(const std::optional<ir::Interval>& interval, std::int64_t factor) {
    if (!interval) return std::nullopt;
    const std::optional<std::int64_t> a = checked_mul(interval->low, factor);
    const std::optional<std::int64_t> b = checked_mul(interval->high, factor);
    if (!a || !b) return std::nullopt;
    return ir::Interval{std::min(*a, *b), std::max(*a, *b)};
}

std::optional<ir::Interval> sum(const std::optional<ir::Interval>& a, const std::optional<ir::Interval>& b) {
    if (!a || !b) return std::nullopt;
    const std::optional<std::int64_t> low = checked_add(a->low, b->low);
    const std::optional<std::int64_t> high = checked_add(a->high, b->high);
    if (!low || !high) return std::nullopt;
    return ir::Interval{*low, *high};
}

/// What must be equal in two iterations that touch the same element.
class EqualParts {
public:
    /// Only variables in `running` can differ between the two iterations at all.
    EqualParts(const ir::Ranges& ranges, const std::vector<ir::VarId>& running) : ranges_(ranges), running_(running) {}

    [[nodiscard]] bool holds(ir::VarId variable) const { return holds_atom(ir::Index::variable(variable)); }

    /// Takes in that the subscripts `a` of one iteration and `b` of the other are equal, one by one.
    void learn(const std::vector<ir::Index>& a, const std::vector<ir::Index>& b) {
        for (bool grown = true; grown;) {
            grown = false;
            for (std::size_t d = 0; d < a.size() && d < b.size(); ++d) grown = learn(a[d], b[d]) || grown;
            grown = join() || grown;
        }
    }

private:
    /// A summand of the difference: `coefficient * (atom here - atom there)`, or anything else, of which only the reach
    /// counts (atom empty).
    struct Summand {
        ir::Index atom;
        std::int64_t coefficient = 0;
        std::optional<ir::Interval> reach;
    };

    [[nodiscard]] bool holds_atom(const ir::Index& single) const {
        if (std::find(equal_.begin(), equal_.end(), single) != equal_.end()) return true;
        const ir::Atom& atom = single.terms().front().atom;
        if (atom.kind != ir::Atom::Kind::variable) return holds_index(*atom.inner);
        if (std::find(running_.begin(), running_.end(), atom.variable) == running_.end()) return true;
        const std::optional<ir::Interval> values = ranges_(atom.variable);
        return values && values->is_point();
    }

    [[nodiscard]] bool holds_index(const ir::Index& index) const {
        return std::all_of(index.terms().begin(), index.terms().end(),
                           [&](const ir::Term& term) { return holds_atom(index_of(term.atom)); });
    }

    [[nodiscard]] std::int64_t coefficient_in(const ir::Index& index, const ir::Index& single) const {
        for (const ir::Term& term : index.terms()) {
            if (index_of(term.atom) == single) return term.coefficient;
        }
        return 0;
    }

    [[nodiscard]] Summand summand(const ir::Index& single, std::int64_t here, std::int64_t there) const {
        const std::optional<ir::Interval> values = ir::range(single, ranges_);
        if (holds_atom(single)) return {{}, 0, here == there ? ir::Interval{0, 0} : scaled(values, here - there)};
        const std::optional<ir::Interval> reach = sum(scaled(values, here), scaled(values, -there));
        return here == there ? Summand{single, here, reach} : Summand{{}, 0, reach};
    }

    bool learn(const ir::Index& a, const ir::Index& b) {
        std::vector<Summand> summands;
        for (const ir::Term& term : a.terms()) {
            const ir::Index single = index_of(term.atom);
            summands.push_back(summand(single, term.coefficient, coefficient_in(b, single)));
        }
        for (const ir::Term& term : b.terms()) {
            const ir::Index single = index_of(term.atom);
            if (coefficient_in(a, single) == 0) summands.push_back(summand(single, 0, term.coefficient));
        }
        bool grown = false;
        for (const Summand& one : summands) {
            if (one.coefficient == 0 || holds_atom(one.atom)) continue;
            std::optional<ir::Interval> rest = ir::Interval{a.constant() - b.constant(), a.constant() - b.constant()};
            for (const Summand& other : summands) {
                if (&other != &one) rest = sum(rest, other.reach);
            }
            const std::int64_t step = std::llabs(one.coefficient);
            if (rest && rest->low > -step && rest->high < step) {
                equal_.push_back(one.atom);
                grown = true;
            }
        }
        return grown;
    }

    /// floor(x/d) and x mod d, both equal, make x equal.
    bool join() {
        const std::vector<ir::Index> known = equal_;
        bool grown = false;
        for (const ir::Index& single : known) {
            const ir::Atom& atom = single.terms().front().atom;
            if (atom.kind != ir::Atom::Kind::mod || holds_index(*atom.inner)) continue;
            if (holds_index(ir::quotient(*atom.inner, atom.divisor))) grown = learn(*atom.inner, *atom.inner) || grown;
        }
        return grown;
    }

    const ir::Ranges& ranges_;
    const std::vector<ir::VarId>& running_;
    std::vector<ir::Index> equal_;  // each one atom with coefficient 1
};

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
        const bool sum_of_variables =
            index.is_affine() && index.constant() == 0 &&
            std::all_of(index.terms().begin(), index.terms().end(), [](const ir::Term& t) { return t.coefficient > 0; });
        if (!sum_of_variables) return {};
        const std::vector<ir::VarId> used = index.variables();
        variables.insert(variables.end(), used.begin(), used.end());
    }
    return variables;
}

bool holds_all(const EqualParts& equal, const std::vector<ir::VarId>& variables) {
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
    const ir::Ranges ranges = place.ranges();
    std::vector<ir::VarId> free;
    for (const LoopHead& loop : running) free.push_back(loop.variable);
    EqualParts equal(ranges, free);
    equal.learn(access.indices, access.indices);
    return holds_all(equal, variables);
}

Fitted<Done> iterations_are_independent(const ir::LoopNest& nest, const ir::Loop& loop, Sharing sharing) {
    const ir::Ranges ranges = ir::ranges_of(nest.body);
    const std::vector<Touch> touches = touches_of(loop.body);
    std::vector<ir::VarId> running = variables_of_loops(loop.body);
    running.push_back(loop.variable);
    for (const Touch& a : touches) {
        if (a.writer == nullptr) continue;
        if (sharing == Sharing::private_scratch &&
            is_private(nest, loop.variable, loop.body, a.access.buffer)) {
            continue;
        }
        for (const Touch& b : touches) {
            if (a.access.buffer != b.access.buffer) continue;
            EqualParts equal(ranges, running);
            equal.learn(a.access.indices, b.access.indices);
            if (equal.holds(loop.variable)) continue;
            return NotApplicable{"iterations depend on each other",
                                 "those of " + name_of(nest, loop.variable) + " may touch the same elements of " +
                                     buffer_of(nest, a.access.buffer).name};
        }
    }
    return Done{};
}

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
            EqualParts equal(ranges, running);
            equal.learn(a.access.indices, b.access.indices);
            if (holds_all(equal, must_be_equal(a, b, variables))) continue;
            if (is_private(nest, variables.front(), body, a.access.buffer)) break;
            return NotApplicable{"a dependence would be broken",
                                 "iterations touch the same elements of " + buffer_of(nest, a.access.buffer).name};
        }
    }
    return Done{};
}

}  // namespace saku::schedules
