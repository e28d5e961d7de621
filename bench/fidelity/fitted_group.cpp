#include "bench/fidelity/fitted_group.h"

#include <set>

#include "bench/fidelity/groups.h"
#include "bench/fidelity/markdown.h"
#include "tuner/compare/statistics.h"

namespace saku::fidelity {

namespace {

costmodel::Judged judged(const std::vector<LeftOut>& studies, double Fit::*which) {
    std::vector<Fit> shipped;
    std::vector<Fit> without_operator;
    std::vector<Fit> without_family;
    const auto append = [](std::vector<Fit>& all, const std::vector<Fit>& more) {
        all.insert(all.end(), more.begin(), more.end());
    };
    for (const LeftOut& each : studies) {
        append(shipped, each.shipped);
        append(without_operator, each.without_operator.fits);
        append(without_family, each.without_family.fits);
    }
    return {.shipped = tuner::mean(figures(shipped, which)),
            .operator_left_out = tuner::mean(figures(without_operator, which)),
            .family_left_out = tuner::mean(figures(without_family, which))};
}

std::string judged_line(const std::string& name, const costmodel::Judged& judged) {
    return "    \"" + name + "\": {\"shipped\": " + fixed(judged.shipped, 3) +
           ", \"operator_left_out\": " + fixed(judged.operator_left_out, 3) +
           ", \"family_left_out\": " + fixed(judged.family_left_out, 3) + "}";
}

}  // namespace

costmodel::FittedOn fitted_on(const std::vector<LeftOut>& studies) {
    costmodel::FittedOn fitted;
    std::set<std::string> families;
    for (const LeftOut& each : studies) {
        fitted.operators += static_cast<int>(each.families.size());
        families.insert(each.families.begin(), each.families.end());
    }
    fitted.families = static_cast<int>(families.size());
    if (!studies.empty()) {
        for (const FittedCoefficient& axis : studies.front().grid.axes()) fitted.coefficients.push_back(axis.pointer);
    }
    fitted.spearman = judged(studies, &Fit::spearman);
    fitted.best_quartile = judged(studies, &Fit::best_quartile);
    fitted.top1 = judged(studies, &Fit::top1);
    return fitted;
}

Result<std::string> with_fitted(const std::string& coefficients, const costmodel::FittedOn& fitted,
                                const std::string& file) {
    const std::string source =
        "shipped: values as chosen by hand, as the groups say; left out: chosen again between half and twice of them, "
        "without the operators that are judged (docs/fidelity.md, leave one operator out); means over the operators, "
        "top 1 among the samples";
    std::string lines = "    \"coefficients\": [";
    for (std::size_t i = 0; i < fitted.coefficients.size(); ++i)
        lines += std::string(i == 0 ? "" : ",") + "\n      " + to_line(Json(fitted.coefficients[i]));
    lines += "\n    ],\n" + group_line("operators", fitted.operators) + ",\n" +
             group_line("families", fitted.families) + ",\n" + judged_line("spearman", fitted.spearman) + ",\n" +
             judged_line("best_quartile", fitted.best_quartile) + ",\n" + judged_line("top1", fitted.top1) + ",\n" +
             group_line("source", source);
    return with_group(coefficients, "fitted", lines, file);
}

}  // namespace saku::fidelity
