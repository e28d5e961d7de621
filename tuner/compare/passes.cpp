#include "tuner/compare/passes.h"

#include <numeric>
#include <utility>

#include "tuner/compare/compare.h"
#include "tuner/compare/statistics.h"

namespace saku::tuner {

namespace {

/// One pass over the samples in this order.
Result<std::vector<TrialOutcome>> measure(const std::vector<Sample>& samples, const std::vector<std::size_t>& order,
                                          const Space& space, const PassOptions& options, const TrialRequest& request,
                                          const std::function<void(double)>& done) {
    std::vector<schedules::Schedule> schedules;
    for (const std::size_t i : order) schedules.push_back(schedule_of(space, samples[i].id));
    return measure_in_batches(schedules, request, options.at_once, options.measure, [&](std::size_t count) {
        done(static_cast<double>(count) / static_cast<double>(order.size()));
        return true;
    });
}

}  // namespace

Result<std::map<std::string, std::size_t>> measure_passes(std::vector<Sample>& samples, const Space& space,
                                                          const PassOptions& options, Random& random,
                                                          const PassProgress& progress) {
    std::vector<std::size_t> order(samples.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::vector<char> good(samples.size(), 1);
    std::map<std::string, std::size_t> failed;
    for (const int pass : {0, 1}) {
        shuffle(order, random);
        TrialRequest request = options.request;
        request.series = pass;
        const auto done = [&](double part) { progress((pass + part) / 2, pass == 0 ? "first pass" : "second pass"); };
        done(0);
        SAKU_TRY(outcomes, measure(samples, order, space, options, request, done));
        for (std::size_t i = 0; i < order.size(); ++i) {
            Sample& sample = samples[order[i]];
            (pass == 0 ? sample.first_seconds : sample.second_seconds) = trimmed_mean(outcomes[i].samples);
            if (outcomes[i].status == TrialStatus::measured || good[order[i]] == 0) continue;
            good[order[i]] = 0;
            ++failed[name_of(outcomes[i].status)];
        }
    }
    return failed;
}

}  // namespace saku::tuner
