// Rows of masked tiles that stick out are left out where emission decides which they are.
#include "features/dead_rows.h"

#include <doctest/doctest.h>

#include <string>

#include "frontends/operator_from.h"
#include "schedules/schedule.h"
#include "tests/costmodel/pricing.h"

using namespace saku;
using namespace saku::tests;

namespace {

struct Windows {
    int tile = 8;                ///< rows
    int image = 14;              ///< rows of the output
    int border = 1;              ///< padding on either side; the input has that many rows less than windows need
    const char* then = "";       ///< around what happens to whole tiles
    std::string otherwise = {};  ///< and to others
};

/// Sums of three rows, in a loop, in tiles that a guard of the writing ends.
std::string windows(const Windows& w) {
    const int tiles = (w.image + w.tile - 1) / w.tile;
    const std::string rows = std::to_string(w.image + 2 - 2 * w.border);
    const std::string y = std::to_string(w.tile) + "*t + i";
    const auto tile_of = [&](int height) {
        const std::string i = "unrolled for i < " + std::to_string(height) + " { ";
        return i + "vector for l < 16 { acc[i, l] = 0 } }\n for u < 3 { " + i + "vector for l < 16 { acc[i, l] += in[" +
               y + " + u - " + std::to_string(w.border) + ", l] pad 0 } } }\n" + i + "if " +
               std::to_string(w.image - 1) + " - " + std::to_string(w.tile) + "*t - i >= 0 { vector for l < 16 { out[" +
               y + ", l] = acc[i, l] } } }\n";
    };
    const std::string all = tile_of(w.tile);
    const int rest = w.image - w.tile * (tiles - 1);
    const std::string body = w.otherwise.empty() ? all : w.then + (" { " + all + "} else { ") + tile_of(rest) + "}\n";
    return "nest n {\n  arg in: f32[" + rows + ", 16] in\n  arg out: f32[" + std::to_string(w.image) +
           ", 16] out\n  registers acc: f32[" + std::to_string(w.tile) + ", 16]\n  body { for c < 9 { for t < " +
           std::to_string(tiles) + " {\n" + body + "} } }\n}";
}

const features::Row& update_of(const features::LoopTable& table) {
    for (const features::Row& row : table.rows) {
        if (row.kind == features::RowKind::update) return row;
    }
    FAIL("no update");
    return table.rows.front();
}

const features::Access& input_of(const features::LoopTable& table) {
    return table.accesses[static_cast<std::size_t>(update_of(table).first_access)];
}

}  // namespace

TEST_CASE("the rows of the last tile that are never written cost nothing") {
    // 0 .. 7 and 8 .. 13: both tiles are cut out for their padding, and 2 of 16 rows are dropped with all they read.
    const features::LoopTable table = table_of_nest(windows({}));
    CHECK(update_of(table).instances == doctest::Approx(7));
    CHECK(input_of(table).references == doctest::Approx(7));
    CHECK(input_of(table).padded == 0);
    CHECK(input_of(table).tests == 0);
    for (const features::Row& row : table.rows) {
        if (row.kind == features::RowKind::initialise) CHECK(row.instances == doctest::Approx(7));
    }
}

TEST_CASE("what registers the tile needs does not depend on its last rows") {
    const features::LoopTable table = table_of_nest(windows({}));
    const features::Row& sum = update_of(table);
    CHECK(table.accesses[static_cast<std::size_t>(sum.first_access + sum.access_count - 1)].references == 8);
}

TEST_CASE("tiles in the middle of an image stay in a loop, the last one is known all the same") {
    const features::LoopTable table = table_of_nest(windows({.tile = 4, .image = 30}));
    CHECK(update_of(table).instances == doctest::Approx(30.0 / 8));
}

TEST_CASE("whole tiles have no dead rows") { CHECK(update_of(table_of_nest(windows({.tile = 7}))).instances == 7); }

TEST_CASE("rows that are guarded where nothing is padded are computed") {
    // One branch decides whether a tile is whole (targets/llvm/whole_tiles.h), and the one that is not tests its rows.
    std::string text = windows({.border = 0});
    for (std::size_t at = text.find(" pad 0"); at != std::string::npos; at = text.find(" pad 0")) text.erase(at, 6);
    text.replace(text.find("f32[16, 16]"), 11, "f32[18, 16]");  // else reads of dead rows would lie outside
    CHECK(update_of(table_of_nest(text)).instances == 8);
}

TEST_CASE("a rest with code of its own leaves tiles as they are") {
    const features::LoopTable table = table_of_nest(windows({.then = "if 6 - 8*t >= 0", .otherwise = "rest"}));
    CHECK(update_of(table).instances == 8);
}

TEST_CASE("a table without dead rows stays as it is") {
    features::LoopTable table = table_of_nest(windows({.tile = 7}));
    const features::LoopTable before = table;
    features::leave_out_dead_rows(table);
    CHECK(table == before);
}

TEST_CASE("rows two apart") {
    const features::LoopTable table = table_of_nest(R"(nest n {
  arg in: f32[28, 16] in
  arg out: f32[14, 16] out
  registers acc: f32[8, 16]
  body { for c < 9 { for t < 2 {
    unrolled for i < 8 { vector for l < 16 { acc[i, l] = 0 } }
    for u < 3 { unrolled for i < 8 { vector for l < 16 { acc[i, l] += in[16*t + 2*i + u - 1, l] pad 0 } } }
    unrolled for i < 8 { if 13 - 8*t - i >= 0 { vector for l < 16 { out[8*t + i, l] = acc[i, l] } } }
  } } }
})");
    CHECK(update_of(table).instances == doctest::Approx(7));
    CHECK(input_of(table).references == doctest::Approx(7));
}

namespace {

/// Blocks of a window outside of the tiles: sums are put away between them.
std::string blocks(int count) {
    return R"(nest n {
  arg in: f32[14, 16] in
  arg out: f32[14, 16] out
  registers acc: f32[8, 16]
  body { for c < 9 { for u < )" +
           std::to_string(count) + R"( { for t < 2 {
    unrolled for i < 8 { if 13 - 8*t - i >= 0 { vector for l < 16 { acc[i, l] = out[8*t + i, l] } } }
    for k < 4 { unrolled for i < 8 { vector for l < 16 { acc[i, l] += in[8*t + i + u - 1, l] pad 0 } } }
    unrolled for i < 8 { if 13 - 8*t - i >= 0 { vector for l < 16 { out[8*t + i, l] = acc[i, l] } } }
  } } } }
})";
}

}  // namespace

TEST_CASE("where a loop around the tiles moves the window, and is not cut, dead rows run") {
    CHECK(update_of(table_of_nest(blocks(2))).instances == doctest::Approx(7));
    CHECK(update_of(table_of_nest(blocks(3))).instances == 8);
}

TEST_CASE("old values are read under the guards of their writing") {
    const features::LoopTable table = table_of_nest(blocks(2));
    for (const features::Row& row : table.rows) {
        if (row.kind == features::RowKind::initialise) CHECK(row.instances * row.share == doctest::Approx(7));
    }
}

TEST_CASE("bodies that are too long to be cut run as they are") {
    const auto text = [](int columns) {
        const std::string v = "unrolled for v < " + std::to_string(columns) + " { unrolled for i < 8 { ";
        return R"(nest n {
  arg in: f32[14, 16] in
  arg w: f32[)" +
               std::to_string(columns) +
               R"(] in
  arg out: f32[14, 16] out
  registers acc: f32[8, 16]
  body { for c < 9 { for t < 2 {
    unrolled for i < 8 { vector for l < 16 { acc[i, l] = 0 } }
    for u < 3 { )" +
               v + R"(vector for l < 16 { acc[i, l] += in[8*t + i + u - 1, l] pad 0 * w[v + t] pad 0 } } } }
    unrolled for i < 8 { if 13 - 8*t - i >= 0 { vector for l < 16 { out[8*t + i, l] = acc[i, l] } } }
  } } }
})";
    };
    CHECK(update_of(table_of_nest(text(48))).instances == doctest::Approx(7 * 48));
    CHECK(update_of(table_of_nest(text(49))).instances == 8 * 49);  // too many places of w
}

TEST_CASE("tiles of rows and columns that are one axis end with the image") {
    // 49 places in four tiles of 13: along memory, 7 columns are not where they end.
    const auto op = frontends::operator_from("conv2d:c=8,h=7,w=7,k=16,r=1,s=1");
    REQUIRE(op.ok());
    const auto schedule = schedules::schedule_from_text(
        "fuse(y, x, f) split(f, 13, f_o, f_i) split(o, 16, o_o, o_l) reorder(b, g, u, v, o_o, f_o, i, f_i, o_l) "
        "accumulate(i, acc) unroll(f_i) vectorize(o_l) tail(f_i, mask)");
    REQUIRE(schedule.ok());
    const auto nest = schedules::apply(ir::lower(*op), *schedule);
    REQUIRE(nest.ok());
    const auto table = features::table_of(*nest);
    REQUIRE(table.ok());
    const double instances = update_of(*table).instances;
    CHECK(instances >= 49.0 / 4 - 1e-9);
    CHECK(instances <= 13);
}
