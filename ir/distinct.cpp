#include "ir/distinct.h"

#include <algorithm>
#include <cstdlib>

#include "base/checked.h"

namespace saku::ir {

namespace {

Index index_of(const Atom& atom) {
    switch (atom.kind) {
        case Atom::Kind::variable:
            return Index::variable(atom.variable);
        case Atom::Kind::floor_div:
            return quotient(*atom.inner, atom.divisor);
        case Atom::Kind::mod:
            return remainder(*atom.inner, atom.divisor);
    }
    return {};
}

/// Which atoms the known subscripts determine, as a growing set.
class Determined {
public:
    explicit Determined(const Ranges& ranges) : ranges_(ranges) {}

    [[nodiscard]] bool holds(const Index& index) const {
        return std::all_of(index.terms().begin(), index.terms().end(),
                           [&](const Term& term) { return holds(term.atom); });
    }

    /// Takes a known value apart into the atoms it determines; says whether it gave any new one.
    bool learn(const Index& known) {
        std::vector<Term> open;
        for (const Term& term : known.terms()) {
            if (!holds(term.atom)) open.push_back(term);
        }
        std::sort(open.begin(), open.end(),
                  [](const Term& a, const Term& b) { return std::llabs(a.coefficient) < std::llabs(b.coefficient); });
        std::int64_t below = 0;  // what the smaller terms can differ by, in sum
        for (const Term& term : open) {
            const std::int64_t step = std::llabs(term.coefficient);
            const std::optional<Interval> reach = range(index_of(term.atom), ranges_);
            if (!reach || step <= below) return false;
            const std::optional<std::int64_t> width = checked_mul(step, reach->high - reach->low);
            const std::optional<std::int64_t> sum = width ? checked_add(below, *width) : std::nullopt;
            if (!sum) return false;
            below = *sum;
        }
        for (const Term& term : open) atoms_.push_back(index_of(term.atom));
        return !open.empty();
    }

    /// floor(x/d) and x mod d give x.
    bool join() {
        const std::vector<Index> known = atoms_;
        bool grown = false;
        for (const Index& atom : known) {
            const Atom& only = atom.terms().front().atom;
            if (only.kind == Atom::Kind::mod && !holds(*only.inner) && holds(quotient(*only.inner, only.divisor))) {
                grown = learn(*only.inner) || grown;
            }
        }
        return grown;
    }

private:
    [[nodiscard]] bool holds(const Atom& atom) const {
        const Index as_index = index_of(atom);
        const std::optional<Interval> reach = range(as_index, ranges_);
        if (reach && reach->is_point()) return true;
        if (std::find(atoms_.begin(), atoms_.end(), as_index) != atoms_.end()) return true;
        return atom.kind != Atom::Kind::variable && holds(*atom.inner);
    }

    const Ranges& ranges_;
    std::vector<Index> atoms_;  // each one atom with coefficient 1
};

}  // namespace

bool names_distinct_elements(const std::vector<Index>& subscripts, const std::vector<VarId>& axes,
                             const Ranges& ranges) {
    Determined determined(ranges);
    for (bool grown = true; grown;) {
        grown = false;
        for (const Index& subscript : subscripts) grown = determined.learn(subscript) || grown;
        grown = determined.join() || grown;
    }
    return std::all_of(axes.begin(), axes.end(), [&](VarId axis) { return determined.holds(Index::variable(axis)); });
}

}  // namespace saku::ir
