#include "tuner/compare/compare.h"

#include <algorithm>
#include <chrono>
#include <unordered_set>

#include "base/random.h"
#include "tuner/compare/passes.h"
#include "tuner/compare/statistics.h"

namespace saku::tuner {

namespace {

/// Predictions this much above the best are still near it.
constexpr double near_factor = 1.5;
constexpr std::size_t picks = 8;

/// One comparison on its way.
class Comparing {
public:
    Comparing(const ir::Operator& op, const targets::Machine& machine, const CompareOptions& options,
              const Pricer& pricer)
        : op_(op), machine_(machine), options_(options), pricer_(pricer), random_(options.tuning.seed) {}

    Result<Fitted<Comparison>> run() {
        const auto start = std::chrono::steady_clock::now();
        report(0, "tuning");
        TuneOptions tuning = options_.tuning;
        tuning.top = picks;
        tuning.emit_object = false;
        SAKU_TRY(tuned, tune(op_, machine_, tuning));
        if (tuned.top.empty()) return Fitted<Comparison>(NotApplicable{"no legal schedule", ""});
        describe(tuned);
        SAKU_TRY_DONE(draw(tuned));
        SAKU_TRY_DONE(measure_samples());
        if (options_.profiling.trials > 0) SAKU_TRY_DONE(profile_too());
        SAKU_TRY_DONE(settle(tuned));
        if (result_.samples.empty() || result_.static_seconds == 0)
            return Fitted<Comparison>(NotApplicable{"nothing could be measured", ""});
        result_.agreement = agreements(result_.samples);
        result_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        return Fitted<Comparison>(std::move(result_));
    }

private:
    void report(double fraction, const std::string& stage) const {
        if (options_.profiling.progress) options_.profiling.progress(fraction, stage);
    }

    void describe(const TuneResult& tuned) {
        result_.op = tuned.op;
        result_.target = tuned.target;
        result_.threads = tuned.threads;
        result_.space_size = tuned.space_size;
        result_.static_tuning_seconds = tuned.seconds;
        result_.static_predicted = tuned.top.front().cost.seconds;
        result_.static_id = tuned.top.front().id;
    }

    /// Near samples from all that a search prices, random ones from the space; none twice.
    Result<Done> draw(const TuneResult& tuned) {
        const std::size_t budget = options_.tuning.candidates > 0 ? options_.tuning.candidates : default_candidates;
        SAKU_TRY(
            explored,
            explore(pricer_,
                    {.search = {.strategy = options_.tuning.search, .seed = options_.tuning.seed, .budget = budget},
                     .keep = budget,
                     .jobs = options_.tuning.jobs}));
        const double limit = near_factor * std::min(explored.best.front().cost.seconds, result_.static_predicted);
        std::vector<Priced> near;
        for (const Priced& each : explored.best) {
            if (each.cost.seconds <= limit && each.id != tuned.top.front().id) near.push_back(each);
        }
        shuffle(near, random_);
        add(tuned.top.front().id, Origin::near, tuned.top.front().cost.seconds);
        const std::size_t wanted = (options_.samples + 2) / 3;
        for (std::size_t i = 0; i < near.size() && result_.samples.size() < wanted; ++i)
            add(near[i].id, Origin::near, near[i].cost.seconds);
        // A small space runs out of ids; the gates may reject most of a large one.
        const std::size_t most_draws = 200 * options_.samples;
        for (std::size_t draws = 0; draws < most_draws && result_.samples.size() < options_.samples; ++draws) {
            const std::optional<Id> id = random_id(pricer_.space.ids, random_);
            if (!id || drawn_.contains(*id)) continue;
            if (const auto cost = price(pricer_, *id)) add(*id, Origin::random, cost->seconds);
        }
        return Done{};
    }

    void add(Id id, Origin origin, double predicted) {
        if (drawn_.insert(id).second)
            result_.samples.push_back({.id = id, .origin = origin, .predicted_seconds = predicted});
    }

    Result<Done> measure_samples() {
        SAKU_TRY(failed,
                 measure_passes(result_.samples, pricer_.space, pass_options(options_), random_,
                                [this](double fraction, const std::string& stage) { report(0.7 * fraction, stage); }));
        result_.failed = std::move(failed);
        std::erase_if(result_.samples, [](const Sample& each) { return !each.has_times(); });
        return Done{};
    }

    Result<Done> profile_too() {
        report(0.7, "profiling");
        ProfileOptions options = options_.profiling;
        if (options.progress)
            options.progress = [&](double fraction, const std::string& stage) {
                return options_.profiling.progress(0.7 + 0.25 * fraction, stage);
            };
        SAKU_TRY(profiled, profile(pricer_, options));
        result_.profiled_tuning_seconds = profiled.seconds;
        result_.profiled_trials = profiled.trials.size();
        result_.profiled_progress = profiled.progress;
        if (!profiled.best.empty()) winner_ = profiled.best.front().id;
        return Done{};
    }

    /// Times everything that could be the best again, in turns.
    Result<Done> settle(const TuneResult& tuned) {
        std::vector<Sample> fastest = result_.samples;
        std::sort(fastest.begin(), fastest.end(), [](const Sample& a, const Sample& b) {
            return a.measured() != b.measured() ? a.measured() < b.measured() : a.id < b.id;
        });
        std::vector<Id> ids;
        const auto want = [&](Id id) {
            if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
        };
        for (const Ranked& each : tuned.top) want(each.id);
        const std::size_t predicted = ids.size();
        if (winner_) want(*winner_);
        for (std::size_t i = 0; i < std::min<std::size_t>(fastest.size(), 3); ++i) want(fastest[i].id);
        TrialRequest again = options_.profiling.measuring;
        again.rounds *= 2;
        again.series = 2;
        SAKU_TRY(outcomes, finals(ids, again));
        double best = 0;
        double best_predicted = 0;
        const auto lower = [](double& least, double seconds) {
            if (seconds > 0 && (least == 0 || seconds < least)) least = seconds;
        };
        for (std::size_t i = 0; i < ids.size(); ++i) {
            const double seconds = median(outcomes[i].samples);
            lower(best, seconds);
            if (i < predicted) lower(best_predicted, seconds);
            if (i == 0) result_.static_seconds = seconds;
            if (winner_ == ids[i]) result_.profiled_seconds = seconds;
        }
        if (result_.static_seconds > 0) result_.top1_ratio = best / result_.static_seconds;
        if (best_predicted > 0) result_.top8_ratio = best / best_predicted;
        return Done{};
    }

    /// All at once where memory allows, so that all take turns.
    Result<std::vector<TrialOutcome>> finals(const std::vector<Id>& ids, TrialRequest request) {
        for (const Id id : ids) request.schedules.push_back(schedule_of(pricer_.space, id));
        report(0.95, "timing the best again");
        return options_.profiling.measure(request);
    }

    const ir::Operator& op_;
    const targets::Machine& machine_;
    const CompareOptions& options_;
    const Pricer& pricer_;
    Random random_;
    std::unordered_set<Id> drawn_;
    std::optional<Id> winner_;
    Comparison result_;
};

std::vector<double> column(const std::vector<Sample>& samples, double (*value)(const Sample&)) {
    std::vector<double> values;
    for (const Sample& sample : samples) values.push_back(value(sample));
    return values;
}

double median_error(const std::vector<Sample>& samples, Origin origin) {
    std::vector<double> errors;
    for (const Sample& sample : samples) {
        if (sample.origin != origin) continue;
        const double measured = sample.measured();
        errors.push_back(relative_errors({&sample.predicted_seconds, 1}, {&measured, 1}).front());
    }
    return median(errors);
}

}  // namespace

const char* name_of(Origin origin) { return origin == Origin::random ? "random" : "near"; }

PassOptions pass_options(const CompareOptions& options) {
    PassOptions passes{
        .measure = options.profiling.measure, .request = options.profiling.measuring, .at_once = options.at_once};
    passes.request.rounds = options.rounds;
    return passes;
}

Agreements agreements(const std::vector<Sample>& samples) {
    const auto predicted_of = [](const Sample& sample) { return sample.predicted_seconds; };
    const auto measured_of = [](const Sample& sample) { return sample.measured(); };
    const auto first_of = [](const Sample& sample) { return sample.first_seconds; };
    const auto second_of = [](const Sample& sample) { return sample.second_seconds; };
    const auto rank_agreement = [&](const std::vector<Sample>& some) {
        return spearman(column(some, predicted_of), column(some, measured_of));
    };
    const auto noise = [&](const std::vector<Sample>& some) {
        return spearman(column(some, first_of), column(some, second_of));
    };
    const std::vector<double> predicted = column(samples, predicted_of);
    const std::vector<double> measured = column(samples, measured_of);
    std::vector<Sample> fast;
    for (const std::size_t i : best_quartile(measured)) fast.push_back(samples[i]);
    std::vector<Sample> near = samples;
    std::erase_if(near, [](const Sample& sample) { return sample.origin != Origin::near; });
    return {.spearman = rank_agreement(samples),
            .spearman_near = rank_agreement(near),
            .spearman_best_quartile = rank_agreement(fast),
            .kendall = kendall(predicted, measured),
            .mape = mean(relative_errors(predicted, measured)),
            .median_error_random = median_error(samples, Origin::random),
            .median_error_near = median_error(samples, Origin::near),
            .noise_ceiling = noise(samples),
            .noise_ceiling_best_quartile = noise(fast)};
}

Result<Fitted<Comparison>> compare(const ir::Operator& op, const targets::Machine& machine,
                                   const CompareOptions& options) {
    SAKU_TRY(space, make_space(op, machine, {.threads = options.tuning.threads, .pinned = options.tuning.pinned}));
    SAKU_TRY(coefficients, costmodel::built_in_coefficients());
    const Pricer pricer = pricer_for(space, machine, coefficients, options.tuning.threads);
    return Comparing(op, machine, options, pricer).run();
}

}  // namespace saku::tuner
