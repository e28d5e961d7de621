#include "ir/facts.h"

#include <algorithm>
#include <numeric>

#include "base/checked.h"
#include "base/result.h"

namespace saku::ir {

namespace {

constexpr std::size_t max_facts = 32;  // more are ignored: bounds the work that strange nests can cause
constexpr int max_combined = 2;

/// scale * index - factor * fact; empty at overflow.
std::optional<Index> difference(const Index& index, std::int64_t scale, const Index& fact, std::int64_t factor) {
    constexpr std::int64_t most = std::int64_t{1} << 61;
    const auto fits = [](const Index& terms, std::int64_t times) {
        const auto small = [&](std::int64_t number) {
            const std::optional<std::int64_t> product = checked_mul(number, times);
            return product && *product<most&& * product> - most;
        };
        return small(terms.constant()) && std::all_of(terms.terms().begin(), terms.terms().end(),
                                                      [&](const Term& term) { return small(term.coefficient); });
    };
    if (!fits(index, scale) || !fits(fact, factor)) return std::nullopt;
    return index * scale - fact * factor;
}

/// The coefficient of this atom, 0 when it is absent.
std::int64_t coefficient_of(const Index& index, const Atom& atom) {
    if (atom.kind == Atom::Kind::variable) return index.coefficient(atom.variable);
    const Index wanted = Index::of(atom);
    for (const Term& term : index.terms()) {
        if (term.atom.kind == atom.kind && Index::of(term.atom) == wanted) return term.coefficient;
    }
    return 0;
}

/// The greatest common factor of the coefficients; 0 when there are none.
std::int64_t common_factor(const Index& index) {
    std::int64_t common = 0;
    for (const Term& term : index.terms()) common = std::gcd(common, term.coefficient);
    return common;
}

/// The condition index >= 0 with the common factor of its coefficients taken out, rounded: 8x - 93 >= 0 is x - 12 >= 0.
Index tightened(const Index& condition) {
    const std::int64_t common = common_factor(condition);
    if (common <= 1) return condition;
    Index result = floor_div(condition.constant(), common);
    for (const Term& term : condition.terms()) result += Index::of(term.atom) * (term.coefficient / common);
    return result;
}

/// How many times the index contains the whole sum; 0 when it does not.
std::int64_t times_contained(const Index& index, const Index& sum) {
    std::int64_t times = 0;
    for (const Term& term : sum.terms()) {
        const std::int64_t have = coefficient_of(index, term.atom);
        if (have == 0 || have % term.coefficient != 0) return 0;
        if (times != 0 && have / term.coefficient != times) return 0;
        times = have / term.coefficient;
    }
    return times;
}

}  // namespace

// ---- entering places

void Facts::enter(VarId variable, Interval values) {
    std::erase_if(values_, [&](const auto& known) { return known.first == variable; });
    std::erase_if(facts_, [&](const auto& fact) { return fact->uses(variable); });
    std::erase_if(sums_, [&](const KnownSum& known) { return known.sum.uses(variable); });
    values_.emplace_back(variable, values);
    if (values.low > values.high) is_impossible_ = true;
}

void Facts::narrow(VarId variable, Interval values) {
    const std::optional<Interval> known = values_of(variable);
    if (known) values = {std::max(known->low, values.low), std::min(known->high, values.high)};
    if (values.low > values.high) {
        is_impossible_ = true;
        return;
    }
    std::erase_if(values_, [&](const auto& entry) { return entry.first == variable; });
    values_.emplace_back(variable, values);
}

void Facts::assume(const Index& condition) {
    const Index fact = tightened(with_sums_replaced(condition));
    if (never(fact)) is_impossible_ = true;
    if (facts_.size() < max_facts) facts_.push_back(std::make_shared<const Index>(fact));
    for (const Term& term : fact.terms()) {
        if (term.atom.kind != Atom::Kind::variable) continue;
        const std::optional<Interval> known = values_of(term.atom.variable);
        const std::optional<std::int64_t> rest = upper(fact - Index::of(term.atom) * term.coefficient);
        if (!known || !rest) continue;
        if (term.coefficient > 0) {
            narrow(term.atom.variable, {ceil_div(-*rest, term.coefficient), known->high});
        } else {
            narrow(term.atom.variable, {known->low, floor_div(*rest, -term.coefficient)});
        }
    }
}

void Facts::assume_not(const std::vector<Index>& conditions) {
    if (conditions.size() == 1) assume(conditions[0] * -1 - 1);
}

void Facts::assume(const KnownSum& known) {
    if (known.sum.terms().empty()) return;
    assume(known.sum - Index(known.value));
    assume(Index(known.value) - known.sum);
    const std::int64_t common = common_factor(known.sum);
    if (known.value % common == 0) sums_.push_back({tightened(known.sum), known.value / common});
}

// ---- asking

std::optional<Interval> Facts::values_of(VarId variable) const {
    for (const auto& [id, values] : values_) {
        if (id == variable) return values;
    }
    return outer_ ? (*outer_)(variable) : std::nullopt;
}

/// By intervals; what is inside floors and mods may use `more_facts` facts.
std::optional<Interval> Facts::reach_of(const Index& index, int more_facts) const {
    return sum_range(index, [&](const Atom& atom) -> std::optional<Interval> {
        if (atom.kind == Atom::Kind::variable) return values_of(atom.variable);
        const std::optional<Interval> inner = bounds(*atom.inner, more_facts);
        return inner ? std::optional(atom_range(atom, *inner)) : std::nullopt;
    });
}

/// 8*o + floor((16*v + l)/10) is floor((80*o + 16*v + l)/10), and a guard may bound that sum where it says nothing of
/// its parts: the terms whose coefficients a floor's divides are taken back into it.
std::optional<std::int64_t> Facts::rejoined_below(const Index& index, int more_facts) const {
    std::optional<std::int64_t> best;
    for (const Term& floor : index.terms()) {
        if (floor.atom.kind != Atom::Kind::floor_div) continue;
        Index inner = *floor.atom.inner;
        Index rest = index.constant();
        bool has_grown = false;
        for (const Term& term : index.terms()) {
            if (&term == &floor) continue;
            const bool joins = term.coefficient % floor.coefficient == 0;
            has_grown = has_grown || joins;
            const Index atom = Index::of(term.atom);
            if (joins) {
                inner += atom * (term.coefficient / floor.coefficient * floor.atom.divisor);
            } else {
                rest += atom * term.coefficient;
            }
        }
        if (!has_grown) continue;
        const std::optional<Interval> inside = bounds(inner, more_facts);
        const std::optional<Interval> beside = reach_of(rest, 0);
        if (!inside || !beside) continue;
        const std::int64_t edge = floor.coefficient > 0 ? inside->low : inside->high;
        const std::int64_t below = floor.coefficient * floor_div(edge, floor.atom.divisor) + beside->low;
        best = std::max(best.value_or(below), below);
    }
    return best;
}

std::optional<std::int64_t> Facts::bound_below(const Index& index, std::size_t first_fact, int more_facts,
                                               std::int64_t enough) const {
    const std::optional<Interval> reach = reach_of(index, std::max(0, more_facts - 1));
    std::optional<std::int64_t> best = reach ? std::optional(reach->low) : std::nullopt;
    if (more_facts == 0) return best;
    if (const std::optional<std::int64_t> joined = rejoined_below(index, more_facts - 1)) {
        best = std::max(best.value_or(*joined), *joined);
    }
    for (std::size_t i = first_fact; i < facts_.size(); ++i) {
        const Index& fact = *facts_[i];
        for (const Term& term : fact.terms()) {
            if (best && *best >= enough) return best;
            const std::int64_t have = coefficient_of(index, term.atom);
            if (have == 0 || (have > 0) != (term.coefficient > 0)) continue;
            // scale * index = (scale * index - factor * fact) + factor * fact, and the fact is >= 0.
            const std::int64_t common = std::gcd(have, term.coefficient);
            const std::int64_t scale = std::abs(term.coefficient / common);
            const std::optional<Index> rest = difference(index, scale, fact, std::abs(have / common));
            if (!rest) continue;
            const std::optional<std::int64_t> below =
                bound_below(*rest, i + 1, more_facts - 1, enough > INT64_MAX / scale ? enough : enough * scale);
            if (below && (!best || ceil_div(*below, scale) > *best)) best = ceil_div(*below, scale);
        }
    }
    return best;
}

std::optional<std::int64_t> Facts::lower(const Index& index) const {
    return bound_below(with_sums_replaced(index), 0, max_combined, INT64_MAX);
}

std::optional<std::int64_t> Facts::upper(const Index& index) const {
    const std::optional<std::int64_t> below = lower(index * -1);
    return below ? checked_sub(0, *below) : std::nullopt;
}

std::optional<Interval> Facts::bounds(const Index& index, int more_facts) const {
    if (more_facts == 0) return reach_of(index, 0);
    const std::optional<std::int64_t> low = bound_below(index, 0, more_facts, INT64_MAX);
    const std::optional<std::int64_t> below = low ? bound_below(index * -1, 0, more_facts, INT64_MAX) : std::nullopt;
    const std::optional<std::int64_t> high = below ? checked_sub(0, *below) : std::nullopt;
    return high ? std::optional(Interval{*low, *high}) : std::nullopt;
}

std::optional<Interval> Facts::bounds(const Index& index) const {
    return bounds(with_sums_replaced(index), max_combined);
}

bool Facts::is_at_least(const Index& index, std::int64_t bound) const {
    const std::optional<std::int64_t> below =
        sums_.empty() ? bound_below(index, 0, max_combined, bound)  // without a copy of the index: asked very often
                      : bound_below(with_sums_replaced(index), 0, max_combined, bound);
    return below && *below >= bound;
}

bool Facts::is_within(const Index& index, Interval values) const {
    const std::optional<Interval> reach = reach_of(index, 0);
    if (reach && reach->low >= values.low && reach->high <= values.high) return true;
    return is_at_least(index, values.low) && is_at_least(index * -1, -values.high);
}

bool Facts::never(const Index& condition) const {
    const std::optional<Interval> reach = reach_of(condition, 0);
    return (reach && reach->high < 0) || is_at_least(condition * -1, 1);
}

Index Facts::with_sums_replaced(const Index& index) const {
    if (sums_.empty()) return index;
    Index result = index.constant();
    for (const Term& term : index.terms()) {
        Index atom = Index::of(term.atom);
        if (term.atom.kind == Atom::Kind::floor_div) {
            atom = quotient(with_sums_replaced(*term.atom.inner), term.atom.divisor);
        } else if (term.atom.kind == Atom::Kind::mod) {
            atom = remainder(with_sums_replaced(*term.atom.inner), term.atom.divisor);
        }
        result += atom * term.coefficient;
    }
    for (const KnownSum& known : sums_) {
        const std::int64_t times = times_contained(result, known.sum);
        if (times != 0) result += (Index(known.value) - known.sum) * times;
    }
    return result;
}

Index Facts::simplified(const Index& index) const {
    if (sums_.empty() && index.is_affine()) return index;
    return simplify_by(with_sums_replaced(index), [this](const Index& part) { return bounds(part); });
}

// ---- walking

void walk_with_facts(const Block& block, const Facts& outer,
                     const std::function<void(const Node&, const Facts&)>& visit) {
    for (const Node& node : block) {
        visit(node, outer);
        std::visit(Overloaded{
                       [&](const Loop& loop) {
                           Facts inside = outer;
                           inside.enter(loop);
                           walk_with_facts(loop.body, inside, visit);
                       },
                       [&](const Guard& guard) {
                           Facts holds = outer;
                           for (const Index& condition : guard.conditions) holds.assume(condition);
                           walk_with_facts(guard.then, holds, visit);
                           Facts fails = outer;
                           fails.assume_not(guard.conditions);
                           walk_with_facts(guard.otherwise, fails, visit);
                       },
                       [&](const Intrinsic& intrinsic) { walk_with_facts(intrinsic.semantics, outer, visit); },
                       [](const Store&) {},
                       [](const Prefetch&) {},
                   },
                   node.node);
    }
}

}  // namespace saku::ir
