#include "tuner/compare/reprice.h"

#include <algorithm>

namespace saku::tuner {

namespace {

double top_of(const std::vector<Sample>& samples, std::size_t picks) {
    if (samples.empty()) return 0;
    std::vector<Sample> order = samples;
    std::stable_sort(order.begin(), order.end(),
                     [](const Sample& a, const Sample& b) { return a.predicted_seconds < b.predicted_seconds; });
    const auto faster = [](const Sample& a, const Sample& b) { return a.measured() < b.measured(); };
    const auto best = std::min_element(order.begin(), order.end(), faster);
    const auto end = order.begin() + static_cast<std::ptrdiff_t>(std::min(picks, order.size()));
    return best->measured() / std::min_element(order.begin(), end, faster)->measured();
}

}  // namespace

Repriced reprice(const Pricer& pricer, const std::vector<Sample>& samples) {
    std::vector<Id> ids;
    for (const Sample& sample : samples) ids.push_back(sample.id);
    const std::vector<Fitted<costmodel::Cost>> costs = PricerPool(pricer).price_all(ids, 1);
    Repriced repriced{.samples = {}, .costs = {}, .rejected = 0};
    for (std::size_t i = 0; i < samples.size(); ++i) {
        if (!costs[i]) {
            ++repriced.rejected;
            continue;
        }
        repriced.samples.push_back(samples[i]);
        repriced.samples.back().predicted_seconds = costs[i]->seconds;
        repriced.costs.push_back(*costs[i]);
    }
    return repriced;
}

double top1_of(const std::vector<Sample>& samples) { return top_of(samples, 1); }
double top8_of(const std::vector<Sample>& samples) { return top_of(samples, 8); }

Comparison comparison_of(const KeptMeasurement& measurement, const Space& space, const Repriced& repriced) {
    const KeptPicks& picks = measurement.picks;
    return {.op = measurement.op,
            .target = measurement.machine,
            .threads = measurement.threads,
            .space_size = space.ids.numbering.size,
            .samples = repriced.samples,
            .failed = measurement.failed,
            .agreement = agreements(repriced.samples),
            .top1_ratio = picks.top1_ratio,
            .top8_ratio = picks.top8_ratio,
            .static_tuning_seconds = picks.static_tuning_seconds,
            .static_seconds = picks.static_seconds,
            .static_predicted = picks.static_predicted,
            .static_id = {},
            .profiled_tuning_seconds = picks.profiled_tuning_seconds,
            .profiled_trials = picks.profiled_trials,
            .profiled_seconds = picks.profiled_seconds,
            .profiled_progress = {},
            .seconds = 0};
}

}  // namespace saku::tuner
