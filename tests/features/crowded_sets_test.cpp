// Lines written into a few sets of a cache wait for one another there.
#include "features/crowded_sets.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "nests.h"

using namespace saku;

namespace {

/// A copy in tiles of `rows` x `lanes`, the tiles down the columns first or along the rows first.
std::string tiles(int rows, int lanes, int columns, bool down) {
    const auto text = [](int number) { return std::to_string(number); };
    const std::string i = "for i < " + text(128 / rows) + " { ";
    const std::string j = "for j < " + text(columns / lanes) + " { ";
    const std::string at = "[" + text(rows) + "*i + r, " + text(lanes) + "*j + l]";
    return "nest n {\n  arg a: f32[128, " + text(columns) + "] in\n  arg out: f32[128, " + text(columns) +
           "] out\n  body {\n" + (down ? j + i : i + j) + "unrolled for r < " + text(rows) + " { vector for l < " +
           text(lanes) + " { out" + at + " = a" + at + " } } } }\n  }\n}";
}

/// Of 64 sets of 12 lines.
double crowding_of(const std::string& text) {
    const features::LoopTable table = tests::table_of_text(text);
    features::MemoryUnits units;
    units.sets[0] = 64;
    features::Footprints footprints;
    REQUIRE(features::measure_footprints(table, tests::trips_of(table), units, footprints));
    features::ReuseLevel level = tests::sharp_level(48 * 1024);
    level.set_cache = 0;
    level.ways_until = 8;
    level.ways_nothing_from = 30;
    for (int g = 0; g < footprints.group_count; ++g) {
        const features::Group& group = footprints.groups[static_cast<std::size_t>(g)];
        if (group.writes) return features::crowding(footprints, group, level);
    }
    return -1;
}

}  // namespace

TEST_CASE("down rows that are a power of two apart, few lines wide") {
    CHECK(crowding_of(tiles(8, 16, 1024, true)) == doctest::Approx(1));
    CHECK(crowding_of(tiles(8, 16, 512, true)) == doctest::Approx(0.5));
    CHECK(crowding_of(tiles(8, 32, 1024, true)) == doctest::Approx(0.5));
    CHECK(crowding_of(tiles(8, 64, 1024, true)) == 0);
    CHECK(crowding_of(tiles(8, 32, 512, true)) == 0);
}

TEST_CASE("lines one at a time wait less than bursts") {
    CHECK(crowding_of(tiles(1, 16, 1024, true)) == doctest::Approx(18.0 / 32));
    const double four = crowding_of(tiles(4, 16, 1024, true));
    CHECK(four > 18.0 / 32);
    CHECK(four < 1);
}

TEST_CASE("along the rows, and rows that are no power of two apart") {
    CHECK(crowding_of(tiles(8, 16, 1024, false)) == 0);
    CHECK(crowding_of(tiles(8, 16, 1040, true)) == 0);
}
