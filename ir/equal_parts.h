// What two iterations that touch the same element have in common.
//
// Two accesses are compared under two iterations of some loops: for each subscript, the difference of the two values is
// zero when both touch one element. A coefficient larger than all that the rest of the difference can reach forces its
// variable to be equal in both iterations (as in 8*i_o + i_i with i_i < 8), which leaves less for the rest; so does a
// rest that only has multiples of more than the variable can reach (i_i above). floor(x/d) and x mod d together force
// x. Guards, when given, say more about sums than the ranges of their variables do: of 37*g + 16*o + l with 36 - 16*o -
// l >= 0 the rest stays below 37.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "ir/facts.h"
#include "ir/index.h"

namespace saku::ir {

class EqualParts {
public:
    /// Only variables in `running` can differ between the two iterations at all. `ranges` hold for both.
    EqualParts(Ranges ranges, std::vector<VarId> running) : ranges_(std::move(ranges)), running_(std::move(running)) {}

    /// From here on, `here` is known where the subscripts `a` stand and `there` where `b` do. Both must outlive this.
    void use(const Facts& here, const Facts& there) {
        here_ = &here;
        there_ = &there;
    }

    /// Takes in that the subscripts `a` of one iteration and `b` of the other are equal, one by one.
    void learn(const std::vector<Index>& a, const std::vector<Index>& b);

    /// Is the variable the same in both?
    [[nodiscard]] bool holds(VarId variable) const { return holds_atom(Index::variable(variable)); }

private:
    /// A summand of the difference: `coefficient * (atom here - atom there)`, or anything else, of which only the reach
    /// counts (atom empty).
    struct Summand {
        Index atom;
        std::int64_t coefficient = 0;
        std::optional<Interval> reach;
        std::int64_t divisor = 0;  ///< its value is a multiple of this
    };

    [[nodiscard]] bool holds_atom(const Index& single) const;
    [[nodiscard]] bool holds_index(const Index& index) const;
    [[nodiscard]] Summand summand(const Index& single, std::int64_t here, std::int64_t there) const;
    bool learn(const Index& a, const Index& b);
    [[nodiscard]] bool facts_force(const Index& atom, std::int64_t step, const Index& a, const Index& b) const;
    [[nodiscard]] Index open_part(const Index& index, const Index& other, const Index& atom) const;
    bool join();

    Ranges ranges_;
    std::vector<VarId> running_;
    const Facts* here_ = nullptr;
    const Facts* there_ = nullptr;
    std::vector<Index> equal_;  // each one atom with coefficient 1
};

}  // namespace saku::ir
