// Loops that emission writes out for padding are straight code in the table.
#include "features/written_out.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/costmodel/pricing.h"

using namespace saku;
using namespace saku::tests;

namespace {

std::string text_of(const std::string& times) { return "unrolled for " + times; }

/// Windows of three rows over an image of 14, in tiles of `tile` rows: `count` of them, by a loop or written out by
/// hand.
std::string windows(int tile, int count, const std::string& rows = "") {
    const std::string i = text_of("i < " + std::to_string(tile) + " { vector for l < 16 { ");
    const std::string y = std::to_string(tile) + "*t + i";
    return "nest n {\n  arg in: f32[14, 16] in\n  arg w: f32[3] in\n  arg out: f32[14, 16] out\n  registers acc: f32[" +
           std::to_string(tile) + ", 16]\n  body {\n    for c < 9 { " + (rows.empty() ? "for t < " : rows) +
           std::to_string(count) + " {\n" + i + "acc[i, l] = 0 } }\n" + "unrolled for u < 3 { " + i +
           "acc[i, l] += in[" + y + " + u - 1, l] pad 0 * w[u] } } }\n" + i + "out[" + y +
           ", l] = acc[i, l] } } } }\n  }\n}";
}

const features::Row& update_of(const features::LoopTable& table) {
    for (const features::Row& row : table.rows) {
        if (row.kind == features::RowKind::update) return row;
    }
    FAIL("no update");
    return table.rows.front();
}

const features::Access& access_of(const features::LoopTable& table, const features::Row& row, int buffer) {
    for (int a = row.first_access; a < row.first_access + row.access_count; ++a) {
        const features::Access& access = table.accesses[static_cast<std::size_t>(a)];
        if (access.buffer == buffer && access.reads) return access;
    }
    FAIL("not read");
    return table.accesses.front();
}

}  // namespace

TEST_CASE("two tiles that are both borders are one piece of code, with the rows between in common") {
    const features::LoopTable table = table_of_nest(windows(7, 2));
    REQUIRE(table.loops.size() == 1);
    const features::Row& sum = update_of(table);
    CHECK(sum.loop == 0);
    CHECK(sum.instances == 2 * 7 * 3);
    CHECK(sum.chain == 3);  // copies have sums of their own
    CHECK(sum.in_turn == 2);
    const features::Access& in = access_of(table, sum, 0);
    CHECK(in.references == 16);  // rows -1 to 14; by tiles they would be 9 and 9
    CHECK(in.repeats == doctest::Approx(42.0 / 16));
    CHECK(in.padded == 0);
    CHECK(in.term_count == 0);
}

TEST_CASE("it is the table of the loop unrolled by hand, but for the sums") {
    const features::LoopTable folded = table_of_nest(windows(7, 2));
    const features::LoopTable by_hand = table_of_nest(windows(7, 2, "unrolled for t < "));
    REQUIRE(folded.rows.size() == by_hand.rows.size());
    for (std::size_t r = 0; r < folded.rows.size(); ++r) {
        CAPTURE(r);
        const features::Row& row = folded.rows[r];
        const features::Row& other = by_hand.rows[r];
        CHECK(row.instances == other.instances);
        CHECK(row.share == other.share);
        CHECK(row.loop == other.loop);
        REQUIRE(row.access_count == other.access_count);
        for (int a = 0; a < row.access_count; ++a) {
            CAPTURE(a);
            const auto& mine = folded.accesses[static_cast<std::size_t>(row.first_access + a)];
            const auto& theirs = by_hand.accesses[static_cast<std::size_t>(other.first_access + a)];
            CHECK(mine.references == theirs.references);
            CHECK(mine.repeats == doctest::Approx(theirs.repeats));
            CHECK(mine.padded == theirs.padded);
        }
    }
}

TEST_CASE("a loop with iterations inside stays one") {
    CHECK(table_of_nest(windows(2, 7)).loops.size() == 2);   // one border tile on either side, five inside
    CHECK(table_of_nest(windows(4, 4)).loops.size() == 2);   // two inside
    CHECK(table_of_nest(windows(14, 1)).loops.size() == 2);  // one iteration is no loop to write out
}

TEST_CASE("terms of a window along a written-out loop go on with their sums") {
    // All seven rows in one tile: the first and the last tap leave the image, the loop over taps is written out.
    const std::string text = R"(nest n {
  arg in: f32[7, 16] in
  arg w: f32[3] in
  arg out: f32[7, 16] out
  registers acc: f32[7, 16]
  body {
    for c < 9 {
      unrolled for i < 7 { vector for l < 16 { acc[i, l] = 0 } }
      for u < 3 { unrolled for i < 7 { vector for l < 16 { acc[i, l] += in[i + u - 1, l] pad 0 * w[u] } } }
      unrolled for i < 7 { vector for l < 16 { out[i, l] = acc[i, l] } }
    }
  }
})";
    const features::LoopTable table = table_of_nest(text);
    REQUIRE(table.loops.size() == 1);
    const features::Row& sum = update_of(table);
    CHECK(sum.chain == 3);
    CHECK(sum.in_turn == 1);
    CHECK(access_of(table, sum, 0).references == 9);
    CHECK(access_of(table, sum, 1).references == 3);
}

TEST_CASE("what sticks out of the output is not computed in written-out code") {
    // Tiles of 5 rows over 14: the last one has 4, behind a guard of the writing alone.
    const std::string text = R"(nest n {
  arg in: f32[14, 16] in
  arg out: f32[14, 16] out
  registers acc: f32[5, 16]
  body {
    for c < 9 { for t < 3 {
      unrolled for i < 5 { vector for l < 16 { acc[i, l] = 0 } }
      unrolled for u < 3 { unrolled for i < 5 { vector for l < 16 { acc[i, l] += in[5*t + i + u - 1, l] pad 0 } } }
      unrolled for i < 5 { if 13 - 5*t - i >= 0 { vector for l < 16 { out[5*t + i, l] = acc[i, l] } } }
    } }
  }
})";
    const features::LoopTable table = table_of_nest(text);
    REQUIRE(table.loops.size() == 1);
    CHECK(update_of(table).instances == doctest::Approx(3 * 14));
}

TEST_CASE("unpadded reads write nothing out") {
    const std::string text = R"(nest n {
  arg in: f32[20, 16] in
  arg out: f32[14, 16] out
  body { for c < 9 { for t < 2 { unrolled for i < 7 { vector for l < 16 { out[7*t + i, l] = in[7*t + i + 6, l] } } } } }
})";
    CHECK(table_of_nest(text).loops.size() == 2);
}

TEST_CASE("a table of a nest has nothing left to fold") {
    for (const int tile : {2, 7}) {
        features::LoopTable table = table_of_nest(windows(tile, 14 / tile));
        const features::LoopTable before = table;
        CHECK(features::fold_written_out(table).empty());
        CHECK(table == before);
    }
}

TEST_CASE("loops that are left keep their names") {
    const std::string text = windows(7, 2);
    const ir::LoopNest nest = value_of(ir::parse(text));
    const features::TracedTable traced = value_of(features::traced_table_of(nest));
    REQUIRE(traced.loops.size() == 1);
    CHECK(nest.variables[static_cast<std::size_t>(traced.loops[0]->variable)] == "c");
}
