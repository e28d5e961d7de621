// Tests that one branch decides for a whole tile, and loads that a loop had better repeat.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "check_same.h"
#include "inner_loops.h"

using namespace saku;
using tests::check_same;
using tests::nest_of;

namespace {

/// Products of 13 terms in tiles of 6 rows and 2 vectors, all terms unrolled, the last rows masked.
std::string masked_rows(const std::string& padding) {
    return R"(nest n {
  arg a: f32[40, 13] in
  arg b: f32[13, 128] in
  arg out: f32[40, 128] out
  registers acc: f32[6, 2, 16]
  body {
    for m < 7 { for n < 4 {
      unrolled for i < 6 { unrolled for v < 2 { vector for l < 16 { acc[i, v, l] = 0 } } }
      unrolled for k < 13 { unrolled for i < 6 { unrolled for v < 2 { vector for l < 16 {
        acc[i, v, l] += a[6*m + i)" +
           padding + R"(, k] pad 0 * b[k, 32*n + 16*v + l]
      } } } }
      unrolled for i < 6 { if 39 - 6*m - i >= 0 { unrolled for v < 2 { vector for l < 16 {
        out[6*m + i, 32*n + 16*v + l] = acc[i, v, l]
      } } } }
    } }
  }
})";
}

int spills(const std::string& text) {
    int all = 0;
    for (const features::LoopCode& loop : tests::inner_loops_of(nest_of(text))) {
        all += loop.spill_loads + loop.spill_stores;
    }
    return all;
}

}  // namespace

TEST_CASE("whole tiles have no tests, last ones all of them") {
    check_same(masked_rows(""));
    // Rows before the first one, too: what is outside at either end.
    check_same(masked_rows(" - 2"));
    check_same(R"(nest n {
  arg a: f32[37, 20] in
  arg out: f32[37, 20] out
  body {
    for o < 10 { for p < 3 { unrolled for i < 4 { vector for l < 8 {
      if 36 - 4*o - i >= 0 { if 19 - 8*p - l >= 0 { out[4*o + i, 8*p + l] = a[4*o + i, 8*p + l] } }
    } } } }
  }
})");
    // Branches of a guard are chosen the same way; what never holds is not split.
    check_same(R"(nest n {
  arg a: f32[37] in
  arg out: f32[40] out
  body {
    for o < 5 { vector for l < 8 {
      if 36 - 8*o - l >= 0 { out[8*o + l] = a[8*o + l] } else { out[8*o + l] = 3 }
    } }
    for o < 5 { unrolled for i < 8 { if 2*i - 30 - o >= 0 { out[8*o + i] = 7 } } }
  }
})");
}

TEST_CASE("tests of rows do not tear sums apart") { CHECK(spills(masked_rows("")) == 0); }

TEST_CASE("loads that do not change stay in a loop that has no registers for them") {
    // 26 vectors of b and 8 accumulators: hoisted out of the loop over rows, they would go by the stack.
    const std::string text = R"(nest n {
  arg a: f32[64, 13] in
  arg b: f32[13, 32] in
  arg out: f32[64, 32] out
  registers acc: f32[4, 2, 16]
  body {
    for m < 16 {
      unrolled for i < 4 { unrolled for v < 2 { vector for l < 16 { acc[i, v, l] = 0 } } }
      unrolled for k < 13 { unrolled for i < 4 { unrolled for v < 2 { vector for l < 16 {
        acc[i, v, l] += a[4*m + i, k] * b[k, 16*v + l]
      } } } }
      unrolled for i < 4 { unrolled for v < 2 { vector for l < 16 { out[4*m + i, 16*v + l] = acc[i, v, l] } } }
    }
  }
})";
    check_same(text);
    CHECK(spills(text) == 0);
    // With room for them they are loaded once: 5 vectors beside 8 accumulators.
    std::string few = text;
    for (std::size_t at = few.find("13"); at != std::string::npos; at = few.find("13", at + 1)) few.replace(at, 2, "5");
    for (std::size_t at = few.find("v < 2"); at != std::string::npos; at = few.find("v < 2"))
        few.replace(at, 5, "v < 1");
    const auto loops = tests::inner_loops_of(nest_of(few));
    REQUIRE(loops.size() == 1);
    CHECK(loops[0].vector_loads == 0);
}
