// What the coefficients owe to the operators that they are judged by, as text.
#include <algorithm>
#include <array>
#include <map>

#include "bench/fidelity/left_out.h"
#include "bench/fidelity/markdown.h"
#include "bench/fidelity/report.h"
#include "tuner/compare/statistics.h"

namespace saku::fidelity {

namespace {

constexpr const char* preamble = R"(
### Leave one operator out

How much of these figures is owed to coefficients that were chosen by looking at them? Those below were, as their sources in
`costmodel/coefficients.json` say. Here they are chosen again, between half and twice the shipped values, with each operator in turn left
out; then with each family of operators, since operators of one family are near-duplicates of each other. An operator's figures
are those under what was chosen without it.

* **Score** of an operator: the mean of Spearman, Spearman in the best quartile and top 1 today, each 1 at best; of a choice, the
  mean over operators. Equal weights: any others would be one more thing chosen here.
* **Choice**: one coefficient after another is moved along its values as long as the score rises, in up to three passes.
* **What all agree on**: values that every choice with something left out has in common, all others as shipped.
* **Against shipped**: the mean difference of the score and its standard error, operators of a family taken to move together.
* Not left out: the formulas, which terms there are, and the shipped values as the place to start from, all of which saw all operators.

)";

double mean_score(const std::vector<Fit>& fits) {
    std::vector<double> scores;
    for (const Fit& fit : fits) scores.push_back(score_of(fit));
    return tuner::mean(scores);
}

std::string against_shipped(const LeftOut& left_out, const std::vector<Fit>& fits) {
    const Difference found = difference(left_out.shipped, fits, left_out.families);
    return change(found.mean, 4) + " ± " + fixed(found.standard_error, 4);
}

std::vector<std::string> figures_row(const std::string& name, const LeftOut& left_out, const std::vector<Fit>& fits) {
    const std::vector<double> spearman = figures(fits, &Fit::spearman);
    const std::vector<double> top1 = figures(fits, &Fit::top1);
    const bool is_shipped = &fits == &left_out.shipped;
    return {name,
            fixed(tuner::mean(spearman), 3),
            fixed(*std::min_element(spearman.begin(), spearman.end()), 3),
            fixed(tuner::mean(figures(fits, &Fit::best_quartile)), 3),
            fixed(tuner::geometric_mean(top1), 3),
            fixed(*std::min_element(top1.begin(), top1.end()), 3),
            fixed(mean_score(fits), 4),
            is_shipped ? "" : against_shipped(left_out, fits)};
}

std::string figures_table(const LeftOut& left_out) {
    return table({{"coefficients", "Spearman, mean", "least", "best quartile", "top 1 today", "least", "score",
                   "against shipped"},
                  figures_row("shipped", left_out, left_out.shipped),
                  figures_row("chosen on all operators", left_out, left_out.best_fits),
                  figures_row("chosen without the operator", left_out, left_out.without_operator.fits),
                  figures_row("chosen without its family", left_out, left_out.without_family.fits),
                  figures_row("only what all those agree on", left_out, left_out.agreed_fits)});
}

/// How often the shipped value was kept, and the range of factors: "60 of 71, x 0.71-1.00".
std::string choices_text(const LeftOut& left_out, const Refit& refit, std::size_t axis) {
    const std::size_t shipped = left_out.grid.shipped()[axis];
    std::size_t same = 0;
    std::size_t low = refit.choices.front()[axis];
    std::size_t high = low;
    for (const Choice& choice : refit.choices) {
        same += choice[axis] == shipped ? 1 : 0;
        low = std::min(low, choice[axis]);
        high = std::max(high, choice[axis]);
    }
    const std::vector<double>& factors = left_out.grid.axes()[axis].factors;
    const std::string range =
        low == high ? fixed(factors[low], 2) : fixed(factors[low], 2) + "-" + fixed(factors[high], 2);
    return std::to_string(same) + " of " + std::to_string(refit.choices.size()) + ", x " + range;
}

/// The score's change at each factor but 1: "0.50: -0.0012, 2.00: 0".
std::string alone_text(const LeftOut& left_out, std::size_t axis) {
    const std::vector<double>& factors = left_out.grid.axes()[axis].factors;
    const std::vector<double>& scores = left_out.alone[axis];
    const std::size_t shipped = left_out.grid.shipped()[axis];
    std::string text;
    for (std::size_t i = 0; i < factors.size(); ++i) {
        if (i == shipped) continue;
        text += (text.empty() ? "" : ", ") + fixed(factors[i], 2) + ": " + change(scores[i] - scores[shipped], 4);
    }
    return text;
}

std::string coefficients_table(const LeftOut& left_out) {
    std::vector<std::vector<std::string>> rows{{"coefficient", "shipped", "score with it alone times", "all operators",
                                                "without an operator", "without a family"}};
    const std::vector<FittedCoefficient>& axes = left_out.grid.axes();
    for (std::size_t a = 0; a < axes.size(); ++a) {
        rows.push_back({"`" + axes[a].pointer + "`", left_out.grid.value_text(a, left_out.grid.shipped()[a]),
                        alone_text(left_out, a), "x " + fixed(axes[a].factors[left_out.best[a]], 2),
                        choices_text(left_out, left_out.without_operator, a),
                        choices_text(left_out, left_out.without_family, a)});
    }
    return table(rows);
}

std::string families_table(const LeftOut& left_out) {
    struct Sums {
        std::vector<Fit> shipped;
        std::vector<Fit> without;
    };
    std::map<std::string, Sums> by_family;
    for (std::size_t i = 0; i < left_out.families.size(); ++i) {
        Sums& sums = by_family[left_out.families[i]];
        sums.shipped.push_back(left_out.shipped[i]);
        sums.without.push_back(left_out.without_family.fits[i]);
    }
    std::vector<std::vector<std::string>> rows{
        {"family", "operators", "Spearman", "without it", "best quartile", "without it", "top 1 today", "without it"}};
    for (const auto& [family, sums] : by_family) {
        const auto means = [&](double Fit::*which, int digits) {
            return std::array{fixed(tuner::mean(figures(sums.shipped, which)), digits),
                              fixed(tuner::mean(figures(sums.without, which)), digits)};
        };
        const auto [spearman, spearman_without] = means(&Fit::spearman, 3);
        const auto [quartile, quartile_without] = means(&Fit::best_quartile, 3);
        const auto [top1, top1_without] = means(&Fit::top1, 3);
        rows.push_back({family, std::to_string(sums.shipped.size()), spearman, spearman_without, quartile,
                        quartile_without, top1, top1_without});
    }
    return table(rows);
}

}  // namespace

std::string left_out_text(const LeftOut& left_out) {
    const double shipped = mean_score(left_out.shipped);
    const auto gain = [&](const std::vector<Fit>& fits) { return change(mean_score(fits) - shipped, 4); };
    const auto end = [&](std::size_t i) { return fixed(left_out.ends[i], 4); };
    return preamble + figures_table(left_out) + "\nThe values chosen on all operators gain " +
           gain(left_out.best_fits) + " there; chosen so, the gain is " + gain(left_out.without_operator.fits) +
           " for an operator left out and " + gain(left_out.without_family.fits) +
           " for a family left out: the rest is fitting to the operators at hand. On all operators the search ends "
           "at " +
           end(0) + " from the shipped values, at " + end(1) + " from all at their smallest and at " + end(2) +
           " from all at their largest; the best is taken. " + grouped(static_cast<double>(left_out.settings)) +
           " settings were priced.\n\nBelow: how the score changes where one coefficient alone is multiplied; the "
           "factor "
           "chosen on all operators; and in how many of the choices with something left out the shipped value stayed, "
           "with the range of factors.\n\n" +
           coefficients_table(left_out) +
           "\nBy family, means, with shipped coefficients and with those chosen without it:\n\n" +
           families_table(left_out);
}

}  // namespace saku::fidelity
