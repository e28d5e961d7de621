// Misses of L1 that come during a part of the work, and divisions that run beside it.
#include "costmodel/bursts.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "base/random.h"
#include "costmodel/norm.h"
#include "tests/costmodel/pricing.h"

using namespace saku;
using namespace saku::tests;

namespace {

double beside(double a, double b) { return costmodel::norm(std::array{a, b}, 4); }

double in_bursts(double core, double moving, std::vector<costmodel::Burst> bursts) {
    return costmodel::in_bursts(core, moving, bursts, 4);
}

}  // namespace

TEST_CASE("misses in bursts take what they take beside their part of the work") {
    for (const double moving : {0.5, 2.0, 9.0}) {
        double before = 1e9;
        for (const double part : {0.01, 0.1, 0.3, 0.7, 1.0}) {
            CAPTURE(moving);
            CAPTURE(part);
            const double spread = in_bursts(7, moving, {{.cycles = moving, .part = part}});
            CHECK(beside(7, spread) == doctest::Approx(7 * (1 - part) + beside(7 * part, moving)));
            CHECK(spread >= moving);
            CHECK(spread <= before);
            before = spread;
        }
        CHECK(in_bursts(7, moving, {{.cycles = moving, .part = 1}}) == doctest::Approx(moving));
        CHECK(in_bursts(7, moving, {}) == moving);
        CHECK(in_bursts(0, moving, {{.cycles = moving, .part = 0.1}}) == moving);
    }
    CHECK(in_bursts(7, 0, {}) == 0);
}

TEST_CASE("bursts begin together, beside what is missed all the time") {
    // 4 cycles all the time, 1 during the first tenth, 2 during the first half.
    const double spread = in_bursts(10, 7, {{.cycles = 2, .part = 0.5}, {.cycles = 1, .part = 0.1}});
    const double expected = beside(1, 0.4 + 1 + 0.4) + beside(4, 1.6 + 1.6) + beside(5, 2);
    CHECK(beside(10, spread) == doctest::Approx(expected));
    // Misses that become fewer, or rarer at the same speed while they last, never take longer.
    CHECK(in_bursts(10, 7, {{.cycles = 2, .part = 0.5}}) < spread);
    CHECK(in_bursts(10, 6.9, {{.cycles = 1.9, .part = 0.5}, {.cycles = 1, .part = 0.1}}) < spread);
    CHECK(in_bursts(10, 5, {{.cycles = 1, .part = 0.1}, {.cycles = 2, .part = 0.5}, {.cycles = 1, .part = 0.5}}) <
          spread);
}

TEST_CASE("more work, more misses and shorter bursts never take less time") {
    Random random(29);
    const auto any = [&](double most) { return most * random.unit(); };
    for (int i = 0; i < 2000; ++i) {
        std::vector<costmodel::Burst> bursts(random.below(5));
        double moving = any(4);
        for (costmodel::Burst& burst : bursts) {
            burst = {.cycles = any(5), .part = random.below(3) == 0 ? 0.25 : 0.001 + any(0.999)};
            moving += burst.cycles;
        }
        const double core = any(10);
        const double now = in_bursts(core, moving, bursts);
        const double least = now * (1 - 1e-9);
        CHECK(now >= moving);
        CHECK(in_bursts(core + any(5), moving, bursts) >= least);
        CHECK(in_bursts(core, moving + any(5), bursts) >= least);
        if (bursts.empty()) continue;
        std::vector<costmodel::Burst> changed = bursts;
        costmodel::Burst& one = changed[random.below(changed.size())];
        one.part *= 0.01 + any(0.99);
        CHECK(in_bursts(core, moving, changed) >= least);
        // What is missed all the time instead, at the same speed.
        changed = bursts;
        const double all_the_time = changed.back().cycles / changed.back().part;
        const double more = moving - changed.back().cycles + all_the_time;
        changed.pop_back();
        CHECK(in_bursts(core, more, changed) >= least);
    }
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
