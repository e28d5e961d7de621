// The questions that Facts answers.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <optional>

#include "base/checked.h"
#include "ir/facts.h"

namespace saku::ir {

namespace {

constexpr int max_combined = 2;

constexpr std::int64_t most_moderate = std::int64_t{1} << 61;

/// Far enough from overflow for two to be added.
bool is_moderate(std::int64_t number) { return number < most_moderate && number > -most_moderate; }

/// scale * index - factor * fact; empty at overflow.
std::optional<Index> difference(const Index& index, std::int64_t scale, const Index& fact, std::int64_t factor) {
    const auto fits = [](const Index& terms, std::int64_t times) {
        const auto small = [&](std::int64_t number) {
            const std::optional<std::int64_t> product = checked_mul(number, times);
            return product && is_moderate(*product);
        };
        return small(terms.constant()) && std::all_of(terms.terms().begin(), terms.terms().end(),
                                                      [&](const Term& term) { return small(term.coefficient); });
    };
    if (!fits(index, scale) || !fits(fact, factor)) return std::nullopt;
    return index * scale + fact * -factor;
}

/// The coefficient of this atom, 0 when it is absent.
std::int64_t coefficient_of(const Index& index, const Atom& atom) {
    if (atom.kind == Atom::Kind::variable) return index.coefficient(atom.variable);
    for (const Term& term : index.terms()) {
        if (term.atom == atom) return term.coefficient;
    }
    return 0;
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
        // The last step into a sum of variables costs no fact: a tail of a tile in a block takes two to bound.
        const bool is_last = more_facts > 0 && atom.inner->is_affine();
        const std::optional<Interval> inner = bounds(*atom.inner, is_last ? max_combined : more_facts);
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
            const std::optional<std::int64_t> inside =
                checked_mul(term.coefficient / floor.coefficient, floor.atom.divisor);
            const bool joins = term.coefficient % floor.coefficient == 0 && inside && is_moderate(*inside);
            has_grown = has_grown || joins;
            (joins ? inner : rest) += Index::of(term.atom) * (joins ? *inside : term.coefficient);
        }
        if (!has_grown) continue;
        const std::optional<Interval> inside = bounds(inner, more_facts);
        const std::optional<Interval> beside = reach_of(rest, 0);
        if (!inside || !beside) continue;
        const std::int64_t edge = floor.coefficient > 0 ? inside->low : inside->high;
        const std::optional<std::int64_t> joined = checked_mul(floor.coefficient, floor_div(edge, floor.atom.divisor));
        const std::optional<std::int64_t> below = joined ? checked_add(*joined, beside->low) : std::nullopt;
        if (below) best = std::max(best.value_or(*below), *below);
    }
    return best;
}

std::optional<std::int64_t> Facts::bound_below(const Index& index, std::size_t first_fact, int more_facts,
                                               std::int64_t enough) const {
    const std::optional<Interval> reach = reach_of(index, std::max(0, more_facts - 1));
    std::optional<std::int64_t> best = reach ? std::optional(reach->low) : std::nullopt;
    if (more_facts == 0 || (best && *best >= enough)) return best;
    if (const std::optional<std::int64_t> joined = rejoined_below(index, more_facts)) {
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
    return sums_.empty() ? bound_below(index, 0, max_combined, INT64_MAX)
                         : bound_below(with_sums_replaced(index), 0, max_combined, INT64_MAX);
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
    return sums_.empty() ? bounds(index, max_combined) : bounds(with_sums_replaced(index), max_combined);
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

}  // namespace saku::ir
