// Lanes that lie rows apart: blocks of rows are loaded and transposed, and nothing else is touched.
#include <doctest/doctest.h>

#include <algorithm>

#include "check_same.h"
#include "inner_loops.h"

using namespace saku;
using tests::check_same;
using tests::nest_of;

namespace {

const char* const row_sum = R"(nest n {
  arg a: f32[19, 24] in
  arg out: f32[19] out
  registers acc: f32[19]
  body {
    vector for i < 19 { acc[i] = 0 }
    for k < 3 { unrolled for u < 8 { vector for i < 19 { acc[i] += a[i, 8*k + u] } } }
    vector for i < 19 { out[i] = acc[i] }
  }
})";

}  // namespace

TEST_CASE("sums of rows, whole blocks and parts") {
    check_same(row_sum);
    // Eleven columns: blocks of eight, then what is left lane by lane.
    check_same(R"(nest n {
  arg a: f32[20, 33] in
  arg out: f32[20] out
  registers acc: f32[20]
  body {
    vector for i < 20 { acc[i] = 0 }
    for k < 3 { unrolled for u < 11 { vector for i < 20 { acc[i] += a[i, 11*k + u] } } }
    vector for i < 20 { out[i] = acc[i] }
  }
})");
}

TEST_CASE("iterations of the unrolled loop that do not occur are not read") {
    // Statically, by a test at run time, and in a loop within that may run no time at all.
    check_same(R"(nest n {
  arg a: f32[16, 5] in
  arg out: f32[16] out
  body { unrolled for u < 8 { if 4 - u >= 0 { vector for i < 16 { out[i] += a[i, u] first (u) } } } }
})");
    check_same(R"(nest n {
  arg a: f32[16, 13] in
  arg out: f32[16] out
  body {
    vector for i < 16 { out[i] = 0 }
    for k < 2 { unrolled for u < 8 { if 12 - 8*k - u >= 0 { vector for i < 16 { out[i] += a[i, 8*k + u] } } } }
  }
})");
    check_same(R"(nest n {
  arg a: f32[16, 13] in
  arg out: f32[16] out
  body {
    vector for i < 16 { out[i] = 0 }
    for k < 2 { unrolled for u < 8 { for r < 2 { if 12 - 8*k - u - 8*r >= 0 {
      vector for i < 16 { out[i] += a[i, 8*k + u + 8*r] }
    } } } }
  }
})");
    check_same(R"(nest n {
  arg a: f32[16, 13] in
  arg out: f32[16] out
  body {
    vector for i < 16 { out[i] = 0 }
    for k < 2 { unrolled for u < 8 { vector for i < 16 { out[i] += a[i, 8*k + u] pad 3 } } }
  }
})");
}

TEST_CASE("rows packed by columns") {
    check_same(R"(nest n {
  arg a: f32[16, 40] in
  arg out: f32[40, 16] out
  body { for k < 5 { unrolled for u < 8 { vector for i < 14 { out[8*k + u, i] = a[i, 8*k + u] } } }
         for k < 40 { for i < 2 { out[k, 14 + i] = 0 } } }
})");
}

TEST_CASE("the inner loop of a row sum loads each row once") {
    std::string text = row_sum;
    for (std::size_t at = text.find("19"); at != std::string::npos; at = text.find("19")) text.replace(at, 2, "16");
    const auto loops = tests::inner_loops_of(nest_of(text));
    REQUIRE(loops.size() == 1);
    CHECK(loops[0].vector_loads + loops[0].folded_loads + loops[0].broadcasts <= 16);
    CHECK(loops[0].instructions <= 64);
}

TEST_CASE("padded rows are blocks where they certainly lie inside") {
    // Three tiles of 16 rows for 40: the last one has lanes outside.
    const std::string text = R"(nest n {
  arg a: f32[40, 24] in
  arg out: f32[40] out
  registers acc: f32[16]
  body {
    for t < 3 {
      vector for i < 16 { acc[i] = 0 }
      for k < 3 { unrolled for u < 8 { vector for i < 16 { acc[i] += a[16*t + i, 8*k + u] pad 0 } } }
      vector for i < 16 { if 39 - 16*t - i >= 0 { out[16*t + i] = acc[i] } }
    }
  }
})";
    check_same(text);
    std::size_t fewest = 1000;
    for (const features::LoopCode& loop : tests::inner_loops_of(nest_of(text))) {
        fewest = std::min<std::size_t>(fewest, static_cast<std::size_t>(loop.instructions));
    }
    CHECK(fewest <= 64);
}

TEST_CASE("columns of which some lie outside are no block") {
    // The first and the last column of each row's window are padding.
    check_same(R"(nest n {
  arg a: f32[32, 14] in
  arg out: f32[32] out
  registers acc: f32[16]
  body {
    for t < 2 {
      vector for i < 16 { acc[i] = 0 }
      unrolled for u < 16 { vector for i < 16 { acc[i] += a[16*t + i, u - 1] pad 2 } }
      vector for i < 16 { out[16*t + i] = acc[i] }
    }
  }
})");
}
