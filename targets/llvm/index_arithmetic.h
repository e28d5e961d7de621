// Arithmetic on indices alone, such as the size of a padded window, that the ranges around it decide.
#pragma once

#include <optional>

#include "targets/llvm/frame.h"

namespace saku::targets {

/// The resolved index that the expression is in all active lanes; its value as a float is that of the expression.
/// Sums and differences are, and minima and maxima where it is known which operand they take: of
/// min(index(y + 2), 28) - max(index(y - 1), 0), which is 3 inside of an image, nothing is left to work out. Nothing
/// where something else takes part, or floats would round.
[[nodiscard]] std::optional<ir::Index> as_index(const Frame& frame, const ir::Expr& expr, const Lanes& lanes);

}  // namespace saku::targets
