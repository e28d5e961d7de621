// What does calibrating add? The same samples, priced for the machine as its file has it and as it was measured.
#include <algorithm>
#include <vector>

#include "bench/fidelity/markdown.h"
#include "bench/fidelity/report.h"
#include "tuner/compare/statistics.h"

namespace saku::fidelity {

namespace {

/// Figures over the operators.
struct Summary {
    std::vector<double> spearman;
    std::vector<double> best_quartile;
    std::vector<double> error_near;
    std::vector<double> error_random;
    std::vector<double> top1;
};

void add(const tuner::Agreements& agreement, double top1, Summary& summary) {
    summary.spearman.push_back(agreement.spearman);
    summary.best_quartile.push_back(agreement.spearman_best_quartile);
    summary.error_near.push_back(agreement.median_error_near);
    summary.error_random.push_back(agreement.median_error_random);
    summary.top1.push_back(top1);
}

std::vector<std::string> row(const std::string& name, const Summary& summary) {
    return {name,
            fixed(tuner::mean(summary.spearman), 3),
            fixed(*std::min_element(summary.spearman.begin(), summary.spearman.end()), 2),
            fixed(tuner::mean(summary.best_quartile), 3),
            percent(tuner::mean(summary.error_near)),
            percent(tuner::mean(summary.error_random)),
            fixed(tuner::geometric_mean(summary.top1), 3)};
}

}  // namespace

std::string calibration_text(const Study& study) {
    if (!study.calibrated || study.subjects.empty()) return {};
    Summary stated;
    Summary measured;
    for (const Subject& subject : study.subjects) {
        add(subject.agreement, tuner::top1_of(subject.priced.samples), stated);
        const tuner::Pricer pricer = tuner::pricer_for(subject.today->space, study.calibrated->machine,
                                                       study.coefficients, subject.measurement.threads);
        const tuner::Repriced priced = tuner::reprice(pricer, subject.today->recalled.samples);
        add(tuner::agreements(priced.samples), tuner::top1_of(priced.samples), measured);
    }
    const targets::Calibration& calibration = study.calibrated->calibration;
    return "\n### What calibrating adds\n\nAll figures above are those of the machine's file. `saku machine "
           "calibrate`, run on " +
           calibration.when.substr(0, 10) + " on " + calibration.cpu + ", measured " + fixed(calibration.ghz.value, 2) +
           " GHz (the file says " + fixed(study.machine.ghz, 2) +
           "); with what it measured, the same samples are predicted so. Errors are means of the operators' medians, "
           "top 1 is that "
           "of the samples.\n\n" +
           table({{"predicted by", "Spearman, mean", "least", "best quartile", "error near", "error random", "top 1"},
                  row("the machine's file", stated),
                  row("and a calibration", measured)});
}

}  // namespace saku::fidelity
