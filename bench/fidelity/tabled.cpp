#include "bench/fidelity/tabled.h"

#include <algorithm>

#include "base/check.h"
#include "costmodel/estimate.h"
#include "features/table_of.h"
#include "tuner/compare/statistics.h"
#include "tuner/parallel.h"

namespace saku::fidelity {

namespace {

Tabled::Sample tabled_sample(const tuner::Space& space, tuner::Id id, const costmodel::Model& model) {
    const auto nest = tuner::scheduled(space.plain, tuner::schedule_of(space, id));
    SAKU_CHECK(nest.ok(), "a sample that has a price has a nest");
    auto table = features::table_of(*nest);
    SAKU_CHECK(table.ok(), "a sample that has a price has a table");
    Tabled::Sample sample{.table = std::move(*table), .mixes = {}};
    for (const features::Row& row : sample.table.rows)
        sample.mixes.push_back(features::mix_of(sample.table, row, model.vector));
    return sample;
}

Tabled tabled_subject(const Study& study, const Subject& subject) {
    Tabled op{.threads = subject.measurement.threads};
    const costmodel::Model model = costmodel::prepare(study.machine, study.coefficients, op.threads);
    for (const tuner::Sample& sample : subject.priced.samples) {
        op.samples.push_back(tabled_sample(subject.today->space, sample.id, model));
        op.measured.push_back(sample.measured());
    }
    op.best_quartile = tuner::best_quartile(op.measured);
    return op;
}

}  // namespace

std::vector<Tabled> tabled(const Study& study, int jobs) {
    std::vector<Tabled> all(study.subjects.size());
    tuner::for_each_index(all.size(), jobs, [&](std::size_t i) { all[i] = tabled_subject(study, study.subjects[i]); });
    return all;
}

Fit fit_of(const Tabled& op, const costmodel::Model& model) {
    if (op.samples.empty()) return {};
    std::vector<double> predicted;
    for (const Tabled::Sample& sample : op.samples) {
        const auto cost = costmodel::estimate(sample.table, model, sample.mixes);
        SAKU_CHECK(cost.ok(), "a table with a price has one under any coefficients");
        predicted.push_back(cost->seconds);
    }
    std::vector<double> fast_predicted;
    std::vector<double> fast_measured;
    for (const std::size_t i : op.best_quartile) {
        fast_predicted.push_back(predicted[i]);
        fast_measured.push_back(op.measured[i]);
    }
    const auto pick = std::min_element(predicted.begin(), predicted.end()) - predicted.begin();
    return {.spearman = tuner::spearman(predicted, op.measured),
            .best_quartile = tuner::spearman(fast_predicted, fast_measured),
            .top1 = op.measured[op.best_quartile.front()] / op.measured[static_cast<std::size_t>(pick)]};
}

}  // namespace saku::fidelity
