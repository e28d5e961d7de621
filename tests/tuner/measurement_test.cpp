// Measurements that are kept: their text, and their samples in today's space.
#include "tuner/compare/measurement.h"

#include <doctest/doctest.h>

#include "frontends/operator_from.h"
#include "targets/machine_file.h"
#include "tuner/compare/measurement_files.h"
#include "tuner/compare/reprice.h"

namespace saku::tuner {
namespace {

const std::string small = "matmul:m=24,n=64,k=32";

Space space_of(const std::string& op, int threads = 1) {
    return *make_space(*frontends::operator_from(op), *targets::machine_named("zen5"), {.threads = threads});
}

/// A comparison with `count` schedules of the space; times grow with the position.
Comparison comparison_in(const Space& space, int count) {
    Random random(3);
    Comparison comparison{.op = small, .target = "zen5", .threads = 1, .space_size = space.ids.numbering.size};
    for (int i = 1; i <= count; ++i) {
        const double t = 1e-6 * i;
        comparison.samples.push_back({.id = *random_id(space.ids, random),
                                      .origin = i % 3 == 0 ? Origin::near : Origin::random,
                                      .predicted_seconds = t,
                                      .first_seconds = t,
                                      .second_seconds = 1.25 * t});
    }
    comparison.failed = {{"crashed", 2}};
    comparison.top1_ratio = 0.5;
    comparison.top8_ratio = 0.75;
    comparison.static_seconds = 2e-6;
    return comparison;
}

Circumstances circumstances() {
    return {.cpu = "a processor",
            .when = "2026-11-21T12:00:00Z",
            .versions = {.saku = "1", .llvm = "2"},
            .seed = 7,
            .wanted_samples = 12,
            .wanted_trials = 4};
}

std::string text_with(const std::string& what, const std::string& instead) {
    std::string text = to_text(measurement_of(comparison_in(space_of(small), 12), space_of(small), circumstances()));
    const std::size_t at = text.find(what);
    REQUIRE_MESSAGE(at != std::string::npos, what);
    return text.replace(at, what.size(), instead);
}

TEST_CASE("a measurement survives being written and read, and its samples are found again") {
    const Space space = space_of(small);
    const Comparison comparison = comparison_in(space, 12);
    const KeptMeasurement made = measurement_of(comparison, space, circumstances());
    const auto read = measurement_from_json(to_text(made), "m.json");
    REQUIRE_MESSAGE(read, read.error().text());
    CHECK(to_text(*read) == to_text(made));
    CHECK(read->sketches == made.sketches);
    CHECK(read->failed == made.failed);
    CHECK(read->circumstances.seed == 7);
    CHECK(read->picks.static_seconds == doctest::Approx(2e-6));

    const Recalled recalled = recall(*read, space);
    CHECK(recalled.lost == 0);
    REQUIRE(recalled.samples.size() == comparison.samples.size());
    for (std::size_t i = 0; i < recalled.samples.size(); ++i) {
        CHECK(recalled.samples[i].id == comparison.samples[i].id);
        CHECK(recalled.samples[i].origin == comparison.samples[i].origin);
        CHECK(recalled.samples[i].first_seconds == doctest::Approx(comparison.samples[i].first_seconds));
        CHECK(recalled.samples[i].second_seconds == doctest::Approx(comparison.samples[i].second_seconds));
    }
}

TEST_CASE("measured more: the means of all first passes and of all second ones, without what failed") {
    const Space space = space_of(small);
    const Comparison comparison = comparison_in(space, 4);
    KeptMeasurement kept = measurement_of(comparison, space, circumstances());
    std::vector<Sample> more = comparison.samples;
    for (Sample& each : more) each.first_seconds *= 4;
    more[1].second_seconds = 0;
    kept = measured_more(std::move(kept), more, "2026-11-22T12:00:00Z");
    more.erase(more.begin() + 1);
    kept = measured_more(std::move(kept), more, "2026-11-23T12:00:00Z");
    const auto read = measurement_from_json(to_text(kept), "m.json");
    REQUIRE_MESSAGE(read, read.error().text());
    CHECK(read->circumstances.again == std::vector<std::string>{"2026-11-22T12:00:00Z", "2026-11-23T12:00:00Z"});
    REQUIRE(read->samples.size() == 3);
    for (const auto& [at, t] : {std::pair{0, 1e-6}, std::pair{1, 3e-6}, std::pair{2, 4e-6}}) {
        CHECK(read->samples[static_cast<std::size_t>(at)].first_seconds == doctest::Approx(3 * t));
        CHECK(read->samples[static_cast<std::size_t>(at)].second_seconds == doctest::Approx(1.25 * t));
    }
}

TEST_CASE("samples are found by their choices, wherever values stand today") {
    const Space space = space_of(small);
    const Comparison comparison = comparison_in(space, 30);
    KeptMeasurement measurement = measurement_of(comparison, space, circumstances());
    // The day it was measured, holes stood in another order, values too, and there was one value more.
    for (KeptSketch& sketch : measurement.sketches) {
        std::swap(sketch.holes.front(), sketch.holes.back());
        sketch.holes[1].labels.insert(sketch.holes[1].labels.begin(), "gone");
        std::reverse(sketch.holes[2].labels.begin(), sketch.holes[2].labels.end());
    }
    for (KeptSample& sample : measurement.samples) {
        const KeptSketch& sketch = measurement.sketches[static_cast<std::size_t>(sample.sketch)];
        std::swap(sample.digits.front(), sample.digits.back());
        sample.digits[1] += 1;
        sample.digits[2] = static_cast<int>(sketch.holes[2].labels.size()) - 1 - sample.digits[2];
    }
    const Recalled recalled = recall(measurement, space);
    CHECK(recalled.lost == 0);
    REQUIRE(recalled.samples.size() == comparison.samples.size());
    for (std::size_t i = 0; i < recalled.samples.size(); ++i) CHECK(recalled.samples[i].id == comparison.samples[i].id);
}

TEST_CASE("a sample whose schedule is another one today is lost") {
    const Space space = space_of(small);
    KeptMeasurement measurement = measurement_of(comparison_in(space, 12), space, circumstances());
    measurement.samples[4].schedule = "00000000";
    measurement.sketches.push_back({.name = "no such sketch", .holes = {}});
    measurement.samples[7].sketch = static_cast<int>(measurement.sketches.size()) - 1;
    measurement.samples[7].digits.clear();
    CHECK(recall(measurement, space).lost == 2);
    CHECK(is_current(measurement_of(comparison_in(space, 12), space, circumstances()), circumstances(), space));
    CHECK_FALSE(is_current(measurement, circumstances(), space));
}

TEST_CASE("a measurement is measured again for more samples, more trials, another seed, version or calibration") {
    const Space space = space_of(small);
    const KeptMeasurement kept = measurement_of(comparison_in(space, 12), space, circumstances());
    Circumstances wanted = circumstances();
    wanted.wanted_samples = 10;
    CHECK(is_current(kept, wanted, space));
    wanted.wanted_samples = 13;
    CHECK_FALSE(is_current(kept, wanted, space));
    wanted = circumstances();
    wanted.wanted_trials = 5;
    CHECK_FALSE(is_current(kept, wanted, space));
    wanted = circumstances();
    wanted.seed = 8;
    CHECK_FALSE(is_current(kept, wanted, space));
    wanted = circumstances();
    wanted.versions.llvm = "3";
    CHECK_FALSE(is_current(kept, wanted, space));
    wanted = circumstances();
    wanted.calibration = "0123456789abcdef";
    CHECK_FALSE(is_current(kept, wanted, space));
    const KeptMeasurement calibrated = measurement_of(comparison_in(space, 12), space, wanted);
    CHECK(is_current(calibrated, wanted, space));
    CHECK_FALSE(is_current(calibrated, circumstances(), space));
    const auto read = measurement_from_json(to_text(calibrated), "m.json");
    REQUIRE(read.ok());
    CHECK(read->circumstances.calibration == wanted.calibration);
}

TEST_CASE("what is no measurement is refused with its place") {
    const auto complaint = [](const std::string& text) {
        const auto read = measurement_from_json(text, "m.json");
        return read ? std::string("accepted") : read.error().text();
    };
    struct Case {
        std::string what;
        std::string instead;
        std::string message;
    };
    const std::vector<Case> cases{
        {"\"measurement\"", "\"record\"", "m.json#/kind: found \"record\", expected \"measurement\""},
        {"\"cpu\"", "\"core\"", "m.json#/core: unknown key, expected one of "},
        {"\"threads\": 1", "\"threads\": 0", "m.json#/threads: found 0, expected an integer from 1 to 1024"},
        {"[\"random\",0", "[\"best\",0", "m.json#/samples/0/0: found \"best\", expected one of random, near"},
        {"[\"random\",0", "[\"random\",99", "m.json#/samples/0/1: found 99, expected 0"},
        {",1.0,1.25,", ",-1.0,1.25,", "m.json#/samples/0/3: found -1.0, expected a number from 0.0 to "},
        {",1.0,1.25,", ",1.0,0,", "m.json#/samples/0/4: found 0, expected a time above zero, in microseconds"},
        {",1.0,1.25,", ",1.0,", "m.json#/samples/0: found an array of 5, expected an array of 6"},
        {"[\"random\",0,\"", "[\"random\",0,\"x ", "m.json#/samples/0/2: found \"x "},
    };
    for (const Case& each : cases) {
        CAPTURE(each.instead);
        const std::string message = complaint(text_with(each.what, each.instead));
        CHECK_MESSAGE(message.starts_with(each.message), message);
    }
    CHECK(complaint("[]") == "m.json#: found an array of 0, expected an object");
    CHECK(complaint(text_with("\n  ]\n}", "")) != "accepted");
}

TEST_CASE("a measurement of another operator, or of a space that is gone, is an error") {
    const targets::Machine machine = *targets::machine_named("zen5");
    const Space space = space_of(small);
    KeptMeasurement measurement = measurement_of(comparison_in(space, 12), space, circumstances());
    REQUIRE(reopen(measurement, machine, "m.json"));
    measurement.op = "matmul:m=24,n=64";
    CHECK(reopen(measurement, machine, "m.json").error().text().starts_with("m.json#/op: matmul: "));
    measurement.op = "matmul:m=1,n=1,k=7";
    CHECK(reopen(measurement, machine, "m.json").error().text() ==
          "m.json#/samples: found 0 of 12 schedules in today's space of matmul:m=1,n=1,k=7 on zen5, expected at least "
          "half: measure again");
}

TEST_CASE("repriced samples have the prices of their schedules and the times of the measurement") {
    const targets::Machine machine = *targets::machine_named("zen5");
    const Space space = space_of(small);
    const KeptMeasurement measurement = measurement_of(comparison_in(space, 40), space, circumstances());
    const Pricer pricer = pricer_for(space, machine, *costmodel::built_in_coefficients(), 1);
    const Repriced repriced = reprice(pricer, recall(measurement, space).samples);
    CHECK(repriced.samples.size() + repriced.rejected == 40);
    REQUIRE(repriced.samples.size() >= 10);
    for (std::size_t i = 0; i < repriced.samples.size(); ++i) {
        const auto cost = price(pricer, repriced.samples[i].id);
        REQUIRE(cost);
        CHECK(repriced.samples[i].predicted_seconds == cost->seconds);
        CHECK(repriced.costs[i].seconds == cost->seconds);
    }
    const Comparison comparison = comparison_of(measurement, space, repriced);
    CHECK(comparison.agreement.spearman == agreements(repriced.samples).spearman);
    CHECK(comparison.top1_ratio == 0.5);
    CHECK_FALSE(comparison.static_id.has_value());
}

TEST_CASE("the best predictions beside the best time") {
    const auto sample = [](double predicted, double measured) {
        return Sample{.id = 0,
                      .origin = Origin::random,
                      .predicted_seconds = predicted,
                      .first_seconds = measured,
                      .second_seconds = measured};
    };
    CHECK(top1_of({}) == 0);
    CHECK(top1_of({sample(1, 5)}) == 1);
    std::vector<Sample> samples{sample(2, 4), sample(1, 8), sample(3, 2)};
    CHECK(top1_of(samples) == 0.25);
    CHECK(top8_of(samples) == 1);
    for (int i = 0; i < 8; ++i) samples.push_back(sample(0.5, 16));
    CHECK(top1_of(samples) == 0.125);
    CHECK(top8_of(samples) == 0.125);
}

TEST_CASE("where measurements lie") {
    CHECK(measurement_path("kept", "zen5", small, 1) == "kept/zen5/matmul_m_24_n_64_k_32.json");
    CHECK(measurement_path("kept", "zen5", small, 2) == "kept/zen5/matmul_m_24_n_64_k_32-2.json");
    CHECK(measurements_at("/no/such/folder").error().text().starts_with("/no/such/folder: "));
    CHECK(measurements_at(SAKU_SOURCE_DIR "/schedules").error().what == "found no .json file, expected measurements");
    CHECK(measurements_at(SAKU_SOURCE_DIR "/frontends/suites")
              .error()
              .text()
              .find("#/kind: found \"suite\", expected \"measurement\"") != std::string::npos);
}

}  // namespace
}  // namespace saku::tuner
