#include "ir/equal_parts.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "base/checked.h"

namespace saku::ir {

namespace {

std::optional<Interval> scaled(const std::optional<Interval>& interval, std::int64_t factor) {
    if (!interval) return std::nullopt;
    const std::optional<std::int64_t> a = checked_mul(interval->low, factor);
    const std::optional<std::int64_t> b = checked_mul(interval->high, factor);
    if (!a || !b) return std::nullopt;
    return Interval{std::min(*a, *b), std::max(*a, *b)};
}

std::optional<Interval> sum(const std::optional<Interval>& a, const std::optional<Interval>& b) {
    if (!a || !b) return std::nullopt;
    const std::optional<std::int64_t> low = checked_add(a->low, b->low);
    const std::optional<std::int64_t> high = checked_add(a->high, b->high);
    if (!low || !high) return std::nullopt;
    return Interval{*low, *high};
}

std::int64_t coefficient_in(const Index& index, const Index& single) {
    for (const Term& term : index.terms()) {
        if (Index::of(term.atom) == single) return term.coefficient;
    }
    return 0;
}

}  // namespace

void EqualParts::learn(const std::vector<Index>& a, const std::vector<Index>& b) {
    for (bool grown = true; grown;) {
        grown = false;
        for (std::size_t d = 0; d < a.size() && d < b.size(); ++d) grown = learn(a[d], b[d]) || grown;
        grown = join() || grown;
    }
}

bool EqualParts::holds_atom(const Index& single) const {
    if (std::find(equal_.begin(), equal_.end(), single) != equal_.end()) return true;
    const Atom& atom = single.terms().front().atom;
    if (atom.kind != Atom::Kind::variable) return holds_index(*atom.inner);
    if (std::find(running_.begin(), running_.end(), atom.variable) == running_.end()) return true;
    const std::optional<Interval> values = ranges_(atom.variable);
    return values && values->is_point();
}

bool EqualParts::holds_index(const Index& index) const {
    return std::all_of(index.terms().begin(), index.terms().end(),
                       [&](const Term& term) { return holds_atom(Index::of(term.atom)); });
}

EqualParts::Summand EqualParts::summand(const Index& single, std::int64_t here, std::int64_t there) const {
    const std::optional<Interval> values = range(single, ranges_);
    if (holds_atom(single)) {
        return {{}, 0, here == there ? Interval{0, 0} : scaled(values, here - there), here - there};
    }
    const std::optional<Interval> reach = sum(scaled(values, here), scaled(values, -there));
    return here == there ? Summand{single, here, reach, here} : Summand{{}, 0, reach, std::gcd(here, there)};
}

bool EqualParts::learn(const Index& a, const Index& b) {
    std::vector<Summand> summands;
    for (const Term& term : a.terms()) {
        const Index single = Index::of(term.atom);
        summands.push_back(summand(single, term.coefficient, coefficient_in(b, single)));
    }
    for (const Term& term : b.terms()) {
        const Index single = Index::of(term.atom);
        if (coefficient_in(a, single) == 0) summands.push_back(summand(single, 0, term.coefficient));
    }
    bool grown = false;
    for (const Summand& one : summands) {
        if (one.coefficient == 0 || holds_atom(one.atom)) continue;
        std::optional<Interval> rest = Interval{a.constant() - b.constant(), a.constant() - b.constant()};
        std::int64_t divisor = std::llabs(rest->low);
        for (const Summand& other : summands) {
            if (&other == &one) continue;
            rest = sum(rest, other.reach);
            divisor = std::gcd(divisor, other.divisor);
        }
        const std::int64_t step = std::llabs(one.coefficient);
        const bool rest_is_small = rest && rest->low > -step && rest->high < step;
        const bool rest_has_gaps = one.reach && one.reach->low > -divisor && one.reach->high < divisor;
        if (rest_is_small || rest_has_gaps || facts_force(one.atom, step, a, b)) {
            equal_.push_back(one.atom);
            grown = true;
        }
    }
    return grown;
}

/// The rests of both sides, by what is known where they stand, differ by less than one step of the atom.
bool EqualParts::facts_force(const Index& atom, std::int64_t step, const Index& a, const Index& b) const {
    if (here_ == nullptr) return false;
    const std::optional<Interval> rest_a = here_->bounds(open_part(a, b, atom));
    const std::optional<Interval> rest_b = rest_a ? there_->bounds(open_part(b, a, atom)) : std::nullopt;
    if (!rest_a || !rest_b) return false;
    const std::optional<std::int64_t> most = checked_sub(rest_a->high, rest_b->low);
    const std::optional<std::int64_t> least = checked_sub(rest_a->low, rest_b->high);
    return most && least && *most<step&& * least> - step;
}

/// The index without the atom, and without what is equal in both and has the same coefficient in the `other`.
Index EqualParts::open_part(const Index& index, const Index& other, const Index& atom) const {
    Index open = index.constant();
    for (const Term& term : index.terms()) {
        const Index single = Index::of(term.atom);
        if (single == atom) continue;
        if (holds_atom(single) && coefficient_in(other, single) == term.coefficient) continue;
        open += single * term.coefficient;
    }
    return open;
}

/// floor(x/d) and x mod d, both equal, make x equal.
bool EqualParts::join() {
    const std::vector<Index> known = equal_;
    bool grown = false;
    for (const Index& single : known) {
        const Atom& atom = single.terms().front().atom;
        if (atom.kind != Atom::Kind::mod || holds_index(*atom.inner)) continue;
        if (holds_index(quotient(*atom.inner, atom.divisor))) grown = learn(*atom.inner, *atom.inner) || grown;
    }
    return grown;
}

}  // namespace saku::ir
