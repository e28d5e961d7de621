// Random shorthands of built-ins: 1s, primes, tails in every dimension, strides, views, epilogues.
#pragma once

#include <string>

#include "base/random.h"

namespace saku::tests {

/// A matmul, conv2d or depthwise_conv2d, or the sample operator.
[[nodiscard]] std::string random_classic(Random& random);

/// The built-in of this name. Sizes are drawn independently: some do not fit together and are refused.
[[nodiscard]] std::string random_built_in(const std::string& name, Random& random);

/// conv2d, depthwise_conv2d or max_pool2d with layout=any and 20 or 40 channels at most: full blocks, ragged ones, and fewer.
[[nodiscard]] std::string random_free_layout(const std::string& name, Random& random);

}  // namespace saku::tests
