// Tests of rows side by side, of what a partition leaves over, and of arithmetic on subscripts.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "features/instruction_mix.h"
#include "tests/features/nests.h"

namespace saku::tests {

namespace {

using features::Arithmetic;

/// Straight code that goes along so many rows of 1152 elements at once, `lanes` beside each other in each.
std::string strips(const std::string& rows, const std::string& lanes) {
    return "nest n {\n  arg a: f32[64, 1152] in\n  arg out: f32[64, 1152] out\n  body {\n    for i < " +
           std::to_string(64 / std::stoi(rows)) + " { for j < " + std::to_string(1152 / std::stoi(lanes)) +
           " {\n      unrolled for r < " + rows + " { vector for l < " + lanes + " { out[" + rows + "*i + r, " + lanes +
           "*j + l] = a[" + rows + "*i + r, " + lanes + "*j + l] } }\n    } }\n  }\n}";
}

/// The traffic of the only level.
features::Traffic traffic_out_of(const std::string& text) {
    const features::LoopTable table = table_of_text(text);
    const std::vector<double> trips = trips_of(table);
    features::Footprints footprints;
    REQUIRE(features::measure_footprints(table, trips, {}, footprints));
    const features::ReuseLevel level = sharp_level(32 * 1024);
    features::Traffic traffic;
    features::count_traffic(table, trips, footprints, {&level, 1}, traffic);
    return traffic;
}

/// The part of the lines that are fetched along rows.
double share_along_rows(const std::string& text) {
    const features::Traffic traffic = traffic_out_of(text);
    return traffic.along_rows[0] / traffic.fetched[0][0];
}

features::LoopTable table_of_sum(const std::string& value) {
    return table_of_text("nest n {\n  arg a: f32[8, 16] in\n  arg out: f32[8, 16] out\n  body {\n" +
                         std::string("    for i < 8 { vector for l < 16 { out[i, l] = ") + value + " } }\n  }\n}");
}

double count_of(const features::LoopTable& table, Arithmetic kind) {
    return table.rows[0].operations[static_cast<std::size_t>(kind)];
}

}  // namespace

TEST_CASE("rows side by side, if short, and very long runs are told from single streams") {
    // `out` is fetched too, and only written: half of all lines.
    struct Case {
        const char* rows;
        const char* lanes;
        double share;
    };
    for (const Case& c :
         {Case{"1", "16", 0.0}, Case{"2", "16", 1.0}, Case{"8", "16", 1.0}, Case{"1", "32", 0.0},
          Case{"2", "32", 1.0 / 6}, Case{"4", "32", 0.5}, Case{"8", "64", 0.0}, Case{"4", "8", 0.0},
          Case{"1", "192", 0.0}, Case{"1", "384", 1.0 / 3}, Case{"1", "1152", 1.0}, Case{"2", "576", 5.0 / 6}}) {
        CAPTURE(c.rows);
        CAPTURE(c.lanes);
        CHECK(share_along_rows(strips(c.rows, c.lanes)) == doctest::Approx(c.share / 2));
    }
}

TEST_CASE("an operand is a stream where iterations go on from where the last one ended") {
    const auto nest = [](const std::string& body) {
        return "nest n {\n  arg a: f32[64, 1152] in\n  arg out: f32[64, 1152] out\n  body {\n" + body + "\n  }\n}";
    };
    const auto streamed = [&](const std::string& body) {
        const features::Traffic traffic = traffic_out_of(nest(body));
        return traffic.streamed[0][0] / traffic.fetched[0][0];
    };
    // `out` is fetched too, and no stream: it is written.
    CHECK(streamed("for i < 64 { for j < 72 { vector for l < 16 { out[i, 16*j + l] = a[i, 16*j + l] } } }") == 0.5);
    CHECK(streamed("for i < 64 { unrolled for v < 72 { vector for l < 16 { out[i, 16*v + l] = a[i, 16*v + l] } } }") ==
          0.5);
    CHECK(streamed("for j < 72 { for i < 64 { vector for l < 16 { out[i, 16*j + l] = a[i, 16*j + l] } } }") == 0);
}

TEST_CASE("what a partition leaves over lies behind the rest, and is fetched as well") {
    const auto traffic = traffic_of(nest_of(R"(nest n {
  arg a: f32[128, 256] in
  arg out: f32[128] out
  body {
    for i < 128 {
      for k < 2 { unrolled for v < 6 { unrolled for l < 16 { out[i] += a[i, 96*k + 16*v + l] } } }
      unrolled for v < 4 { unrolled for l < 16 { out[i] += a[i, 16*v + l + 192] } }
    }
  }
})"),
                                    sharp_level(32 * 1024), 64, features::Residence::warm);
    CHECK(traffic[0].fetched[0] == doctest::Approx(128 * 256 / 16));
}

TEST_CASE("of what subscripts decide, the last operation counts") {
    struct Case {
        const char* value;
        double adds;
        double products;
        double quotients;
        double others;
    };
    // A window's size: four bounds, two differences, their product.
    const Case cases[] = {
        {"a[i, l] / (min(index(i) + 2, 8) - max(index(i) - 1, 0))", 1, 0, 1, 0},
        {"a[i, l] / ((min(index(i) + 2, 8) - index(i)) * (index(l) + 3))", 0, 1, 1, 0},
        {"a[i, l] * index(i)", 1, 1, 0, 0},
        {"a[i, l] + exp(index(i))", 2, 0, 0, 1},
        {"max(a[i, l], index(i) + index(l))", 1, 0, 0, 1},
    };
    for (const Case& c : cases) {
        CAPTURE(c.value);
        const features::LoopTable table = table_of_sum(c.value);
        CHECK(count_of(table, Arithmetic::add) == c.adds);
        CHECK(count_of(table, Arithmetic::multiply) == c.products);
        CHECK(count_of(table, Arithmetic::divide) == c.quotients);
        CHECK(count_of(table, Arithmetic::minmax) + count_of(table, Arithmetic::exponential) == c.others);
    }
}

TEST_CASE("masks cost where vectors have none") {
    const features::LoopTable table = table_of_text(
        "nest t { arg in: f32[56, 16] in arg out: f32[56, 16] out body { for y < 56 { vector for l < 16 { "
        "if 12 - l >= 0 { out[y, l] = in[y, l] } } } } }");
    const features::Row& row = table.rows.front();
    REQUIRE(row.active_lanes == 13);
    const auto count = [&](bool masks, features::Instruction each) {
        return mix_of(table, row, {.bits = 256, .masks = masks}).each[static_cast<std::size_t>(each)];
    };
    CHECK(count(true, features::Instruction::mask) == 0);
    CHECK(count(true, features::Instruction::logic) == 0);
    CHECK(count(false, features::Instruction::mask) == 2);  // two registers of 256 bits
    CHECK(count(false, features::Instruction::logic) == 4);
}

TEST_CASE("sums of some lanes are merged with the others where a loop carries them") {
    const auto merges = [](const std::string& begin, const std::string& sums, bool masks) {
        const features::LoopTable table = table_of_text(
            "nest t { arg in: f32[56, 8, 16] in arg out: f32[56, 16] out registers acc: f32[3, 16] body { for y < 56 "
            "{ " +
            begin + " for k < 8 { " + sums +
            "unrolled for r < 3 { vector for l < 16 { if 11 - l >= 0 { acc[r, l] += in[y, k, l] } } } } } } }");
        const auto row = std::find_if(table.rows.begin(), table.rows.end(),
                                      [](const features::Row& r) { return r.kind == features::RowKind::update; });
        REQUIRE(row != table.rows.end());
        REQUIRE(row->active_lanes == 12);
        const features::VectorFacts vector{.bits = 512, .masks = masks};
        return mix_of(table, *row, vector).each[static_cast<std::size_t>(features::Instruction::logic)];
    };
    const std::string zeros = "unrolled for r < 3 { vector for l < 16 { acc[r, l] = 0 } } ";
    CHECK(merges(zeros, "", true) == 3);
    CHECK(merges("", zeros, true) == 0);   // straight code: nobody needs those lanes
    CHECK(merges("", zeros, false) == 6);  // without masks, in any row
    const features::LoopTable in_memory = table_of_text(
        "nest t { arg in: f32[56, 8, 16] in arg out: f32[56, 16] out body { for y < 56 { for k < 8 { vector for l < 16 "
        "{ if 11 - l >= 0 { out[y, l] += in[y, k, l] } } } } } }");
    CHECK_FALSE(merges_sums(in_memory, in_memory.rows.front(), {.bits = 512, .masks = true}));
}

TEST_CASE("single elements are parts of a vector where vectors take several passes") {
    // 49 elements apart: each lane is loaded, stored, and put in or taken out by itself.
    const features::LoopTable table = table_of_text(
        "nest t { arg in: f32[16, 49] in arg out: f32[16, 49] out body { for y < 49 { vector for l < 16 { "
        "out[l, y] = in[l, y] } } } }");
    const features::Row& row = table.rows.front();
    const auto count = [&](int bits, double part, features::Instruction each) {
        return mix_of(table, row, {.bits = bits, .part = part}).each[static_cast<std::size_t>(each)];
    };
    CHECK(count(512, 1, features::Instruction::load) == 16);
    CHECK(count(512, 1, features::Instruction::store) == 16);
    // Of 16 elements 15 are put into, or taken from, what holds one.
    CHECK(count(512, 1, features::Instruction::shuffle) == 30);
    CHECK(count(512, 0.5, features::Instruction::load) == 8);
    CHECK(count(512, 0.5, features::Instruction::store) == 8);
    // Fourteen of the fifteen work on 256 bits or fewer.
    CHECK(count(512, 0.5, features::Instruction::shuffle) == 16);
}

}  // namespace saku::tests
