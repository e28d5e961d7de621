// Declared tensors under values for the parameters.
#pragma once

#include "base/result.h"
#include "frontends/notation/evaluate.h"
#include "frontends/notation/syntax.h"
#include "ir/operator.h"

namespace saku::frontends {

/// The tensor with its shape, strides and flags. Errors carry positions: sizes, layouts that are no permutation of the
/// dimensions, leading dimensions smaller than a row, flags given twice.
[[nodiscard]] Result<ir::Tensor> instantiate_tensor(const TensorSyntax& syntax, const Scope& scope);

/// A literal as the element type holds it; an error (without position) where it does not fit.
[[nodiscard]] Result<double> rounded_to(ir::DType type, double value);

}  // namespace saku::frontends
