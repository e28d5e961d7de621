#include "tuner/profile/profile.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "tuner/search.h"

namespace saku::tuner {

namespace {

using Clock = std::chrono::steady_clock;

/// Of so many trials, at most, the winner is chosen by timing them again.
constexpr std::size_t finalists = 4;

/// One run of measured tuning.
class Profiling {
public:
    Profiling(const Pricer& pricer, const ProfileOptions& options)
        : pricer_(pricer), options_(options), start_(Clock::now()) {}

    Result<ProfileResult> run() {
        const std::size_t random_trials = std::max(std::min<std::size_t>(options_.trials, 4), options_.trials / 4);
        const auto random = random_search(pricer_.space.ids, options_.seed);
        SAKU_TRY_DONE(follow(*random, random_trials));
        const auto evolution = evolution_search(
            pricer_.space.ids, {.strategy = "evolution", .seed = options_.seed, .budget = options_.trials}, outcomes_);
        SAKU_TRY_DONE(follow(*evolution, options_.trials));
        SAKU_TRY_DONE(choose());
        result_.seconds = elapsed();
        return std::move(result_);
    }

private:
    [[nodiscard]] double elapsed() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

    /// Measures what the search asks for, until there have been so many trials in all.
    Result<Done> follow(Search& search, std::size_t until) {
        // Most draws may be rejected by the gates; a space in which all are must come to an end.
        constexpr std::size_t most_draws = 2000;
        std::size_t barren = 0;
        while (result_.trials.size() < until && barren < most_draws && !result_.interrupted) {
            const std::vector<Id> ids = search.ask(std::min(options_.batch, until - result_.trials.size()));
            if (ids.empty()) break;
            std::vector<Outcome> told;
            SAKU_TRY_DONE(try_batch(ids, told));
            const bool any = std::any_of(told.begin(), told.end(), [](const Outcome& each) { return each.priced; });
            barren = any ? 0 : barren + ids.size();
            search.tell(told);
            outcomes_.insert(outcomes_.end(), told.begin(), told.end());
        }
        return Done{};
    }

    Result<Done> try_batch(const std::vector<Id>& ids, std::vector<Outcome>& told) {
        std::vector<Trial> batch;
        std::vector<std::size_t> of_id(ids.size(), ids.size());  // position in the batch
        for (std::size_t i = 0; i < ids.size(); ++i) {
            const auto cost = price(pricer_, ids[i]);
            if (!cost) continue;
            of_id[i] = batch.size();
            batch.push_back(
                {.id = ids[i], .schedule = schedule_of(pricer_.space, ids[i]), .predicted_seconds = cost->seconds});
        }
        SAKU_TRY_DONE(measure(batch, options_.measuring));
        for (std::size_t i = 0; i < ids.size(); ++i) {
            const Trial* trial = of_id[i] < batch.size() ? &batch[of_id[i]] : nullptr;
            const bool good = trial != nullptr && trial->outcome.status == TrialStatus::measured;
            told.push_back({.id = ids[i], .priced = good, .cost = good ? trial->measured_seconds : 0});
        }
        for (Trial& trial : batch) SAKU_TRY_DONE(note(std::move(trial)));
        const double fraction = static_cast<double>(result_.trials.size()) / static_cast<double>(options_.trials);
        if (options_.progress && !options_.progress(fraction, "measuring")) result_.interrupted = true;
        return Done{};
    }

    Result<Done> measure(std::vector<Trial>& trials, TrialRequest request) {
        if (trials.empty()) return Done{};
        for (const Trial& trial : trials) request.schedules.push_back(trial.schedule);
        SAKU_TRY(outcomes, options_.measure(request));
        for (std::size_t i = 0; i < trials.size(); ++i) {
            trials[i].measured_seconds = median(outcomes[i].samples);
            trials[i].outcome = std::move(outcomes[i]);
        }
        return Done{};
    }

    Result<Done> note(Trial trial) {
        if (options_.log) SAKU_TRY_DONE(options_.log(trial));
        if (trial.outcome.status != TrialStatus::measured) {
            ++result_.failed[name_of(trial.outcome.status)];
        } else if (result_.progress.empty() || trial.measured_seconds < result_.progress.back().best_seconds) {
            result_.progress.push_back({.tuning_seconds = elapsed(), .best_seconds = trial.measured_seconds});
        }
        result_.trials.push_back(std::move(trial));
        return Done{};
    }

    static bool faster(const Trial& a, const Trial& b) {
        return a.measured_seconds != b.measured_seconds ? a.measured_seconds < b.measured_seconds : a.id < b.id;
    }

    /// The fastest few, with more rounds.
    Result<Done> choose() {
        std::vector<Trial> best;
        for (const Trial& trial : result_.trials) {
            if (trial.outcome.status == TrialStatus::measured) best.push_back(trial);
        }
        std::sort(best.begin(), best.end(), faster);
        if (best.size() > finalists) best.resize(finalists);
        TrialRequest again = options_.measuring;
        again.rounds *= 2;
        SAKU_TRY_DONE(measure(best, again));
        std::erase_if(best, [](const Trial& each) { return each.outcome.status != TrialStatus::measured; });
        std::sort(best.begin(), best.end(), faster);
        result_.best = std::move(best);
        return Done{};
    }

    const Pricer& pricer_;
    const ProfileOptions& options_;
    Clock::time_point start_;
    ProfileResult result_;
    std::vector<Outcome> outcomes_;
};

}  // namespace

Result<ProfileResult> profile(const Pricer& pricer, const ProfileOptions& options) {
    return Profiling(pricer, options).run();
}

Result<std::vector<TrialOutcome>> measure_in_batches(const std::vector<schedules::Schedule>& schedules,
                                                     const TrialRequest& measuring, std::size_t batch,
                                                     const MeasureTrials& measure,
                                                     const std::function<bool(std::size_t)>& done) {
    std::vector<TrialOutcome> all;
    while (all.size() < schedules.size()) {
        const std::size_t count = std::min(std::max<std::size_t>(batch, 1), schedules.size() - all.size());
        const auto first = schedules.begin() + static_cast<std::ptrdiff_t>(all.size());
        TrialRequest request = measuring;
        request.schedules.assign(first, first + static_cast<std::ptrdiff_t>(count));
        SAKU_TRY(outcomes, measure(request));
        all.insert(all.end(), std::make_move_iterator(outcomes.begin()), std::make_move_iterator(outcomes.end()));
        if (done && !done(all.size())) break;
    }
    return all;
}

}  // namespace saku::tuner
