// Do two accesses in different iterations of a loop name different elements?
#pragma once

#include <set>

#include "ir/expr.h"
#include "ir/facts.h"

namespace saku::ir {

/// An access of the loop's body, to one buffer.
struct Touch {
    Access access;
    bool is_write = false;
    Facts facts;  ///< what is known where it stands
};

/// True when `a` in one iteration of the loop over `loop`, and `b` in a different one, never name the same element,
/// whatever the variables of the loops in its body (`inner`) are; all other variables are the same for both.
/// Sufficient, not necessary. How: equal elements have equal subscripts; some subscript, or what floors and mods in
/// several make up together, is c*loop + rest in both, where the rests differ by less than c. Or the same digit by
/// digit, for floor(loop/d) and loop mod d. Or variable by variable, see equal_parts.h.
[[nodiscard]] bool name_different_elements(VarId loop, const std::set<VarId>& inner, const Touch& a, const Touch& b);

}  // namespace saku::ir
