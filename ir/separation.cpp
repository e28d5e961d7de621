#include "ir/separation.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "ir/equal_parts.h"

namespace saku::ir {

namespace {

class Separation {
public:
    Separation(VarId loop, const std::set<VarId>& inner, const Touch& a, const Touch& b)
        : loop_(loop), inner_(inner), a_(a), b_(b) {
        for (std::size_t d = 0; d < a.access.indices.size(); ++d) {
            equal_when_same_.emplace_back(a.access.indices[d], b.access.indices[d]);
        }
        put_together();
    }

    [[nodiscard]] bool holds() const {
        const std::optional<Interval> in_a = a_.facts.values_of(loop_);
        const std::optional<Interval> in_b = b_.facts.values_of(loop_);
        if (in_a && in_b && in_a->is_point() && *in_a == *in_b) return true;  // only one iteration comes there
        return is_told_by(Index::variable(loop_), divisors(), {});
    }

private:
    using Pair = std::pair<Index, Index>;

    /// Adds what two subscripts say together: floor(x/d) and x mod d are x.
    void put_together() {
        constexpr std::size_t most_pairs = 16;
        constexpr std::int64_t largest_divisor = std::int64_t{1} << 20;
        const std::vector<std::int64_t> candidates = joints();
        for (std::size_t i = 0; i < equal_when_same_.size(); ++i) {
            for (std::size_t k = 0; k < equal_when_same_.size() && equal_when_same_.size() < most_pairs; ++k) {
                const auto [high_a, high_b] = equal_when_same_[i];
                const auto [low_a, low_b] = equal_when_same_[k];
                for (const std::int64_t divisor : candidates) {
                    if (i == k || divisor > largest_divisor || !is_small(high_a) || !is_small(high_b)) continue;
                    Pair sum{high_a * divisor + low_a, high_b * divisor + low_b};
                    const bool simpler = is_simpler(sum, equal_when_same_[i], equal_when_same_[k]);
                    const bool is_new =
                        std::find(equal_when_same_.begin(), equal_when_same_.end(), sum) == equal_when_same_.end();
                    if (simpler && is_new) equal_when_same_.push_back(std::move(sum));
                }
            }
        }
    }

    /// Far enough from overflow to be multiplied by a divisor.
    [[nodiscard]] static bool is_small(const Index& index) {
        constexpr std::int64_t most = std::int64_t{1} << 40;
        const auto small = [](std::int64_t number) { return number < most && number > -most; };
        return small(index.constant()) && std::all_of(index.terms().begin(), index.terms().end(),
                                                      [&](const Term& term) { return small(term.coefficient); });
    }

    /// Is a floor or mod gone, as where floor(x/42) and floor(x/6) mod 7 make floor(x/6)? On neither side may sums pile
    /// up what does not join.
    [[nodiscard]] static bool is_simpler(const Pair& sum, const Pair& high, const Pair& low) {
        const auto count = [](const Index& index) {
            return std::count_if(index.terms().begin(), index.terms().end(),
                                 [](const Term& term) { return term.atom.kind != Atom::Kind::variable; });
        };
        const auto first = count(sum.first);
        const auto second = count(sum.second);
        return first <= std::max(count(high.first), count(low.first)) &&
               second <= std::max(count(high.second), count(low.second)) &&
               first + second < count(high.first) + count(low.first) + count(high.second) + count(low.second);
    }

    /// Multiples of floors that complete mods: 8 for i mod 8, 128 for 16 * (i mod 8).
    [[nodiscard]] std::vector<std::int64_t> joints() const {
        std::vector<std::int64_t> found = divisors();
        for (const Access* access : {&a_.access, &b_.access}) {
            for (const Index& index : access->indices) {
                for (const Term& term : index.terms()) {
                    std::int64_t whole = 0;
                    if (term.atom.kind != Atom::Kind::mod) continue;
                    if (!__builtin_mul_overflow(term.atom.divisor, term.coefficient, &whole) && whole > 0)
                        found.push_back(whole);
                }
            }
        }
        std::sort(found.begin(), found.end());
        found.erase(std::unique(found.begin(), found.end()), found.end());
        return found;
    }

    /// The divisors of the mods in both accesses: candidates for taking the loop variable apart.
    [[nodiscard]] std::vector<std::int64_t> divisors() const {
        std::vector<std::int64_t> found;
        for (const Access* access : {&a_.access, &b_.access}) {
            for (const Index& index : access->indices) {
                for (const Term& term : index.terms()) {
                    if (term.atom.kind == Atom::Kind::mod) found.push_back(term.atom.divisor);
                }
            }
        }
        std::sort(found.begin(), found.end());
        found.erase(std::unique(found.begin(), found.end()), found.end());
        return found;
    }

    /// Different values of `digit`, a function of the loop variable, give different elements: some subscript tells them
    /// apart, or subscripts tell apart `digit mod d` and, where that is `equal`, the rest of it.
    [[nodiscard]] bool is_told_by(const Index& digit, const std::vector<std::int64_t>& divisors,
                                  std::vector<Index> equal) const {
        const std::optional<Interval> reach = a_.facts.bounds(digit);
        if (reach && reach->is_point() && b_.facts.bounds(digit) == reach) return true;
        if (is_told_apart(digit, equal)) return true;
        return std::any_of(divisors.begin(), divisors.end(), [&](std::int64_t divisor) {
            const Index low = remainder(digit, divisor);
            if (divisor < 2 || !is_told_apart(low, equal)) return false;
            std::vector<Index> more = equal;
            more.push_back(low);
            return is_told_by(quotient(digit, divisor), divisors, std::move(more));
        });
    }

    [[nodiscard]] bool is_told_apart(const Index& digit, const std::vector<Index>& equal) const {
        if (digit.terms().size() != 1 || digit.constant() != 0 || digit.terms()[0].coefficient != 1) return false;
        return std::any_of(equal_when_same_.begin(), equal_when_same_.end(),
                           [&](const Pair& pair) { return is_told_apart_by(digit, equal, pair.first, pair.second); });
    }

    /// The expression is c*digit + rest in both, where the rests differ by less than c.
    [[nodiscard]] bool is_told_apart_by(const Index& digit, const std::vector<Index>& equal, const Index& in_a,
                                        const Index& in_b) const {
        const Parts a = taken_apart(digit, equal, in_a);
        const Parts b = taken_apart(digit, equal, in_b);
        if (a.slope == 0 || a.slope != b.slope || !(a.outer == b.outer)) return false;
        const std::optional<Interval> rest_a = a_.facts.bounds(a.rest);
        const std::optional<Interval> rest_b = b_.facts.bounds(b.rest);
        const std::int64_t step = a.slope < 0 ? -a.slope : a.slope;
        return rest_a && rest_b && rest_a->high - rest_b->low < step && rest_b->high - rest_a->low < step;
    }

    struct Parts {
        std::int64_t slope = 0;  ///< of the digit
        Index outer;             ///< what only depends on loops outside, or is equal in both
        Index rest;              ///< what may differ between the two accesses
    };

    [[nodiscard]] Parts taken_apart(const Index& digit, const std::vector<Index>& equal, const Index& index) const {
        Parts parts;
        parts.rest = index.constant();
        for (const Term& term : index.terms()) {
            const Index atom = Index::of(term.atom);
            const std::vector<VarId> used = atom.variables();
            const bool is_outer =
                std::find(equal.begin(), equal.end(), atom) != equal.end() ||
                std::none_of(used.begin(), used.end(), [&](VarId id) { return id == loop_ || inner_.contains(id); });
            if (atom == digit) {
                parts.slope = term.coefficient;
            } else {
                (is_outer ? parts.outer : parts.rest) += atom * term.coefficient;
            }
        }
        return parts;
    }

    VarId loop_;
    const std::set<VarId>& inner_;
    const Touch& a_;
    const Touch& b_;
    std::vector<Pair> equal_when_same_;  // expressions that agree when both accesses name the same element
};

/// Do equal subscripts force the loop to be in the same iteration, one variable after the other?
bool is_forced_equal(VarId loop, const std::set<VarId>& inner, const Touch& a, const Touch& b) {
    const Ranges ranges = [&](VarId variable) -> std::optional<Interval> {
        const std::optional<Interval> in_a = a.facts.values_of(variable);
        const std::optional<Interval> in_b = b.facts.values_of(variable);
        if (!in_a || !in_b) return in_a ? in_a : in_b;
        return Interval{std::min(in_a->low, in_b->low), std::max(in_a->high, in_b->high)};
    };
    std::vector<VarId> running(inner.begin(), inner.end());
    running.push_back(loop);
    EqualParts equal(ranges, std::move(running));
    equal.use(a.facts, b.facts);
    equal.learn(a.access.indices, b.access.indices);
    return equal.holds(loop);
}

}  // namespace

bool name_different_elements(VarId loop, const std::set<VarId>& inner, const Touch& a, const Touch& b) {
    return Separation(loop, inner, a, b).holds() || is_forced_equal(loop, inner, a, b);
}

}  // namespace saku::ir
