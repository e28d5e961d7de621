#include <cstdint>
#include <functional>
#include <numeric>
#include <optional>
#include <utility>

#include "base/checked.h"
#include "ir/index.h"

namespace saku::ir {

Interval atom_range(const Atom& atom, Interval inner) {
    const std::int64_t d = atom.divisor;
    switch (atom.kind) {
        case Atom::Kind::variable:
            return inner;
        case Atom::Kind::floor_div:
            return {floor_div(inner.low, d), floor_div(inner.high, d)};
        case Atom::Kind::mod:
            break;
    }
    const bool one_period = floor_div(inner.low, d) == floor_div(inner.high, d);
    return one_period ? Interval{floor_mod(inner.low, d), floor_mod(inner.high, d)} : Interval{0, d - 1};
}

namespace {

/// a + factor * x, empty at overflow.
std::optional<std::int64_t> multiply_add(std::int64_t a, std::int64_t factor, std::int64_t x) {
    const std::optional<std::int64_t> product = checked_mul(factor, x);
    return product ? checked_add(a, *product) : std::nullopt;
}

}  // namespace

std::optional<Interval> sum_range(const Index& index,
                                  const std::function<std::optional<Interval>(const Atom&)>& atoms) {
    Interval total{index.constant(), index.constant()};
    for (const Term& term : index.terms()) {
        std::optional<Interval> atom = atoms(term.atom);
        if (!atom) return std::nullopt;
        if (term.coefficient < 0) std::swap(atom->low, atom->high);
        const std::optional<std::int64_t> low = multiply_add(total.low, term.coefficient, atom->low);
        const std::optional<std::int64_t> high = multiply_add(total.high, term.coefficient, atom->high);
        if (!low || !high) return std::nullopt;
        total = {*low, *high};
    }
    return total;
}

std::optional<Interval> range(const Index& index, const Ranges& ranges) {
    return sum_range(index, [&](const Atom& atom) -> std::optional<Interval> {
        if (atom.kind == Atom::Kind::variable) return ranges(atom.variable);
        const std::optional<Interval> inner = range(*atom.inner, ranges);
        return inner ? std::optional(atom_range(atom, *inner)) : std::nullopt;
    });
}

namespace {

/// Within one floor or mod, separates the terms that are multiples of `divisor / g` from a small rest that never
/// carries: floor((8a + r)/16) = floor(a/2) when 0 <= r < 8.
std::optional<Index> drop_rest(const Index& inner, std::int64_t divisor, const Bounds& bounds) {
    for (const Term& pivot : inner.terms()) {
        const std::int64_t common = std::gcd(pivot.coefficient, divisor);
        if (common <= 1) continue;
        const auto is_multiple = [&](const Term& term) { return term.coefficient % common == 0; };
        const std::int64_t constant = floor_mod(inner.constant(), common);
        const Index rest = inner.part([&](const Term& term) { return !is_multiple(term); }, constant);
        if (rest.is_constant() && rest.constant() == 0) continue;
        const std::optional<Interval> reach = bounds(rest);
        if (reach && reach->low >= 0 && reach->high < common)
            return inner.part(is_multiple, inner.constant() - constant);
    }
    return std::nullopt;
}

/// Of a floor or mod of `inner`, what `atom` is simplified to; all else of it stays.
Index simplify_atom(const Atom& atom, const Index& inner, const Bounds& bounds) {
    const std::optional<Interval> reach = bounds(inner);
    if (reach && floor_div(reach->low, atom.divisor) == floor_div(reach->high, atom.divisor)) {
        const std::int64_t whole = floor_div(reach->low, atom.divisor);
        return atom.kind == Atom::Kind::floor_div ? Index(whole) : inner - Index(whole * atom.divisor);
    }
    if (const std::optional<Index> kept = drop_rest(inner, atom.divisor, bounds)) {
        return atom.kind == Atom::Kind::floor_div ? quotient(*kept, atom.divisor)
                                                  : remainder(*kept, atom.divisor) + (inner - *kept);
    }
    if (&inner == atom.inner.get()) return Index::of(atom);
    return atom.kind == Atom::Kind::floor_div ? quotient(inner, atom.divisor) : remainder(inner, atom.divisor);
}

Index simplify_atom(const Atom& atom, const Bounds& bounds) {
    if (atom.inner->is_affine()) return simplify_atom(atom, *atom.inner, bounds);
    return simplify_atom(atom, simplify_by(*atom.inner, bounds), bounds);
}

}  // namespace

Index simplify_by(const Index& index, const Bounds& bounds) {
    if (index.is_affine()) return index;  // nothing but variables, which stay
    const auto is_variable = [](const Term& term) { return term.atom.kind == Atom::Kind::variable; };
    Index result = index.part(is_variable, index.constant());
    for (const Term& term : index.terms()) {
        if (!is_variable(term)) result += simplify_atom(term.atom, bounds) * term.coefficient;
    }
    return result;
}

namespace {

bool has_point(const Index& index, const Ranges& ranges) {
    for (const Term& term : index.terms()) {
        if (term.atom.kind != Atom::Kind::variable) {
            if (has_point(*term.atom.inner, ranges)) return true;
            continue;
        }
        const std::optional<Interval> known = ranges(term.atom.variable);
        if (known && known->is_point()) return true;
    }
    return false;
}

}  // namespace

Index simplify(const Index& index, const Ranges& ranges) {
    const Bounds bounds = [&](const Index& part) { return range(part, ranges); };
    if (!has_point(index, ranges)) return simplify_by(index, bounds);
    Index open = index;
    for (const VarId id : index.variables()) {
        const std::optional<Interval> known = ranges(id);
        if (known && known->is_point()) open = substitute(open, id, known->low);
    }
    return simplify_by(open, bounds);
}

}  // namespace saku::ir
