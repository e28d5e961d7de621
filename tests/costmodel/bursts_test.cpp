// Misses of L1 that come during a part of the work, and divisions that run beside it.
#include "costmodel/bursts.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "costmodel/norm.h"
#include "tests/costmodel/pricing.h"

using namespace saku;
using namespace saku::tests;

TEST_CASE("misses in bursts take what they take beside their part of the work") {
    const auto beside = [](double a, double b) { return costmodel::norm(std::array{a, b}, 4); };
    for (const double moving : {0.5, 2.0, 9.0}) {
        double before = 1e9;
        for (const double part : {0.01, 0.1, 0.3, 0.7, 1.0}) {
            CAPTURE(moving);
            CAPTURE(part);
            const double spread = costmodel::in_bursts(7, moving, part, 4);
            CHECK(beside(7, spread) == doctest::Approx(7 * (1 - part) + beside(7 * part, moving)));
            CHECK(spread >= moving);
            CHECK(spread <= before);
            before = spread;
        }
        CHECK(costmodel::in_bursts(7, moving, 1, 4) == moving);
        CHECK(costmodel::in_bursts(0, moving, 0.1, 4) == moving);
    }
    CHECK(costmodel::in_bursts(7, 0, 0.1, 4) == 0);
}

TEST_CASE("slots of an iteration are those of all that is inside") {
    const features::LoopTable table = table_of_nest(
        "nest n {\n  arg a: f32[8, 64] in\n  arg out: f32[8] out\n  body {\n    for i < 8 { for k < 4 { vector for l < "
        "16 { "
        "out[i] += a[i, 16*k + l] } } }\n  }\n}");
    const costmodel::Model model = model_for("zen5");
    REQUIRE(table.loops.size() == 2);
    const std::vector<double> trips{8, 4};
    std::vector<double> slots(2);
    costmodel::slots_of_iterations(table, trips, model, {}, slots);
    CHECK(slots[1] > 1);
    CHECK(slots[0] == 4 * slots[1]);
}

TEST_CASE("pooling that fetches whole images at once is slower, as measured on a Zen 4 core") {
    // 24 channels of 7x7, summed up a row or a column of the window at a time: 7.2 and 7.6 us of 1024 channels.
    const auto nest = [](const std::string& loops) {
        return "nest n {\n  arg in: f32[1008, 7, 7] in\n  arg out: f32[1008] out\n  registers acc: f32[24]\n  body {\n"
               "    for c < 42 {\n      unrolled for i < 24 { acc[i] = 0 }\n      " +
               loops +
               "unrolled for i < 24 { acc[i] += in[24*c + i, u, v] } } }\n"
               "      unrolled for i < 24 { out[24*c + i] = acc[i] }\n    }\n  }\n}";
    };
    const costmodel::Model model = model_for("zen4");
    const auto seconds = [&](const std::string& loops) {
        return value_of(costmodel::estimate(table_of_nest(nest(loops)), model)).seconds;
    };
    const double rows = seconds("for u < 7 { unrolled for v < 7 { ");
    const double columns = seconds("for v < 7 { unrolled for u < 7 { ");
    CHECK(columns > 1.03 * rows);
    CHECK(columns < 1.15 * rows);
}

TEST_CASE("the divider works beside what comes next") {
    const auto nest = [](const std::string& last) {
        return "nest n {\n  arg a: f32[64, 64, 16] in\n  arg out: f32[64, 16] out\n  registers acc: f32[16]\n  body {\n"
               "    for i < 64 {\n      vector for l < 16 { acc[l] = 0 }\n      for k < 8 { for j < 8 { vector for l < "
               "16 { "
               "acc[l] += a[i, 8*k + j, l] } } }\n      vector for l < 16 { out[i, l] = " +
               last + " }\n    }\n  }\n}";
    };
    const costmodel::Model model = model_for("zen4");
    const auto core = [&](const std::string& last) {
        return value_of(costmodel::estimate(table_of_nest(nest(last)), model))
            .alone[static_cast<std::size_t>(costmodel::Term::core)];
    };
    CHECK(core("acc[l] / 49") == doctest::Approx(core("acc[l]")).epsilon(0.02));
    // A row of nothing but divisions takes what the divider takes: six cycles for 16 of them.
    const double alone =
        value_of(
            costmodel::estimate(
                table_of_nest("nest n {\n  arg a: f32[4096] in\n  arg out: f32[4096] out\n  body {\n"
                              "    for i < 256 { vector for l < 16 { out[16*i + l] = a[16*i + l] / 49 } }\n  }\n}"),
                model))
            .alone[static_cast<std::size_t>(costmodel::Term::core)];
    CHECK(alone * model.hertz / 256 == doctest::Approx(6).epsilon(0.1));
}
