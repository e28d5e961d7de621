// Signed errors by the term that decides, so that a reader sees which part of the model is too dear or too cheap.
#include <algorithm>
#include <array>

#include "bench/fidelity/markdown.h"
#include "bench/fidelity/report.h"
#include "costmodel/cost.h"
#include "tuner/compare/statistics.h"
#include "tuner/profile/trial.h"

namespace saku::fidelity {

namespace {

constexpr const char* preamble =
    R"(Mean signed error (predicted / measured - 1) of the samples whose largest term is the column's, their median, and in
brackets their number: of all operators, and of those that are ranked worst. Above zero: predicted too slow.

)";
constexpr std::size_t worst_operators = 8;
constexpr std::size_t terms = costmodel::term_count;

/// predicted / measured - 1 of samples, by the largest term of their prediction.
using ErrorsByTerm = std::array<std::vector<double>, terms>;

void add_errors(const Subject& subject, ErrorsByTerm& errors) {
    for (std::size_t i = 0; i < subject.priced.samples.size(); ++i) {
        const tuner::Sample& sample = subject.priced.samples[i];
        errors[static_cast<std::size_t>(subject.priced.costs[i].bottleneck)].push_back(
            sample.predicted_seconds / sample.measured() - 1);
    }
}

std::string signed_percent(double fraction) { return change(100 * fraction, 0) + " %"; }

std::vector<std::string> row_of(const std::string& name, const std::string& spearman, const ErrorsByTerm& errors,
                                const std::vector<std::size_t>& columns) {
    std::vector<std::string> row{name, spearman};
    for (const std::size_t term : columns) {
        const std::vector<double>& each = errors[term];
        row.push_back(each.empty()
                          ? ""
                          : signed_percent(tuner::mean(each)) + ", median " + signed_percent(tuner::median(each)) +
                                " (" + std::to_string(each.size()) + ")");
    }
    return row;
}

}  // namespace

std::string errors_text(const Study& study) {
    ErrorsByTerm all;
    for (const Subject& subject : study.subjects) add_errors(subject, all);
    std::vector<std::size_t> columns;
    for (std::size_t t = 0; t < terms; ++t) {
        if (!all[t].empty()) columns.push_back(t);
    }
    std::vector<const Subject*> order;
    for (const Subject& subject : study.subjects) order.push_back(&subject);
    std::stable_sort(order.begin(), order.end(),
                     [](const Subject* a, const Subject* b) { return a->agreement.spearman < b->agreement.spearman; });
    order.resize(std::min(order.size(), worst_operators));

    std::vector<std::vector<std::string>> rows{{"operator", "Spearman"}};
    for (const std::size_t term : columns)
        rows.front().push_back("`" + std::string(costmodel::name_of(static_cast<costmodel::Term>(term))) + "`");
    rows.push_back(row_of("all operators", "", all, columns));
    for (const Subject* subject : order) {
        ErrorsByTerm own;
        add_errors(*subject, own);
        rows.push_back(
            row_of("`" + subject->measurement.op + "`", fixed(subject->agreement.spearman, 2), own, columns));
    }
    return preamble + table(rows);
}

}  // namespace saku::fidelity
