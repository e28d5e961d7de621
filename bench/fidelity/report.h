// docs/fidelity.md: how well the model predicts, from kept measurements.
#pragma once

#include <string>
#include <vector>

#include "bench/fidelity/left_out.h"
#include "bench/fidelity/study.h"

namespace saku::fidelity {

/// The whole page. Deterministic in the measurements and the model: its dates are those of the measurements.
/// `left_out`: by study; where there are fewer, the others have no such section.
[[nodiscard]] std::string report(const std::vector<Study>& studies, const std::vector<LeftOut>& left_out = {});

// Its parts, of one machine each.
[[nodiscard]] std::string operators_text(const Study& study);  ///< a row an operator
[[nodiscard]] std::string targets_text(const Study& study);    ///< what was asked for, and what was reached
[[nodiscard]] std::string ablation_text(const Study& study);
/// The same samples priced without and with the study's calibration; empty where there is none.
[[nodiscard]] std::string calibration_text(const Study& study);
[[nodiscard]] std::string left_out_text(const LeftOut& left_out);
[[nodiscard]] std::string errors_text(const Study& study);  ///< signed errors by the term that decides, worst operators

}  // namespace saku::fidelity
