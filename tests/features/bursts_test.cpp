// Misses that come in bursts, and loads that reach into a second line.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "features/instruction_mix.h"
#include "tests/features/nests.h"

namespace saku::tests {

namespace {

/// 64 blocks of 16 lines, each read `times` times.
std::string blocks_read_again(int times) {
    return "nest n {\n  arg a: f32[4096, 256] in\n  arg out: f32[4096, 16] out\n  registers acc: f32[16]\n  body {\n"
           "    for b < 4096 {\n      for t < " +
           std::to_string(times) +
           " { for i < 16 { vector for l < 16 { acc[l] += a[b, 16*i + l] } } }\n"
           "      vector for l < 16 { out[b, l] = acc[l] }\n    }\n  }\n}";
}

/// How much faster than on the average the only level fetches while it does.
double peak_of(const std::string& text, double slots_of_a_step, double window) {
    const features::LoopTable table = table_of_text(text);
    const std::vector<double> trips = trips_of(table);
    features::Footprints footprints;
    REQUIRE(features::measure_footprints(table, trips, {}, footprints));
    const features::ReuseLevel level = sharp_level(32 * 1024);
    std::vector<double> work(table.loops.size(), slots_of_a_step);  // of b, t and i
    for (std::size_t l = work.size() - 1; l-- > 0;) work[l] = work[l + 1] * trips[l + 1];
    features::Traffic traffic;
    features::count_traffic(table, trips, footprints, {&level, 1}, traffic, {.work = work, .window = window});
    if (traffic.bursts.empty()) return 1;
    REQUIRE(traffic.bursts.size() == 1);
    CHECK(traffic.bursts[0].phase == 0);
    CHECK(traffic.bursts[0].lines == doctest::Approx(4096 * 16).epsilon(0.06));  // of `a`, each once
    return 1 / traffic.bursts[0].part;
}

}  // namespace

TEST_CASE("what is read again is fetched at once, as far as the reorder buffer does not hold it") {
    // The first of seven rounds fetches all; a smooth end of what fits takes a little of that.
    CHECK(peak_of(blocks_read_again(7), 100, 0) == doctest::Approx(7).epsilon(0.06));
    CHECK(peak_of(blocks_read_again(1), 100, 0) == doctest::Approx(1).epsilon(0.01));
    // A round has 1600 slots, all of them 11200: a window of a tenth of that adds a tenth to a seventh.
    CHECK(peak_of(blocks_read_again(7), 100, 1120) == doctest::Approx(1 / (1.0 / 7 + 0.1)).epsilon(0.06));
    CHECK(peak_of(blocks_read_again(7), 1, 320) == doctest::Approx(1).epsilon(0.01));
}

TEST_CASE("what does not stay is fetched all the time") {
    // Each round goes along 64 KiB, which the level of 32 KiB does not hold.
    const std::string text =
        "nest n {\n  arg a: f32[16384] in\n  arg out: f32[16] out\n  registers acc: f32[16]\n  body {\n    for t < 7 { "
        "for i < 1024 { vector for l < 16 { acc[l] += a[16*i + l] } } }\n    vector for l < 16 { out[l] = acc[l] }\n  "
        "}\n}";
    CHECK(peak_of(text, 100, 0) == doctest::Approx(1).epsilon(0.01));
}

TEST_CASE("of a load in passes, the one that reaches into a second line is repeated") {
    struct Case {
        double alignment, vector, access, repeated;
    };
    for (const Case& c : {Case{64, 64, 64, 0},
                          {32, 64, 64, 0.5},
                          {4, 64, 64, 60.0 / 64},
                          {32, 64, 32, 0},
                          {4, 64, 32, 28.0 / 64},
                          {4, 32, 64, 28.0 / 64},
                          {4, 256, 256, 1}}) {
        CAPTURE(c.alignment);
        CAPTURE(c.access);
        CHECK(features::crossings(c.alignment, c.vector, {.line_bytes = 64, .access_bytes = c.access}) == c.repeated);
    }
}

}  // namespace saku::tests
