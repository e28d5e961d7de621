// The group "fitted" of costmodel/coefficients.json: which coefficients were chosen on measured operators, and what the
// model's figures owe to that.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "bench/fidelity/left_out.h"
#include "costmodel/coefficients.h"

namespace saku::fidelity {

/// Over the operators of all studies, which share a grid.
[[nodiscard]] costmodel::FittedOn fitted_on(const std::vector<LeftOut>& studies);

/// The coefficients' text with the group replaced and all else as it was. Error: a text without it, or one that would
/// be no coefficients any more.
[[nodiscard]] Result<std::string> with_fitted(const std::string& coefficients, const costmodel::FittedOn& fitted,
                                              const std::string& file);

}  // namespace saku::fidelity
