// Measured tuning and comparison with times that are made up, so that what should come out is known.
#include "tuner/profile/profile.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "base/hash.h"
#include "costmodel/coefficients.h"
#include "frontends/operator_from.h"
#include "targets/machine_file.h"
#include "tuner/compare/compare.h"

namespace saku::tuner {
namespace {

constexpr const char* op_text = "matmul:m=24,n=48,k=32";

struct Setting {
    ir::Operator op;
    targets::Machine machine;
};

Setting setting() {
    auto op = frontends::operator_from(op_text);
    auto machine = targets::machine_for_target("haswell");
    REQUIRE((op.ok() && machine.ok()));
    return {.op = *std::move(op), .machine = *std::move(machine)};
}

/// Prices schedules by the model and gives that as their time; those whose text hashes to 3 modulo 7 fail.
MeasureTrials model_as_clock(const Setting& where, std::vector<std::size_t>& batches, double times = 1) {
    return [&where, &batches, times](const TrialRequest& request) -> Result<std::vector<TrialOutcome>> {
        batches.push_back(request.schedules.size());
        std::vector<TrialOutcome> outcomes;
        for (const schedules::Schedule& schedule : request.schedules) {
            const auto ranked = price_schedule(where.op, schedule, where.machine, 1);
            if (!ranked || fnv1a(schedules::to_text(schedule)) % 7 == 3) {
                outcomes.push_back({.status = TrialStatus::crashed, .detail = "signal 11", .samples = {}});
            } else {
                outcomes.push_back({.status = TrialStatus::measured,
                                    .detail = "",
                                    .samples = std::vector<double>(static_cast<std::size_t>(request.rounds),
                                                                   times * ranked->cost.seconds)});
            }
        }
        return outcomes;
    };
}

Result<ProfileResult> profiled(const Setting& where, const ProfileOptions& options) {
    SAKU_TRY(space, make_space(where.op, where.machine, {.threads = 1}));
    SAKU_TRY(coefficients, costmodel::built_in_coefficients());
    const Pricer pricer = pricer_for(space, where.machine, coefficients, 1);
    return profile(pricer, options);
}

TEST_CASE("profiling makes the trials asked for, logs each, and improves on random ones") {
    const Setting where = setting();
    std::vector<std::size_t> batches;
    std::vector<Id> logged;
    ProfileOptions options{.trials = 60, .seed = 3, .measure = model_as_clock(where, batches)};
    options.log = [&](const Trial& trial) -> Result<Done> {
        logged.push_back(trial.id);
        return Done{};
    };
    const auto result = profiled(where, options);
    REQUIRE(result.ok());
    CHECK(result->trials.size() == 60);
    CHECK(*std::max_element(batches.begin(), batches.end()) <= options.batch);
    std::set<Id> distinct;
    std::size_t crashed = 0;
    double best_random = 1;
    double best = 1;
    for (std::size_t i = 0; i < result->trials.size(); ++i) {
        const Trial& trial = result->trials[i];
        CHECK(trial.id == logged[i]);
        distinct.insert(trial.id);
        if (trial.outcome.status == TrialStatus::crashed) {
            ++crashed;
            continue;
        }
        best = std::min(best, trial.measured_seconds);
        if (i < 15) best_random = std::min(best_random, trial.measured_seconds);
    }
    CHECK(distinct.size() == 60);
    CHECK(crashed > 0);
    CHECK(result->failed.at("crashed") == crashed);
    CHECK(best < best_random);
    REQUIRE_FALSE(result->best.empty());
    CHECK(result->best.front().measured_seconds == best);
    CHECK(result->progress.back().best_seconds == best);
    for (std::size_t i = 1; i < result->progress.size(); ++i)
        CHECK(result->progress[i].best_seconds < result->progress[i - 1].best_seconds);
}

TEST_CASE("the same times lead to the same trials") {
    const Setting where = setting();
    std::vector<std::vector<Id>> runs;
    for (const std::uint64_t seed : {1, 1, 2}) {
        std::vector<std::size_t> batches;
        const auto result = profiled(where, {.trials = 24, .seed = seed, .measure = model_as_clock(where, batches)});
        REQUIRE(result.ok());
        runs.emplace_back();
        for (const Trial& trial : result->trials) runs.back().push_back(trial.id);
    }
    CHECK(runs[0] == runs[1]);
    CHECK(runs[0] != runs[2]);
}

TEST_CASE("profiling stops when measuring or logging fails, and when asked to") {
    const Setting where = setting();
    std::vector<std::size_t> batches;
    ProfileOptions options{.trials = 24, .measure = model_as_clock(where, batches)};
    SUBCASE("measuring") {
        options.measure = [](const TrialRequest&) -> Result<std::vector<TrialOutcome>> { return Error{"m", "ended"}; };
        const auto result = profiled(where, options);
        REQUIRE_FALSE(result.ok());
        CHECK(result.error().text() == "m: ended");
    }
    SUBCASE("logging") {
        options.log = [](const Trial&) -> Result<Done> { return Error{"db", "full"}; };
        const auto result = profiled(where, options);
        REQUIRE_FALSE(result.ok());
        CHECK(result.error().text() == "db: full");
    }
    SUBCASE("asked to") {
        options.progress = [](double, const std::string&) { return false; };
        const auto result = profiled(where, options);
        REQUIRE(result.ok());
        CHECK(result->interrupted);
        CHECK(result->trials.size() <= options.batch);
    }
}

TEST_CASE("when the clock is the model, comparison finds perfect agreement") {
    const Setting where = setting();
    std::vector<std::size_t> batches;
    CompareOptions options;
    options.samples = 24;
    options.tuning.candidates = 300;
    options.profiling.trials = 12;
    options.profiling.measure = model_as_clock(where, batches, 2);
    const auto found = compare(where.op, where.machine, options);
    REQUIRE((found.ok() && found->ok()));
    const Comparison& result = **found;
    CHECK(result.op == op_text);
    const auto failed = result.failed.find("crashed");
    CHECK(result.samples.size() + (failed == result.failed.end() ? 0 : failed->second) == 24);
    std::size_t near = 0;
    for (const Sample& sample : result.samples) {
        if (sample.origin == Origin::near) ++near;
        CHECK(sample.first_seconds == doctest::Approx(2 * sample.predicted_seconds));
    }
    CHECK(near > 0);
    CHECK(result.agreement.spearman == doctest::Approx(1));
    CHECK(result.agreement.kendall == doctest::Approx(1));
    CHECK(result.agreement.noise_ceiling == doctest::Approx(1));
    CHECK(result.agreement.mape == doctest::Approx(0.5));
    CHECK(result.top1_ratio <= 1);
    CHECK(result.top1_ratio <= result.top8_ratio);
    CHECK(result.profiled_trials == 12);
    CHECK(result.profiled_seconds >= result.top1_ratio * result.static_seconds);
}

}  // namespace
}  // namespace saku::tuner
