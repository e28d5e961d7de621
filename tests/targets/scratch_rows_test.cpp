// Rows copied into scratch that are no multiple of a vector long: whole vectors are written where nothing is yet.
#include <doctest/doctest.h>

#include <sstream>
#include <string>

#include "check_same.h"

using namespace saku;
using tests::check_same;
using tests::nest_of;

namespace {

/// Each tile of rows of `a` copied, then used element by element. `t` lies behind `s` and is filled before.
std::string tiles(const std::string& rows, const std::string& copy) {
    return "nest n {\n  arg a: f32[32, 13] in\n  arg b: f32[13] in\n  arg out: f32[32] out\n  workspace s: f32[" +
           rows +
           ", 13]\n  workspace t: f32[13]\n  body {\n    vector for k < 13 { t[k] = b[k] }\n    for o < 2 {\n      " +
           copy + "\n      for r < " + rows +
           " { for k < 13 { out[r + 16*o] += s[r, k] * t[k] first (k) } }\n    }\n  }\n}";
}

std::string rows_in_order(const std::string& rows) {
    return "for i < " + rows + " { vector for l < 13 { s[i, l] = a[i + 16*o, l] } }";
}

/// Stores of vectors under a mask, as x86 has them.
int masked_stores(const std::string& text) {
    const auto machine = targets::machine_named("zen5");
    REQUIRE(machine.ok());
    const auto emitted =
        targets::emit(nest_of(text), machine->codegen, {.name = "kernel", .object = false, .assembly = true});
    REQUIRE(emitted.ok());
    std::istringstream lines(emitted->assembly);
    int count = 0;
    for (std::string line; std::getline(lines, line);)
        count += line.find("vmov") != std::string::npos && line.find(") {%k") != std::string::npos &&
                         line.find("{z}") == std::string::npos
                     ? 1
                     : 0;
    return count;
}

}  // namespace

TEST_CASE("rows in order, each over the beginning of the next") {
    const std::string text = tiles("3", rows_in_order("3"));
    check_same(text);
    CHECK(masked_stores(text) == 0);
}

TEST_CASE("columns in order: what is copied is transposed") {
    const std::string text = R"(nest n {
  arg a: f32[24, 13] in
  arg out: f32[24] out
  workspace s: f32[13, 6]
  body {
    for o < 4 {
      unrolled for k < 13 { vector for l < 6 { s[k, l] = a[l + 6*o, k] } }
      for l < 6 { for k < 13 { out[l + 6*o] += s[k, l] first (k) } }
    }
  }
})";
    check_same(text);
    CHECK(masked_stores(text) == 0);
}

TEST_CASE("a last row with no room behind it keeps its mask") {
    // 16 rows of 13 are 13 lines, and the other buffer comes next.
    check_same(tiles("16", rows_in_order("16")));
    CHECK(masked_stores(tiles("16", rows_in_order("16"))) > 0);
    // In straight code it is the last row alone.
    const std::string straight = tiles("16", "unrolled " + rows_in_order("16"));
    check_same(straight);
    CHECK(masked_stores(straight) == 1);
}

TEST_CASE("rows that come last first, or stay from before, are left alone") {
    check_same(tiles("3", "for i < 3 { vector for l < 13 { s[2 - i, l] = a[2 - i + 16*o, l] } }"));
    // Only the first row is copied anew.
    check_same(tiles("3",
                     "for i < 3 { if i - 1 >= 0 { if 0 - o >= 0 { vector for l < 13 { s[i, l] = a[i, l] } } } else { "
                     "vector for l < 13 { s[i, l] = a[i + 16*o, l] } } }"));
}

TEST_CASE("scratch of each worker's own") {
    const std::string text = R"(nest n {
  arg a: f32[40, 7] in
  arg out: f32[40] out
  workspace s: f32[2, 7]
  body {
    parallel for o < 20 {
      for i < 2 { vector for l < 7 { s[i, l] = a[2*o + i, l] } }
      for i < 2 { for k < 7 { out[2*o + i] += s[i, k] first (k) } }
    }
  }
})";
    check_same(text);
    CHECK(masked_stores(text) == 0);
}
