#include "ir/index.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/check.h"
#include "base/checked.h"

namespace saku::ir {

namespace {

int compare(const Index& a, const Index& b);

int compare(std::int64_t a, std::int64_t b) { return a < b ? -1 : (a > b ? 1 : 0); }

int compare(const Atom& a, const Atom& b) {
    if (a.kind != b.kind) return compare(static_cast<int>(a.kind), static_cast<int>(b.kind));
    if (a.kind == Atom::Kind::variable) return compare(a.variable, b.variable);
    if (a.divisor != b.divisor) return compare(a.divisor, b.divisor);
    return a.inner == b.inner ? 0 : compare(*a.inner, *b.inner);
}

int compare(const Index& a, const Index& b) {
    const std::size_t common = std::min(a.terms().size(), b.terms().size());
    for (std::size_t i = 0; i < common; ++i) {
        if (int order = compare(a.terms()[i].atom, b.terms()[i].atom); order != 0) return order;
        if (int order = compare(a.terms()[i].coefficient, b.terms()[i].coefficient); order != 0) return order;
    }
    if (a.terms().size() != b.terms().size()) return a.terms().size() < b.terms().size() ? -1 : 1;
    return compare(a.constant(), b.constant());
}

/// Splits `index` into the part whose coefficients (and constant) the divisor divides, already divided, and the rest,
/// whose constant lies in [0, divisor).
struct Divided {
    Index quotient;
    Index rest;
};

Divided divide(const Index& index, std::int64_t divisor) {
    const auto is_multiple = [&](const Term& term) { return term.coefficient % divisor == 0; };
    Divided result{
        .quotient = floor_div(index.constant(), divisor),
        .rest = index.part([&](const Term& term) { return !is_multiple(term); }, floor_mod(index.constant(), divisor))};
    for (const Term& term : index.terms()) {
        if (is_multiple(term)) result.quotient += Index::of(term.atom) * (term.coefficient / divisor);
    }
    return result;
}

/// floor(rest / divisor) with a common factor of all coefficients cancelled: floor((6x + 4)/8) = floor((3x + 2)/4).
std::pair<Index, std::int64_t> cancel(const Index& rest, std::int64_t divisor) {
    std::int64_t common = divisor;
    for (const Term& term : rest.terms()) common = std::gcd(common, term.coefficient);
    if (common <= 1) return {rest, divisor};
    Index cancelled = floor_div(rest.constant(), common);
    return {cancelled + divide(rest - rest.constant(), common).quotient, divisor / common};
}

}  // namespace

Index Index::variable(VarId id) { return of(Atom{Atom::Kind::variable, id, 1, nullptr}); }

Index Index::of(Atom atom) {
    Index index;
    index.terms_.push_back({1, std::move(atom)});
    return index;
}

bool Index::is_affine() const {
    return std::all_of(terms_.begin(), terms_.end(),
                       [](const Term& term) { return term.atom.kind == Atom::Kind::variable; });
}

std::int64_t Index::coefficient(VarId id) const {
    for (const Term& term : terms_) {
        if (term.atom.kind == Atom::Kind::variable && term.atom.variable == id) return term.coefficient;
    }
    return 0;
}

bool Index::uses(VarId id) const {
    return std::any_of(terms_.begin(), terms_.end(), [&](const Term& term) {
        return term.atom.kind == Atom::Kind::variable ? term.atom.variable == id : term.atom.inner->uses(id);
    });
}

bool uses(std::span<const Index> indices, VarId id) {
    return std::any_of(indices.begin(), indices.end(), [&](const Index& index) { return index.uses(id); });
}

std::vector<VarId> Index::variables() const {
    std::vector<VarId> found;
    for (const Term& term : terms_) {
        if (term.atom.kind == Atom::Kind::variable) {
            found.push_back(term.atom.variable);
        } else {
            const std::vector<VarId> inner = term.atom.inner->variables();
            found.insert(found.end(), inner.begin(), inner.end());
        }
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

void Index::add(Term term) {
    if (term.coefficient == 0) return;
    if (terms_.empty() || compare(terms_.back().atom, term.atom) < 0) {  // most come in order
        terms_.push_back(std::move(term));
        return;
    }
    auto place = std::lower_bound(terms_.begin(), terms_.end(), term,
                                  [](const Term& a, const Term& b) { return compare(a.atom, b.atom) < 0; });
    if (place == terms_.end() || compare(place->atom, term.atom) != 0) {
        terms_.insert(place, std::move(term));
        return;
    }
    place->coefficient += term.coefficient;
    if (place->coefficient == 0) terms_.erase(place);
}

Index& Index::operator+=(const Index& other) {
    constant_ += other.constant_;
    if (this == &other) {
        for (Term& term : terms_) term.coefficient *= 2;
        return *this;
    }
    if (terms_.empty()) {
        terms_ = other.terms_;
    } else {
        for (const Term& term : other.terms_) add(term);
    }
    rejoin();
    return *this;
}

Index& Index::operator+=(Index&& other) {
    if (!terms_.empty() || this == &other) return *this += static_cast<const Index&>(other);
    constant_ += other.constant_;
    terms_ = std::move(other.terms_);
    rejoin();
    return *this;
}

/// c*(x mod d) + c*d*floor(x/d) = c*x. Atoms are sorted variables first, mods last, so affine indices leave at once.
void Index::rejoin() {
    for (std::size_t place = terms_.size(); place-- > 0;) {
        if (terms_[place].atom.kind != Atom::Kind::mod) return;
        const std::optional<std::int64_t> wanted = checked_mul(terms_[place].coefficient, terms_[place].atom.divisor);
        const bool may_match = wanted && std::any_of(terms_.begin(), terms_.end(),
                                                     [&](const Term& term) { return term.coefficient == *wanted; });
        if (!may_match) continue;
        const Term mod = terms_[place];
        const Index floor = quotient(*mod.atom.inner, mod.atom.divisor);
        if (floor.constant() != 0 || floor.terms().size() != 1) continue;
        const auto match = std::find_if(terms_.begin(), terms_.end(), [&](const Term& term) {
            return term.coefficient == *wanted && compare(term.atom, floor.terms()[0].atom) == 0;
        });
        if (floor.terms()[0].coefficient != 1 || match == terms_.end()) continue;
        terms_.erase(terms_.begin() + static_cast<std::ptrdiff_t>(place));
        terms_.erase(match);  // before `place`: floors sort before mods
        *this += *mod.atom.inner * mod.coefficient;
        return;
    }
}

Index operator*(Index a, std::int64_t factor) {
    if (factor == 0) return {};
    a.constant_ *= factor;
    for (Term& term : a.terms_) term.coefficient *= factor;
    return a;
}

bool operator==(const Atom& a, const Atom& b) { return compare(a, b) == 0; }
bool operator==(const Index& a, const Index& b) { return compare(a, b) == 0; }
bool operator<(const Index& a, const Index& b) { return compare(a, b) < 0; }

namespace {

Index atom_index(Atom::Kind kind, const Index& inner, std::int64_t divisor) {
    return kind == Atom::Kind::floor_div ? quotient(inner, divisor) : remainder(inner, divisor);
}

}  // namespace

Index quotient(const Index& dividend, std::int64_t divisor) {
    SAKU_CHECK(divisor > 0, "quotient by " + std::to_string(divisor));
    if (divisor == 1) return dividend;
    Divided parts = divide(dividend, divisor);
    auto [rest, reduced] = cancel(parts.rest, divisor);
    if (rest.is_constant()) return parts.quotient + Index(floor_div(rest.constant(), reduced));
    if (reduced == 1) return parts.quotient + rest;
    // floor(floor(x/a)/b) = floor(x/(ab))
    if (rest.constant() == 0 && rest.terms().size() == 1 && rest.terms()[0].coefficient == 1 &&
        rest.terms()[0].atom.kind == Atom::Kind::floor_div) {
        const Atom& nested = rest.terms()[0].atom;
        if (const std::optional<std::int64_t> product = checked_mul(nested.divisor, reduced)) {
            return parts.quotient + quotient(*nested.inner, *product);
        }
    }
    Index result = std::move(parts.quotient);
    result.add({1, Atom{Atom::Kind::floor_div, 0, reduced, std::make_shared<const Index>(std::move(rest))}});
    return result;
}

Index remainder(const Index& dividend, std::int64_t divisor) {
    SAKU_CHECK(divisor > 0, "remainder by " + std::to_string(divisor));
    if (divisor == 1) return {};
    Index rest = divide(dividend, divisor).rest;
    if (rest.is_constant()) return rest;
    std::int64_t common = divisor;
    for (const Term& term : rest.terms()) common = std::gcd(common, term.coefficient);
    if (common > 1) {
        // (g*x + s) mod (g*m) = g*(x mod m) + s for 0 <= s < g: the same argument as the floor's, see `cancel`.
        const std::int64_t small = rest.constant() % common;
        return remainder(divide(rest - Index(small), common).quotient, divisor / common) * common + Index(small);
    }
    Index result;
    result.add({1, Atom{Atom::Kind::mod, 0, divisor, std::make_shared<const Index>(std::move(rest))}});
    return result;
}

std::int64_t evaluate(const Index& index, std::span<const std::int64_t> values) {
    std::int64_t total = index.constant();
    for (const Term& term : index.terms()) {
        std::int64_t atom = 0;
        switch (term.atom.kind) {
            case Atom::Kind::variable:
                atom = values[static_cast<std::size_t>(term.atom.variable)];
                break;
            case Atom::Kind::floor_div:
                atom = floor_div(evaluate(*term.atom.inner, values), term.atom.divisor);
                break;
            case Atom::Kind::mod:
                atom = floor_mod(evaluate(*term.atom.inner, values), term.atom.divisor);
                break;
        }
        total += term.coefficient * atom;
    }
    return total;
}

Index substitute(const Index& index, VarId id, const Index& replacement) {
    if (!index.uses(id)) return index;
    Index result = index.constant();
    for (const Term& term : index.terms()) {
        if (term.atom.kind == Atom::Kind::variable) {
            result += (term.atom.variable == id ? replacement : Index::variable(term.atom.variable)) * term.coefficient;
        } else {
            result += atom_index(term.atom.kind, substitute(*term.atom.inner, id, replacement), term.atom.divisor) *
                      term.coefficient;
        }
    }
    return result;
}

namespace {

std::string atom_text(const Atom& atom, const std::function<std::string(VarId)>& name) {
    if (atom.kind == Atom::Kind::variable) return name(atom.variable);
    const bool single =
        atom.inner->constant() == 0 && atom.inner->terms().size() == 1 && atom.inner->terms()[0].coefficient == 1;
    const std::string inner = single ? to_string(*atom.inner, name) : "(" + to_string(*atom.inner, name) + ")";
    const std::string divisor = std::to_string(atom.divisor);
    return atom.kind == Atom::Kind::floor_div ? "floor(" + inner + "/" + divisor + ")"
                                              : "(" + inner + " mod " + divisor + ")";
}

}  // namespace

std::string to_string(const Index& index, const std::function<std::string(VarId)>& name) {
    std::string text;
    for (const Term& term : index.terms()) {
        const std::int64_t size = term.coefficient < 0 ? -term.coefficient : term.coefficient;
        if (text.empty()) {
            text += term.coefficient < 0 ? "-" : "";
        } else {
            text += term.coefficient < 0 ? " - " : " + ";
        }
        if (size != 1) text += std::to_string(size) + "*";
        text += atom_text(term.atom, name);
    }
    if (text.empty()) return std::to_string(index.constant());
    if (index.constant() > 0) text += " + " + std::to_string(index.constant());
    if (index.constant() < 0) text += " - " + std::to_string(-index.constant());
    return text;
}

}  // namespace saku::ir
