// What the measurements say of how far predictions can be trusted: the group "checked" of costmodel/coefficients.json,
// and the table of pairs in docs/cost-model.md.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "bench/fidelity/pairs.h"
#include "costmodel/coefficients.h"

namespace saku::fidelity {

/// Machines, threads, working sets of the operators' best predictions, the margin below which the order says nothing,
/// and the median over operators of the error near the best prediction.
[[nodiscard]] costmodel::Checked checked_by(const std::vector<Study>& studies, const std::vector<PairBin>& bins);

/// The coefficients' text with the group replaced and all else as it was. Error: a text without it, or one that would
/// be no coefficients any more.
[[nodiscard]] Result<std::string> with_checked(const std::string& coefficients, const costmodel::Checked& checked,
                                               const std::vector<Study>& studies, const std::string& file);

/// The table of pairs with what it means, for between the markers in docs/cost-model.md.
[[nodiscard]] std::string pairs_text(const std::vector<Study>& studies, const std::vector<PairBin>& bins);

}  // namespace saku::fidelity
