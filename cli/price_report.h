// What the model says of one schedule, as text and as JSON.
//
//     580.3 us predicted, 260.2 GF/s, 97.1 % of peak; limited by core
//     core       551.2 us   95.0 %
//     l1_misses   20.1 us    3.5 %
#pragma once

#include <string>

#include "base/json.h"
#include "costmodel/cost.h"
#include "features/residence.h"
#include "tuner/tune.h"

namespace saku::cli {

/// "zen5", or "zen5, calibrated" where there is the fingerprint of a calibration.
[[nodiscard]] std::string machine_text(const std::string& name, const std::string& calibration);
[[nodiscard]] std::string machine_text(const targets::Machine& machine);

/// "calibration": the fingerprint, where there is one.
void add_calibration(Json& json, const std::string& calibration);

/// "matmul:m=8,n=8,k=8 on zen5, 1 thread", and ", cold caches" where they are; `target` as
/// `machine_text` writes it.
[[nodiscard]] std::string heading(const std::string& op, const std::string& target, int threads,
                                  features::Residence residence);

/// {"core": 5.5e-4, ...}: seconds by term.
[[nodiscard]] Json terms_json(const costmodel::Terms& terms);

/// id (where the schedule has one), schedule, predicted_seconds, terms, bottleneck, gflops, percent_of_peak,
/// margin_to_next, unchecked.
[[nodiscard]] Json ranked_json(const tuner::Ranked& ranked);

/// "580.3 us predicted, 260.2 GF/s, 97.1 % of peak; limited by core".
[[nodiscard]] std::string headline(const tuner::Ranked& ranked);

/// A line on the margin to the next candidate where it is known, and one for each respect in which the model was not
/// checked.
[[nodiscard]] std::string confidence_text(const tuner::Ranked& ranked);
/// The latter only.
[[nodiscard]] std::string unchecked_text(const std::vector<costmodel::Unchecked>& unchecked);

/// A line for each term that takes time.
[[nodiscard]] std::string terms_table(const costmodel::Cost& cost);

/// Both prices side by side, a line for each term that takes time in either, and what it adds to the difference.
[[nodiscard]] std::string versus_table(const costmodel::Cost& ours, const costmodel::Cost& theirs);

}  // namespace saku::cli
