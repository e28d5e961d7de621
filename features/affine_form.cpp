#include "features/affine_form.h"

#include <algorithm>
#include <map>

#include "base/checked.h"

namespace saku::features {

namespace {

void add_slopes(const ir::Index& index, double factor, std::map<ir::VarId, double>& slopes, double& constant,
                bool& approximate) {
    constant += factor * static_cast<double>(index.constant());
    for (const ir::Term& term : index.terms()) {
        const double scaled = factor * static_cast<double>(term.coefficient);
        switch (term.atom.kind) {
            case ir::Atom::Kind::variable:
                slopes[term.atom.variable] += scaled;
                break;
            case ir::Atom::Kind::floor_div:
                approximate = true;
                add_slopes(*term.atom.inner, scaled / static_cast<double>(term.atom.divisor), slopes, constant,
                           approximate);
                break;
            case ir::Atom::Kind::mod:
                approximate = true;
                add_slopes(*term.atom.inner, scaled, slopes, constant, approximate);
                break;
        }
    }
}

std::int64_t lowest_bit(std::int64_t value, std::int64_t limit) {
    if (value == 0) return limit;
    return std::min(limit, value & -value);
}

}  // namespace

double AffineForm::slope(ir::VarId variable) const {
    const auto place = std::lower_bound(slopes.begin(), slopes.end(), variable,
                                        [](const auto& entry, ir::VarId id) { return entry.first < id; });
    return place != slopes.end() && place->first == variable ? place->second : 0;
}

AffineForm affine_form(const ir::Index& index) {
    AffineForm form;
    std::map<ir::VarId, double> slopes;
    add_slopes(index, 1, slopes, form.constant, form.approximate);
    for (const auto& [variable, slope] : slopes) {
        if (slope != 0) form.slopes.emplace_back(variable, slope);
    }
    return form;
}

ir::Index recombine(const ir::Index& index) {
    for (const ir::Term& whole : index.terms()) {
        if (whole.atom.kind != ir::Atom::Kind::floor_div) continue;
        for (const ir::Term& rest : index.terms()) {
            if (rest.atom.kind != ir::Atom::Kind::mod || rest.atom.divisor != whole.atom.divisor) continue;
            if (!(*rest.atom.inner == *whole.atom.inner)) continue;
            if (checked_mul(rest.coefficient, whole.atom.divisor) != whole.coefficient) continue;
            const ir::Index pair = ir::quotient(*whole.atom.inner, whole.atom.divisor) * whole.coefficient +
                                   ir::remainder(*rest.atom.inner, rest.atom.divisor) * rest.coefficient;
            const ir::Index combined = index - pair + *rest.atom.inner * rest.coefficient;
            // The pair is gone unless rebuilding its atoms changed them; then the index is left as it is.
            return combined.terms().size() < index.terms().size() + rest.atom.inner->terms().size()
                       ? recombine(combined)
                       : index;
        }
    }
    return index;
}

std::int64_t power_of_two_divisor(const ir::Index& index, std::int64_t limit, ir::VarId ignored) {
    std::int64_t divisor = lowest_bit(index.constant(), limit);
    for (const ir::Term& term : index.terms()) {
        std::int64_t atom = 1;
        switch (term.atom.kind) {
            case ir::Atom::Kind::variable:
                atom = term.atom.variable == ignored ? limit : 1;
                break;
            case ir::Atom::Kind::floor_div:
                atom = term.atom.inner->uses(ignored) ? limit : 1;
                break;
            case ir::Atom::Kind::mod:
                atom = std::min(power_of_two_divisor(*term.atom.inner, limit, ignored),
                                lowest_bit(term.atom.divisor, limit));
                break;
        }
        const std::int64_t scaled = lowest_bit(term.coefficient, limit);
        // Products of powers of two that reach the limit stay there.
        divisor = std::min(divisor, atom >= limit / scaled ? limit : atom * scaled);
    }
    return divisor;
}

}  // namespace saku::features
