// The loops of an operator's definition as C.
#pragma once

#include <string>

#include "ir/operator.h"

namespace saku::bench {

/// `void nest(float *const *tensors)`: a loop for each axis of each statement, in the order of the definition; the sum
/// (product, maximum) of an element in a local variable; reads that may leave a padded tensor behind a test.
[[nodiscard]] std::string plain_c_source(const ir::Operator& op);

}  // namespace saku::bench
