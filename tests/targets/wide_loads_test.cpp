// Lanes apart from each other: the plan of wide loads, and the code made from it.
#include "targets/llvm/wide_loads.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/random.h"
#include "check_same.h"
#include "inner_loops.h"

using namespace saku;
using targets::cover;
using tests::check_same;
using tests::nest_of;

namespace {

std::vector<std::int64_t> strided(std::int64_t first, std::int64_t stride, int lanes) {
    std::vector<std::int64_t> positions;
    for (int lane = 0; lane < lanes; ++lane) positions.push_back(first + stride * lane);
    return positions;
}

/// Replaces every NAME in the text.
std::string with(std::string text, const std::string& name, const std::string& value) {
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size())) {
        text.replace(at, name.size(), value);
    }
    return text;
}

}  // namespace

TEST_CASE("wide loads: few, shared between neighbours, never outside") {
    using Starts = std::vector<std::int64_t>;
    CHECK(cover(strided(0, 2, 8), 8, {-100, 100}, 2)->starts == Starts{0, 8});
    CHECK(cover(strided(1, 2, 8), 8, {-100, 100}, 2)->starts == Starts{0, 8});  // the same loads as x*2
    CHECK(cover(strided(2, 2, 8), 8, {-100, 100}, 2)->starts == Starts{2, 10});
    CHECK(cover(strided(-1, 2, 8), 8, {-100, 100}, 2)->starts == Starts{-2, 6});
    CHECK(cover(strided(0, 2, 8), 8, {0, 14}, 2)->starts == Starts{0, 7});  // ends with the last element
    CHECK(cover(strided(1, 2, 8), 8, {1, 15}, 2)->starts == Starts{1, 8});  // begins with the first
    CHECK(cover(strided(46, -3, 16), 16, {0, 47}, 3)->starts == Starts{0, 16, 32});
    CHECK(cover(strided(0, 0, 8), 8, {0, 7}, 1)->starts == Starts{0});
    CHECK(!cover(strided(0, 2, 4), 8, {0, 6}, 2));    // no room for a load of 8
    CHECK(!cover(strided(0, 9, 8), 8, {0, 99}, 9));   // a load a lane
    CHECK(!cover(strided(0, 2, 8), 8, {1, 100}, 2));  // the first is out of reach
}

TEST_CASE("wide loads of random patterns find every lane's element") {
    Random random(11);
    int covered = 0;
    for (int round = 0; round < 3000; ++round) {
        const int width = 1 << random.between(1, 4);
        std::vector<std::int64_t> positions;
        const auto lanes = random.between(1, width);
        for (std::int64_t lane = 0; lane < lanes; ++lane) positions.push_back(random.between(-20, 30));
        const auto [low, high] = std::minmax_element(positions.begin(), positions.end());
        const ir::Interval readable{*low - random.between(0, 5), *high + random.between(0, 5)};
        const auto plan = cover(positions, width, readable, random.between(1, 4));
        if (!plan) continue;
        ++covered;
        for (const std::int64_t start : plan->starts) {
            CHECK(start >= readable.low);
            CHECK(start + width - 1 <= readable.high);
        }
        for (std::size_t lane = 0; lane < positions.size(); ++lane) {
            const std::int64_t start = plan->starts[static_cast<std::size_t>(plan->load[lane])];
            CHECK(start + plan->element[lane] == positions[lane]);
            CHECK((plan->element[lane] >= 0 && plan->element[lane] < width));
        }
    }
    CHECK(covered > 200);
}

TEST_CASE("strided and reversed lanes, whole and partial vectors") {
    for (const char* extent : {"4", "7", "8", "16", "23", "32", "37"}) {
        for (const char* stride : {"2", "3", "4", "5"}) {
            std::string text = R"(nest n {
  arg a: f32[SIZE] in
  arg b: f32[SIZE] in
  arg out: f32[EXTENT] out
  body {
    vector for x < EXTENT { out[x] = a[STRIDE*x] + b[LAST - STRIDE*x] * a[STRIDE*x + 1] }
  }
})";
            const std::int64_t last = std::stoll(stride) * (std::stoll(extent) - 1);
            text = with(with(text, "LAST", std::to_string(last)), "SIZE", std::to_string(last + 2));
            check_same(with(with(text, "EXTENT", extent), "STRIDE", stride));
        }
        check_same(with(R"(nest n {
  arg a: f32[EXTENT] in
  arg b: f32[1] in
  arg out: f32[EXTENT] out
  body { vector for x < EXTENT { out[x] = a[EXTENT - 1 - x] + b[0] } }
})",
                        "EXTENT", extent));
    }
}

TEST_CASE("strided lanes under masks and padding") {
    for (const char* stride : {"2", "3"}) {
        check_same(with(R"(nest n {
  arg a: f32[4, 73] in
  arg out: f32[4, 37] out
  body {
    for i < 4 { for o < 3 { vector for x < 16 { if 20 - 16*o - x >= 0 { out[i, 16*o + x] = a[i, 48*o + STRIDE*x] } } } }
  }
})",
                        "STRIDE", stride));
        check_same(with(R"(nest n {
  arg a: f32[5, 29] in
  arg out: f32[7, 20] out
  body {
    for i < 7 { for j < 3 { vector for x < 20 { out[i, x] += a[i - 1, STRIDE*x + j - 1] pad -2 first (j) } } }
  }
})",
                        "STRIDE", stride));
        // Both, and some lanes switched off whose elements lie outside.
        check_same(with(R"(nest n {
  arg a: f32[29] in
  arg out: f32[20] out
  body {
    for j < 3 { vector for x < 20 { if 17 - x - j >= 0 { out[x] = a[STRIDE*x + j - 2] pad 5 } else { out[x] = 7 } } }
  }
})",
                        "STRIDE", stride));
    }
}

TEST_CASE("rows of a fused axis, repeated elements") {
    check_same(R"(nest n {
  arg a: f32[4, 9] in
  arg b: f32[28] in
  arg out: f32[28] out
  body { vector for p < 28 { out[p] = a[floor(p/7), (p mod 7) + 2] * b[floor(p/2)] } }
})");
    check_same(R"(nest n {
  arg a: f32[9, 9] in
  arg out: f32[49] out
  body {
    for u < 3 { for o < 4 { vector for p < 16 { if 48 - 16*o - p >= 0 {
      out[16*o + p] += a[floor((16*o + p)/7) + u - 1, ((16*o + p) mod 7) + u - 1] pad 3 first (u)
    } } } }
  }
})");
    check_same(R"(nest n {
  arg a: f32[40] in
  arg out: f32[40] out
  body {
    for o < 3 { vector for p < 16 { if 39 - 16*o - p >= 0 { out[16*o + p] = a[8*o + floor(p/2)] } } }
  }
})");
}

TEST_CASE("the inner loop of a pooling with stride 2 loads every group once") {
    const ir::LoopNest nest = nest_of(R"(nest n {
  arg a: f32[64, 67, 67] in
  arg out: f32[64, 32, 32] out
  registers acc: f32[4, 16]
  body {
    for c < 64 { for y < 8 { for x < 2 {
      unrolled for i < 4 { vector for l < 16 { acc[i, l] = -inf } }
      for u < 3 { unrolled for v < 2 { unrolled for i < 4 { vector for l < 16 {
        acc[i, l] max= a[c, 8*y + 2*i + u, 32*x + 2*l + v]
      } } } }
      unrolled for i < 4 { vector for l < 16 { out[c, 4*y + i, 16*x + l] = acc[i, l] } }
    } } }
  }
})");
    const auto loops = tests::inner_loops_of(nest);
    REQUIRE(loops.size() == 1);
    CHECK(loops[0].vector_loads + loops[0].folded_loads == 8);
    CHECK(loops[0].spill_loads + loops[0].spill_stores == 0);
    CHECK(loops[0].instructions <= 32);
}

/// Three taps of 14 outputs two apart, the first tap of the first output outside.
const char* const window = R"(nest n {
  arg in: f32[64, 28] in
  arg left: f32[64, 14] out
  arg middle: f32[64, 14] out
  arg right: f32[64, 14] out
  body {
    for c < 64 {
      vector for x < 16 { if 13 - x >= 0 { left[c, x] = in[c, 2*x - 1] pad 0 } }
      vector for x < 16 { if 13 - x >= 0 { middle[c, x] = in[c, 2*x] pad 0 } }
      vector for x < 16 { if 13 - x >= 0 { right[c, x] = in[c, 2*x + 1] pad 0 } }
    }
  }
})";

TEST_CASE("lanes that padding and guards always leave out are neither read nor cleared") {
    check_same(window);
    const auto machine = targets::machine_named("zen5");
    const auto emitted = targets::emit(nest_of(window), machine->codegen, {.name = "kernel", .assembly = true});
    REQUIRE(emitted.ok());
    const auto count = [&](const std::string& name) {
        int found = 0;
        for (std::size_t at = emitted->assembly.find(name); at != std::string::npos; ++found)
            at = emitted->assembly.find(name, at + 1);
        return found;
    };
    // One shuffle a tap, and none for the zeros: the mask is part of the shuffle.
    CHECK(count("vpermt2ps") + count("vpermi2ps") == 3);
    CHECK(count("vexpand") == 0);
    CHECK(count("vand") == 0);
    // The same two loads for all three, one of them perhaps once more to be shuffled over; under masks it was six.
    CHECK(tests::inner_loops_of(nest_of(window)).front().vector_loads <= 3);
}
