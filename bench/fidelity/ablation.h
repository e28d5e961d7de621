// What is each part of the model good for? The same samples, priced without it.
//
// A variation is a change of data: of the machine, of the coefficients, of the prepared model, or terms that are taken
// out of the sum afterwards. The model itself knows nothing of it.
//
// Limits. Parts lean on each other: two that say nearly the same can each be dropped at little cost, though not both.
// The near samples were chosen by the model with all its parts.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/fidelity/study.h"

namespace saku::fidelity {

struct Variation {
    std::string name;  ///< of the part
    std::string what;  ///< what is done to the model
    std::function<void(targets::Machine&)> machine = {};
    std::function<void(costmodel::Coefficients&)> coefficients = {};
    std::function<void(costmodel::Model&)> model = {};
    std::vector<costmodel::Term> dropped = {};  ///< of the phases' times, in which they take part
};

/// All parts that can be removed, in the order of docs/cost-model.md.
[[nodiscard]] const std::vector<Variation>& variations();

/// Figures of one operator under one model.
struct Fit {
    double spearman = 0;
    double best_quartile = 0;
    double top1 = 0;  ///< tuner::top1_of
};
[[nodiscard]] Fit fit_of(const std::vector<tuner::Sample>& samples);
/// One figure of each.
[[nodiscard]] std::vector<double> figures(const std::vector<Fit>& fits, double Fit::*which);

/// By subject of the study, each under the variation.
[[nodiscard]] std::vector<Fit> fits(const Study& study, const Variation& variation);
/// The same under the model as it is.
[[nodiscard]] std::vector<Fit> fits(const Study& study);

/// Does any sample of the study get another prediction?
[[nodiscard]] bool changes_prices(const Study& study, const Variation& variation);

}  // namespace saku::fidelity
