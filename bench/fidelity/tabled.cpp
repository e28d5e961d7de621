#include "bench/fidelity/tabled.h"

#include "base/check.h"
#include "costmodel/estimate.h"
#include "features/table_of.h"
#include "tuner/parallel.h"

namespace saku::fidelity {

namespace {

Tabled::Code code_of(const tuner::Space& space, tuner::Id id, const costmodel::Model& model) {
    const auto nest = tuner::scheduled(space.plain, tuner::schedule_of(space, id));
    SAKU_CHECK(nest.ok(), "a sample that has a price has a nest");
    auto table = features::table_of(*nest);
    SAKU_CHECK(table.ok(), "a sample that has a price has a table");
    Tabled::Code code{.table = std::move(*table), .mixes = {}};
    for (const features::Row& row : code.table.rows)
        code.mixes.push_back(features::mix_of(code.table, row, model.vector));
    return code;
}

Tabled tabled_subject(const Study& study, const Subject& subject) {
    Tabled op{.threads = subject.measurement.threads, .samples = subject.priced.samples};
    const costmodel::Model model = costmodel::prepare(study.machine, study.coefficients, op.threads);
    for (const tuner::Sample& sample : op.samples) op.codes.push_back(code_of(subject.today->space, sample.id, model));
    return op;
}

}  // namespace

std::vector<Tabled> tabled(const Study& study, int jobs) {
    std::vector<Tabled> all(study.subjects.size());
    tuner::for_each_index(all.size(), jobs, [&](std::size_t i) { all[i] = tabled_subject(study, study.subjects[i]); });
    return all;
}

Fit fit_of(const Tabled& op, const costmodel::Model& model) {
    std::vector<tuner::Sample> samples = op.samples;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const auto cost = costmodel::estimate(op.codes[i].table, model, op.codes[i].mixes);
        SAKU_CHECK(cost.ok(), "a table with a price has one under any coefficients");
        samples[i].predicted_seconds = cost->seconds;
    }
    return fit_of(samples);
}

}  // namespace saku::fidelity
