// Values for an operator's parameters.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "frontends/notation/syntax.h"

namespace saku::frontends {

using Arguments = std::vector<std::pair<std::string, ir::ParameterValue>>;

/// "m, n, k, ta=0, tb=0": the parameters as messages and lists show them.
[[nodiscard]] std::string signature(const OpTemplate& op);

/// The value of every parameter, in declaration order; a double for the real ones. Refused, without a position: names
/// the operator does not have, names given twice, real values of integer parameters, NaN, values outside a parameter's
/// range, parameters without a default that are missing.
[[nodiscard]] Result<Arguments> bind(const OpTemplate& op, const Arguments& given);

/// The bound arguments that differ from their parameter's default, or have none: what the canonical shorthand shows.
[[nodiscard]] Arguments without_defaults(const OpTemplate& op, const Arguments& bound);

}  // namespace saku::frontends
