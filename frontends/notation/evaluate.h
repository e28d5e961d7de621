// Integer expressions of the notation under values for its names.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "frontends/notation/syntax.h"
#include "ir/operator.h"

namespace saku::frontends {

/// What names mean while an operator is instantiated.
struct Scope {
    std::string file;                              ///< for positions in messages
    std::map<std::string, std::int64_t> integers;  ///< parameters and `let`s
    std::map<std::string, double> reals;           ///< parameters that are real numbers
};

/// A size or a condition (0: false); axes are not known here. Real numbers can be compared, nothing else. Errors:
/// overflow, division by zero, unknown names.
[[nodiscard]] Result<std::int64_t> evaluate(const IntExpr& expr, const Scope& scope);

/// A subscript: names of axes give variables (and hide integers of that name), everything else must be quasi-affine in
/// them. Coefficients and constants beside axes are limited to 2^48, divisors to 2^40, and `/` and `%` over axes to
/// six inside one another.
[[nodiscard]] Result<ir::Index> evaluate_subscript(const IntExpr& expr, const Scope& scope,
                                                   const std::vector<ir::Axis>& axes);

/// The value of an integer expression or of a real parameter, for messages.
[[nodiscard]] Result<std::string> text_of(const IntExpr& expr, const Scope& scope);

/// "c = 3, groups = 2": the integers that an expression names, for messages.
[[nodiscard]] std::string values_of_names(const IntExpr& expr, const Scope& scope);

}  // namespace saku::frontends
