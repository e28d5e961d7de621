#include "ir/tidy.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "ir/print.h"
#include "tests/equivalence.h"
#include "tests/ir/random_nest.h"

using namespace saku;
using namespace saku::ir;

namespace {

LoopNest nest_of(const std::string& body) {
    const std::string text =
        "nest n { arg a: f32[100] in arg b: f32[100, 100] in arg out: f32[100] out workspace w: f32[100] body {" +
        body + "} }";
    const Result<LoopNest> nest = parse(text);
    REQUIRE_MESSAGE(nest.ok(), nest.error().text());
    return *nest;
}

std::string tidied(const std::string& body) {
    const LoopNest nest = tidy(nest_of(body));
    return print(nest, nest.body);
}

struct Case {
    const char* name;
    const char* body;
    const char* expected;
};

const std::vector<Case>& cases() {
    static const std::vector<Case> all{
        {"floors and mods by ranges", "for i < 8 { out[floor(i/8)] = a[(i mod 8)] }",
         "for i < 8 {\n  out[0] = a[i]\n}\n"},
        {"a guard that always holds", "for i < 8 { if 7 - i >= 0, i >= 0 { out[i] = 1 } else { out[0] = 2 } }",
         "for i < 8 {\n  out[i] = 1\n}\n"},
        {"a guard that never holds", "for i < 8 { if i - 8 >= 0 { out[i] = 1 } else { out[0] = 2 } }",
         "for i < 8 {\n  out[0] = 2\n}\n"},
        {"conditions that cannot hold together",
         "for i < 8 { for j < 8 { if i - j - 1 >= 0, j - i >= 0 { out[i] = 1 } else { out[0] = 2 } } }",
         "for i < 8 {\n  for j < 8 {\n    out[0] = 2\n  }\n}\n"},
        {"an empty guard turns around", "for i < 8 { if i - 4 >= 0 { } else { out[i] = 2 } }",
         "for i < 4 {\n  out[i] = 2\n}\n"},
        {"loops of one iteration", "for i < 1 { for j < 4 { out[4*i + j] += a[j] first (i) } }",
         "for j < 4 {\n  out[j] += a[j] first ()\n}\n"},
        {"empty loops", "for i < 4 { for j < 3 { if j - 3 >= 0 { out[j] = 1 } } } out[0] = 1", "out[0] = 1\n"},
        {"a loop under a bound", "for i < 8 { if 4 - i >= 0 { out[i] = 1 } }", "for i < 5 {\n  out[i] = 1\n}\n"},
        {"a bound with a factor", "for i < 8 { if 9 - 2*i >= 0 { out[i] = 1 } }", "for i < 5 {\n  out[i] = 1\n}\n"},
        {"a bound inside an inner loop", "for i < 8 { for j < 4 { if 9 - 2*i - j >= 0 { out[i] = 1 } } }",
         "for i < 5 {\n  for j < 4 {\n    if -2*i - j + 9 >= 0 {\n      out[i] = 1\n    }\n  }\n}\n"},
        {"a bound down to one iteration", "for i < 8 { if -i >= 0 { out[i] = a[i] } }", "out[0] = a[0]\n"},
        {"bounds of two stores", "for i < 8 { if 2 - i >= 0 { out[i] = 1 } if 4 - i >= 0 { w[i] = 1 } }",
         "for i < 5 {\n  if -i + 2 >= 0 {\n    out[i] = 1\n  }\n  w[i] = 1\n}\n"},
        {"vector loops keep their lanes", "vector for i < 8 { if 4 - i >= 0 { out[i] = 1 } }",
         "vector for i < 8 {\n  if -i + 4 >= 0 {\n    out[i] = 1\n  }\n}\n"},
        {"an else branch keeps the loop", "for i < 8 { if 4 - i >= 0 { out[i] = 1 } else { out[i] = 2 } }",
         "for i < 8 {\n  if -i + 4 >= 0 {\n    out[i] = 1\n  } else {\n    out[i] = 2\n  }\n}\n"},
        {"a run-time extent is not shortened", "for i < n <= 8 { if 4 - i >= 0 { out[i] = 1 } }",
         "for i < n <= 8 {\n  if -i + 4 >= 0 {\n    out[i] = 1\n  }\n}\n"},
        {"the tail of a peeled split",
         "for o < 13 { if 92 - 8*o >= 0 { for i < 8 { if 99 - 8*o - i >= 0 { out[8*o + i] = 1 } } }"
         " else { for i < 8 { if 99 - 8*o - i >= 0 { out[8*o + i] = 2 } } } }",
         "for o < 13 {\n  if -8*o + 92 >= 0 {\n    for i < 8 {\n      out[8*o + i] = 1\n    }\n  } else {\n"
         "    for i < 4 {\n      out[8*o + i] = 2\n    }\n  }\n}\n"},
        {"an inner guard that the outer implies",
         "for i < 8 { for j < 8 { if 9 - i - j >= 0 { if 10 - i - j >= 0, 20 - 2*i - 2*j >= 0 { out[i] = 1 } } } }",
         "for i < 8 {\n  for j < 8 {\n    if -i - j + 9 >= 0 {\n      out[i] = 1\n    }\n  }\n}\n"},
        {"a guard implied after subtracting",
         "for i < 90 { for j < 8 { for k < 3 { if 80 - i - j >= 0 { if 82 - i - j - k >= 0 { out[i] = 1 } } } } }",
         "for i < 81 {\n  for j < 8 {\n    for k < 3 {\n      if -i - j + 80 >= 0 {\n        out[i] = 1\n      }\n    "
         "}\n"
         "  }\n}\n"},
        {"a guard implied by two others",
         "for i < 90 { for j < 90 { if 40 - i >= 0, 30 - j >= 0 { if 70 - i - j >= 0 { out[i] = 1 } } } }",
         "for i < 41 {\n  for j < 31 {\n    out[i] = 1\n  }\n}\n"},
        {"a condition implied by its neighbour",
         "for i < 9 { for j < 9 { if 4 - i + j >= 0, 6 - i + j >= 0 { out[i] = 1 } } }",
         "for i < 9 {\n  for j < 9 {\n    if -i + j + 4 >= 0 {\n      out[i] = 1\n    }\n  }\n}\n"},
        {"first: what is always zero", "for i < 4 { if -i >= 0 { for k < 4 { out[0] += a[k] first (i, k) } } }",
         "for k < 4 {\n  out[0] += a[k] first (k)\n}\n"},
        {"first: what is never zero", "for k < 4 { out[0] += a[k] first (k + 1) }",
         "for k < 4 {\n  out[0] += a[k]\n}\n"},
        {"first: a sum of terms", "for o < 4 { for i < 8 { out[0] += a[8*o + i] first (8*o + i, i) } }",
         "for o < 4 {\n  for i < 8 {\n    out[0] += a[8*o + i] first (o, i)\n  }\n}\n"},
        {"first: a difference stays", "for o < 4 { for i < 8 { out[0] += a[i] first (o - i) } }",
         "for o < 4 {\n  for i < 8 {\n    out[0] += a[i] first (o - i)\n  }\n}\n"},
        {"first: under a guard",
         "for k < 4 { if k - 1 >= 0 { out[0] += a[k] first (k) } else { out[0] += 1 first (k) } }",
         "for k < 4 {\n  if k - 1 >= 0 {\n    out[0] += a[k]\n  } else {\n    out[0] += 1 first ()\n  }\n}\n"},
        {"the pad of a read inside", "for i < 8 { out[i] = a[i + 92] pad 0 + a[i + 93] pad 0 }",
         "for i < 8 {\n  out[i] = a[i + 92] + a[i + 93] pad 0\n}\n"},
        {"the pad of a read outside", "for i < 8 { out[i] = a[i - 8] pad 3 + a[i + 100] pad -2 }",
         "for i < 8 {\n  out[i] = 3 + -2\n}\n"},
        {"pads under guards",
         "for i < 90 { for u < 30 { if i + u - 4 >= 0, 95 - i - u >= 0 { out[i] = b[i + u - 1, u] pad 0 } } }",
         "for i < 90 {\n  for u < 30 {\n    if i + u - 4 >= 0, -i - u + 95 >= 0 {\n      out[i] = b[i + u - 1, u]\n    "
         "}\n"
         "  }\n}\n"},
        {"instructions stay as written", "intrinsic dot { for i < 1 { out[i] += a[(i mod 8)] pad 0 } }",
         "intrinsic dot {\n  for i < 1 {\n    out[i] += a[(i mod 8)] pad 0\n  }\n}\n"},
        {"prefetches", "for i < 8 { prefetch a[floor((i + 8)/16)] }", "for i < 8 {\n  prefetch a[0]\n}\n"},
    };
    return all;
}

}  // namespace

TEST_CASE("tidy simplifies by the loops and guards around a place") {
    for (const Case& c : cases()) CHECK_MESSAGE(tidied(c.body) == c.expected, c.name);
}

TEST_CASE("what tidy leaves is tidy") {
    for (const Case& c : cases()) {
        const LoopNest once = tidy(nest_of(c.body));
        CHECK_MESSAGE(tidy(once) == once, c.name);
    }
}

TEST_CASE("known sums replace what contains them, and bound loops") {
    const LoopNest nest = nest_of(
        "for o < 4 { for m < 4 { for i < 8 { if 99 - 32*o - 8*m - i >= 0 { out[32*o + 8*m + i] += b[4*o + m, o] "
        "first (32*o + 8*m - 96) } } } }");
    const Index o = Index::variable(0);
    const Index m = Index::variable(1);
    const Block& tile = std::get<Loop>(std::get<Loop>(nest.body[0].node).body[0].node).body;
    const Block tail = tidy(nest, tile, {{.sum = o * 32 + m * 8, .value = 96}});
    CHECK(print(nest, tail) == "for i < 4 {\n  out[i + 96] += b[12, o] first ()\n}\n");
    const Block other = tidy(nest, tile, {{.sum = o * 32, .value = 64}});
    CHECK(print(nest, other) == "for i < 8 {\n  out[8*m + i + 64] += b[m + 8, 2]\n}\n");
}

TEST_CASE("unit loops may be kept, with their variables") {
    const LoopNest nest = nest_of("for i < 1 { for j < 1 { out[8*i + floor(j/4)] += a[i] first (i, j) } }");
    CHECK(print(nest, tidy(nest, nest.body, {}, true)) ==
          "for i < 1 {\n  for j < 1 {\n    out[8*i] += a[i] first ()\n  }\n}\n");
    CHECK(print(nest, tidy(nest, nest.body)) == "out[0] += a[0] first ()\n");
}

TEST_CASE("a block in the middle of a nest counts on the loops around it") {
    const LoopNest nest = nest_of("for o < 4 { for i < 8 { out[floor((8*o + i)/32)] = a[floor(o/3)] } }");
    const Block& inner = std::get<Loop>(nest.body[0].node).body;
    CHECK(print(nest, tidy(nest, inner)) == "for i < 8 {\n  out[0] = a[floor(o/3)]\n}\n");
}

TEST_CASE("offline packs are tidied too") {
    const Result<LoopNest> nest = parse(
        "nest n { arg w: f32[8] in const packed p: f32[8] of w offline p { for i < 8 { p[i] = w[(i mod 8)] pad 0 } } "
        "body { } }");
    REQUIRE(nest.ok());
    const LoopNest result = tidy(*nest);
    CHECK(print(result, result.offline[0].body) == "for i < 8 {\n  p[i] = w[i]\n}\n");
}

TEST_CASE("tidy changes nothing of what random nests compute") {
    Random random(6);
    for (int round = 0; round < 600; ++round) {
        const LoopNest nest = tests::random_nest(random, {.max_depth = 4 + round % 3});
        const LoopNest result = tidy(nest);
        const std::string difference = tests::difference_between(nest, result, random.bits());
        CHECK_MESSAGE(difference == "", print(nest) << print(result) << difference);
        LoopNest kept = nest;
        kept.body = tidy(nest, nest.body, {}, true);
        CHECK(tests::difference_between(nest, kept, random.bits()) == "");
    }
}
