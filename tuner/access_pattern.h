// How a statement walks through its tensors: the only thing sketches are derived from. Operators' names play no part.
//
// For every axis and operand: does one step along the axis leave the operand where it is (invariant), go to the next
// element (contiguous), jump (strided), or do something that is no constant stride (irregular: floors and mods)?
// And for every axis: which side of a contraction is it on?
//
//     out[b, g*kg+o, y, x] += in[b, g*cg+i, y+u-1, x+v-1] * wt[g*kg+o, i, u, v]
//
//          b         g         o         y         x         i u v
//     out  strided   strided   strided   strided   contig.   -
//     in   strided   strided   -         strided   contig.   strided ... contiguous
//     wt   -         strided   strided   -         -         strided ... contiguous
//     role m         batch     n         m         m         k
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ir/operator.h"

namespace saku::tuner {

enum class Reach : std::uint8_t { invariant, contiguous, strided, irregular };

/// batch: an output axis that every operand follows. n: an output axis that only constant operands follow, or, where
/// nothing is constant, one that is contiguous in the output. m: any other output axis. k: a reduced axis.
enum class Role : std::uint8_t { batch, m, n, k };

[[nodiscard]] std::string to_string(Reach reach);  ///< "invariant", ...
[[nodiscard]] std::string to_string(Role role);    ///< "batch", "m", "n", "k"

/// One access of the statement. `stride` and `reach` are by position in `AccessPattern::axes`.
struct OperandPattern {
    ir::BufferId tensor = 0;
    std::string name;
    bool is_constant = false;
    bool is_padded = false;                 ///< reads may fall outside the tensor
    bool slides = false;                    ///< several axes move a subscript over the same elements (y + u)
    bool has_other_accesses = false;        ///< the operator reads this tensor elsewhere too, by other subscripts
    std::vector<std::int64_t> stride = {};  ///< elements per step; 0 where invariant or irregular
    std::vector<Reach> reach = {};
};

struct AxisPattern {
    ir::VarId axis = 0;  ///< position in Operator::axes
    std::string name;
    std::int64_t extent = 1;
    Role role = Role::batch;
};

struct AccessPattern {
    int statement = 0;
    std::vector<AxisPattern> axes;  ///< the destination's axes as it lists them, then the reduced ones
    OperandPattern output = {};
    std::vector<OperandPattern> operands = {};  ///< distinct accesses, in reading order
    int arithmetic = 0;                         ///< operations per iteration, the update included
};

/// The pattern of statement number `statement`; `op` must be sound (`ir::check`).
[[nodiscard]] AccessPattern access_pattern(const ir::Operator& op, int statement);

/// The statement that most of the work is in: the one with the most iterations, the first of equals.
[[nodiscard]] int main_statement(const ir::Operator& op);

/// The pattern as a table, for `saku space` and tests.
[[nodiscard]] std::string to_text(const AccessPattern& pattern);

}  // namespace saku::tuner
