// Loops around padded reads are cut where padding begins: the same results, and nothing to test inside.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "check_same.h"
#include "features/table_of.h"
#include "inner_loops.h"
#include "targets/emit.h"
#include "targets/machine_file.h"

using namespace saku;

using tests::check_same;
using tests::nest_of;

namespace {

/// A 3x3 window with a stride over rows of 16 channels, in tiles of `tile` columns; loops over the window are `window`.
std::string windowed(int rows, int columns, int stride, int pad, int tile, const std::string& window) {
    const auto n = [](int value) { return std::to_string(value); };
    const int out_rows = (rows + 2 * pad - 3) / stride + 1;
    const int out_columns = (columns + 2 * pad - 3) / stride + 1;
    const std::string each = "unrolled for p < " + n(tile) + " { vector for c < 16 { ";
    const std::string x = n(tile) + "*x + p";
    return "nest n {\n arg in: f32[" + n(rows) + ", " + n(columns) + ", 16] in\n arg wt: f32[3, 3, 16] in\n" +
           " arg out: f32[" + n(out_rows) + ", " + n(out_columns) + ", 16] out\n registers acc: f32[" + n(tile) +
           ", 16]\n body { " + " for y < " + n(out_rows) + " { for x < " + n(out_columns / tile) + " {\n" + each +
           "acc[p, c] = 0 } }\n" + window + " for u < 3 { " + window + " for v < 3 { " + each + "acc[p, c] += in[" +
           n(stride) + "*y + u - " + n(pad) + ", " + n(stride * tile) + "*x + " + n(stride) + "*p + v - " + n(pad) +
           ", c] pad 3 * wt[u, v, c] } } } }\n" + each + "out[y, " + x + ", c] = acc[p, c] } }\n} } }\n}";
}

features::LoopCode main_loop(const std::string& text) {
    const auto loops = tests::inner_loops_of(nest_of(text));
    const auto most = std::max_element(loops.begin(), loops.end(),
                                       [](const auto& a, const auto& b) { return a.multiply_adds < b.multiply_adds; });
    REQUIRE(most != loops.end());
    return *most;
}

}  // namespace

TEST_CASE("windows over padded rows: straight and running windows, few and many tiles, strides, wide padding") {
    for (const char* window : {"", "unrolled"}) {
        check_same(windowed(7, 10, 1, 1, 5, window));  // two tiles: both at a border
        check_same(windowed(6, 12, 1, 1, 3, window));  // some inside
        check_same(windowed(9, 15, 2, 1, 4, window));  // odd extents under a stride
        check_same(windowed(5, 6, 1, 3, 1, window));   // more border than is cut
        check_same(windowed(3, 3, 1, 1, 3, window));   // one tile, three rows
        check_same(windowed(1, 4, 1, 2, 2, window));   // rows that are padding only
    }
}

TEST_CASE("parallel loops tell their first and last iterations apart") {
    for (const int rows : {2, 3, 9}) {
        std::string text = windowed(rows, 8, 1, 1, 4, "unrolled");
        text.replace(text.find(" for y"), 6, " parallel for y");
        check_same(text);
    }
    std::string text = windowed(4, 8, 1, 3, 4, "");
    text.replace(text.find(" for y"), 6, " parallel for y");
    check_same(text);
}

/// Rows in blocks of `block`, of which the last may have fewer.
std::string windowed_in_blocks(int rows, int columns, int block) {
    std::string text = windowed(rows, columns, 1, 1, 4, "unrolled");
    const auto replace = [&text](const std::string& from, const std::string& to) {
        for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
            text.replace(at, from.size(), to);
        }
    };
    const std::string n = std::to_string(block);
    const std::string y = n + "*y_o + y_i";
    replace("1*y + u", y + " + u");
    replace("out[y,", "out[" + y + ",");
    replace("for y < " + std::to_string(rows) + " {", "for y_o < " + std::to_string((rows + block - 1) / block) +
                                                          " { for y_i < " + n + " { if " + std::to_string(rows - 1) +
                                                          " - " + n + "*y_o - y_i >= 0 {");
    text.insert(text.rfind("}\n}"), "} } ");
    return text;
}

TEST_CASE("blocks of rows, the last of which is shorter") {
    for (const int rows : {5, 9, 14}) {
        for (const int block : {2, 3, 4, 7}) check_same(windowed_in_blocks(rows, 8, block));
    }
    // Of two blocks every one has a border; inside of them nothing is tested.
    const features::LoopCode loop = main_loop(windowed_in_blocks(60, 28, 32));
    CHECK(loop.multiply_adds == 36);
    CHECK(loop.instructions <= 36 + 18 + 9 + 8 + 6);
}

TEST_CASE("nothing is tested where windows lie inside") {
    const features::LoopCode loop = main_loop(windowed(28, 28, 1, 1, 4, "unrolled"));
    CHECK(loop.multiply_adds == 36);
    CHECK(loop.instructions <= 36 + 18 + 9 + 8 + 6);  // with loads, weights, stores and the loop
}

TEST_CASE("tables count tests only where emission makes them") {
    const auto padded = [](const std::string& text) {
        const auto table = features::table_of(nest_of(text));
        REQUIRE(table.ok());
        double sum = 0;
        for (const features::Access& access : table->accesses) sum += access.padded;
        return sum;
    };
    CHECK(padded(windowed(28, 28, 1, 1, 4, "unrolled")) == 0);
    CHECK(padded(windowed(28, 28, 1, 1, 4, "")) == 0);
    CHECK(padded(windowed(7, 8, 1, 1, 4, "")) == 0);            // two tiles
    CHECK(padded(windowed(28, 28, 1, 3, 1, "")) > 0);           // three columns on each side are border
    CHECK(padded(windowed(28, 32, 1, 1, 16, "unrolled")) > 0);  // windows over 54 places are too many to copy
}

TEST_CASE("lanes that a last tile leaves out are not carried along") {
    const std::string text = R"(nest n {
  arg a: f32[40, 16] in
  arg b: f32[5, 16] in
  arg out: f32[40, 16] out
  registers acc: f32[2, 16]
  body {
    for o < 20 {
      unrolled for i < 2 { vector for l < 16 { if 5 - l >= 0 { acc[i, l] = 0 } } }
      unrolled for k < 5 { unrolled for i < 2 { vector for l < 16 { if 5 - l >= 0 {
        acc[i, l] += a[2*o + i, l] * b[k, l]
      } } } }
      unrolled for i < 2 { vector for l < 16 { if 5 - l >= 0 { out[2*o + i, l] = acc[i, l] } } }
    }
  }
})";
    check_same(text);
    const auto loops = tests::inner_loops_of(nest_of(text));
    REQUIRE(loops.size() == 1);
    // Two loads, two stores, products and sums, zeros, the loop: nothing that puts lanes together.
    CHECK(loops[0].instructions <= 2 + 2 + 2 * 5 + 6);
    // Where they are read again, they are kept.
    check_same(R"(nest n {
  arg a: f32[4, 16] in
  arg out: f32[4, 16] out
  registers acc: f32[16]
  body {
    vector for l < 16 { acc[l] = 2 }
    for o < 4 {
      vector for l < 16 { if 5 - l >= 0 { acc[l] = a[o, l] } }
      vector for l < 16 { out[o, l] = acc[l] }
    }
  }
})");
}
