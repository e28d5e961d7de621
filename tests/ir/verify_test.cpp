#include "ir/verify.h"

#include <doctest/doctest.h>

#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/random.h"
#include "ir/interpret.h"
#include "ir/print.h"
#include "ir/tidy.h"
#include "tests/equivalence.h"
#include "tests/ir/random_nest.h"

using namespace saku;
using namespace saku::ir;

namespace {

std::string verdict(const LoopNest& nest) {
    const Result<Done> done = verify(nest);
    return done ? "accepted" : done.error().text();
}

std::string verdict(const std::string& text) {
    const Result<LoopNest> nest = parse(text);
    return nest ? verdict(*nest) : nest.error().text();
}

/// A body over a: f32[8, 8], w: f32[8] (constant), out: f32[8, 8], scratch t: f32[8], registers r: f32[8].
std::string body(const std::string& nodes) {
    return "nest n { arg a: f32[8, 8] in arg w: f32[8] in const arg out: f32[8, 8] out workspace t: f32[8] "
           "registers r: f32[8] body { " +
           nodes + " } }";
}

struct Case {
    std::string nodes;
    std::string expected;
};

void check_all(const std::vector<Case>& cases) {
    for (const Case& c : cases) {
        const std::string found = verdict(body(c.nodes));
        CHECK_MESSAGE(found == (c.expected.empty() ? "accepted" : "nest n: " + c.expected), c.nodes);
    }
}

TEST_CASE("a fused parallel loop is taken apart through several subscripts") {
    const auto outcome = [](const std::string& last) {
        const auto nest = parse(
            "nest n { arg out: f32[2, 7, 6] out body { parallel for f < 6 { if 76 - 16*f >= 0 { for i < 16 { "
            "out[floor((16*f + i)/42), (floor((16*f + i)/6) mod 7), ((16*f + i) mod 6)] = 1 } } else { "
            "for i < 4 { out[1, 6, " +
            last + "] = 1 } } } } }");
        REQUIRE_MESSAGE(nest.ok(), (nest.ok() ? "" : nest.error().text()));
        const auto verdict = verify(*nest);
        return verdict.ok() ? std::string() : verdict.error().text();
    };
    CHECK(outcome("16*f + i - 78") == "");
    // The same divisor twice.
    const auto squares = parse(
        "nest n { arg out: f32[2, 3, 3] out body { parallel for o < 2 { if 3 - 14*o >= 0 { for i < 14 { "
        "out[floor((i + 14*o)/9), (floor((i + 14*o)/3) mod 3), ((i + 14*o) mod 3)] = 1 } } else { for i < 4 { "
        "out[1, floor((i + 14*o)/3) - 3, ((i + 14*o) mod 3)] = 1 } } } } }");
    REQUIRE(squares.ok());
    CHECK(verify(*squares).ok());
    CHECK(outcome("16*f + i - 79").find("`parallel for f`: one iteration may write") != std::string::npos);
}

}  // namespace

TEST_CASE("bounds are proven with the guards around an access") {
    check_all({
        {"for i < 8 { for j < 8 { out[i, j] = a[j, i] } }", ""},
        {"for i < 9 { out[i, 0] = 1 }",
         "`out[i, 0] = 1`: subscript 0 of `out[i, 0]` may go from 0 to 8, outside of 0 to 7"},
        {"for i < 8 { out[i, 0] = a[i - 1, 0] }",
         "`out[i, 0] = a[i - 1, 0]`: subscript 0 of `a[i - 1, 0]` may go from -1 to 6, outside of 0 to 7"},
        {"for i < 8 { out[i, 0] = a[i - 1, 0] pad 0 }", ""},
        {"for i < 8 { if i - 1 >= 0 { out[i, 0] = a[i - 1, 0] } }", ""},
        {"for i < 8 { if i - 1 >= 0 { out[i, 0] = 1 } else { out[i, 0] = a[i - 1, 0] } }",
         "`out[i, 0] = a[i - 1, 0]`: subscript 0 of `a[i - 1, 0]` may go from -1 to -1, outside of 0 to 7"},
        {"for i < 20 { if i - 8 >= 0 { } else { out[i, 0] = 1 } }", ""},
        {"for o < 3 { for i < 3 { if 7 - 3*o - i >= 0 { out[3*o + i, 0] = 1 } } }", ""},
        {"for o < 3 { for i < 3 { if 8 - 3*o - i >= 0 { out[3*o + i, 0] = 1 } } }",
         "`out[3*o + i, 0] = 1`: subscript 0 of `out[3*o + i, 0]` may go from 0 to 8, outside of 0 to 7"},
        // The subscript exceeds the guarded sum by terms of known range.
        {"for o < 9 { for i < 9 { for u < 3 { if 5 - o - i >= 0 { out[o + i + u, 0] = 1 } } } }", ""},
        {"for o < 9 { for i < 9 { for u < 4 { if 5 - o - i >= 0 { out[o + i + u, 0] = 1 } } } }",
         "`out[o + i + u, 0] = 1`: subscript 0 of `out[o + i + u, 0]` may go from 0 to 8, outside of 0 to 7"},
        // Two guards, one for each half of the sum.
        {"for i < 99 { for j < 99 { if 3 - i >= 0, 4 - j >= 0 { out[i + j, 0] = 1 } } }", ""},
        {"for i < 99 { for j < 99 { if 9 - 2*i >= 0, 3 - j >= 0 { out[i + j, 0] = 1 } } }", ""},
        // A guard on a multiple.
        {"for i < 99 { for j < 99 { if 15 - 2*i - 2*j >= 0 { out[i + j, 0] = 1 } } }", ""},
        // Quasi-affine subscripts.
        {"for f < 64 { out[floor(f/8), (f mod 8)] = 1 }", ""},
        {"for f < 65 { out[floor(f/8), (f mod 8)] = 1 }",
         "`out[floor(f/8), (f mod 8)] = 1`: subscript 0 of `out[floor(f/8), (f mod 8)]` may go from 0 to 8, outside of "
         "0 "
         "to 7"},
        {"for o < 9 { for i < 8 { if 63 - 8*o - i >= 0 { out[floor((8*o + i)/8), i] = 1 } } }", ""},
        {"for o < 14 { for i < 5 { if 63 - 5*o - i >= 0 { out[floor((5*o + i)/8), ((5*o + i) mod 8)] = 1 } } }", ""},
        {"for i < n <= 8 { out[i, 0] = 1 }", ""},
        {"for i < n <= 9 { out[i, 0] = 1 }",
         "`out[i, 0] = 1`: subscript 0 of `out[i, 0]` may go from 0 to 8, outside of 0 to 7"},
        {"for i < 1*vscale { if 7 - i >= 0 { out[i, 0] = 1 } }", ""},
        {"for i < 1*vscale { out[i, 0] = 1 }",
         "`out[i, 0] = 1`: subscript 0 of `out[i, 0]` may go from 0 to 15, outside of 0 to 7"},
        {"for i < 8 { prefetch a[i + 70, 0] }", ""},
        {"intrinsic f { for i < 9 { out[i, 0] = 1 } }",
         "`out[i, 0] = 1`: subscript 0 of `out[i, 0]` may go from 0 to 8, outside of 0 to 7"},
        {"for i < 8 { if i - 8 >= 0 { out[i, 0] = 1 } }", ""},
    });
}

TEST_CASE("structure: names, subscripts, who may write what") {
    check_all({
        {"out[0] = 1", "`out[0] = 1`: 'out' has 2 dimensions, 1 subscripts were given"},
        {"for i < 8 { out[i, 0] = 1 } for j < 8 { out[i, j] = 1 }", "`out[i, j] = 1`: 'i' is used outside its loop"},
        {"for i < 8 { out[i, 0] = 1 } out[0, 1] = index(i)", "`out[0, 1] = index(i)`: 'i' is used outside its loop"},
        {"for i < 1099511627776 { if 7 - i >= 0 { out[i, 0] = index(8*i) } }",
         "`out[i, 0] = index(8*i)`: '8*i' may exceed 2^42"},
        {"for i < 8 { for i < 8 { out[i, 0] = 1 } }", "`for i < 8`: inside another loop over the same variable"},
        {"for i < 8 { a[i, 0] = 1 }", "`a[i, 0] = 1`: a write to 'a', which is not an output"},
        {"for i < 8 { w[i] += 1 }", "`w[i] += 1`: a write to 'w', which is not an output"},
        {"out[0, 0] pad 3 = 1", "`out[0, 0] pad 3 = 1`: only reads have a pad"},
        {"out[0, 0] = 1 first ()", "`out[0, 0] = 1 first ()`: 'first' without an update such as '+='"},
        {"out[0, 0] = t[0]", "`t[0]`: a read of scratch that nothing writes"},
        {"out[0, 0] = r[9] pad 0", "`r[9] pad 0`: a read of scratch that nothing writes"},
        {"vector for v < 8 { for i < 2 { out[i, v] = 1 } }", "`for i < 2`: a loop inside a vector loop"},
        {"vector for v < 8 { prefetch a[v, 0] }", "`prefetch a[v, 0]`: a prefetch inside a vector loop"},
        {"vector for v < 8 { intrinsic f { } }", "`intrinsic f`: an intrinsic inside a vector loop"},
        {"vector for v < n <= 8 { out[0, v] = 1 }", "`vector for v < n <= 8`: a vector loop with a run-time extent"},
        {"parallel for i < 8 { parallel for j < 8 { out[i, j] = 1 } }",
         "`parallel for j < 8`: a parallel loop inside a parallel loop"},
        {"for i < n <= 8 { } for j < n <= 4 { }", "`for j < n <= 4`: another loop bounds this parameter differently"},
        {"for i < 1099511627776 { for j < 4 { if 5*i + j >= 0 { } } }", "`if 5*i + j >= 0`: '5*i + j' may exceed 2^42"},
        {"for i < 8 { out[i, 0] = a[4398046511103, 0] pad 0 }", ""},
    });
}

TEST_CASE("vectors of a fused parallel loop, the last of which is written by itself") {
    const auto outcome = [](const std::string& rest) {
        const auto nest = parse(
            "nest n { arg out: f32[2, 128] out body { parallel for o < 2 { for m < 3 { if 5 - 3*o - m >= 0 { "
            "if 4 - 3*o - m >= 0 { for v < 3 { if 15 - 9*o - 3*m - v >= 0 { vector for l < 16 { "
            "out[floor((v + 9*o + 3*m)/8), l + 16*((v + 9*o + 3*m) mod 8)] = 1 } } } } else { vector for l < 16 { "
            "out[1, " +
            rest + "] = 1 } } } } } } }");
        REQUIRE_MESSAGE(nest.ok(), (nest.ok() ? "" : nest.error().text()));
        const auto verdict = verify(*nest);
        return verdict.ok() ? std::string() : verdict.error().text();
    };
    CHECK(outcome("l + 144*o + 48*m - 128") == "");
    CHECK(outcome("l + 16*o + 48*m - 96").find("`parallel for o`: one iteration may write") != std::string::npos);
}

TEST_CASE("parallel iterations and vector lanes are independent") {
    check_all({
        {"parallel for i < 8 { for j < 8 { out[i, j] = a[i, j] } }", ""},
        {"parallel for i < 8 { for j < 8 { out[j, i] += 1 first (j) } }", ""},
        {"parallel for i < 8 { for j < 8 { out[j, 0] = 1 } }",
         "`parallel for i`: one iteration may write `out[j, 0]` where another one writes `out[j, 0]`"},
        {"parallel for i < 7 { out[i, 0] = out[i + 1, 0] }",
         "`parallel for i`: one iteration may write `out[i, 0]` where another one reads `out[i + 1, 0]`"},
        {"parallel for i < 8 { out[i, 0] = out[i, 1] }", ""},
        {"parallel for i < 4 { for j < 2 { out[2*i + j, 0] = 1 } }", ""},
        {"parallel for i < 3 { for j < 3 { out[2*i + j, 0] = 1 } }",
         "`parallel for i`: one iteration may write `out[2*i + j, 0]` where another one writes `out[2*i + j, 0]`"},
        {"parallel for i < 4 { out[2*i, 0] = 1 out[2*i + 1, 0] = out[2*i, 0] }", ""},
        {"for o < 2 { parallel for i < 4 { out[4*o + i, 0] = 1 } }", ""},
        {"parallel for i < 3 { for j < 4 { if 1 - j >= 0 { out[2*i + j, 0] = 1 } } }", ""},
        // A fused parallel loop.
        {"parallel for f < 64 { out[floor(f/8), (f mod 8)] = 1 }", ""},
        {"parallel for f < 16 { for i < 2 { for j < 2 { out[2*floor(f/4) + i, 2*(f mod 4) + j] = 1 } } }", ""},
        {"parallel for f < 64 { out[floor(f/8), 0] = 1 }",
         "`parallel for f`: one iteration may write `out[floor(f/8), 0]` where another one writes `out[floor(f/8), "
         "0]`"},
        {"parallel for f < 64 { out[floor(f/8), (f mod 4)] = 1 }",
         "`parallel for f`: one iteration may write `out[floor(f/8), (f mod 4)]` where another one writes "
         "`out[floor(f/8), (f mod 4)]`"},
        {"parallel for f < 8 { out[floor(f/4), (floor(f/2) mod 2) + 2*(f mod 2)] = 1 }", ""},
        {"parallel for o < 8 { for i < 8 { out[floor((8*o + i)/8), ((8*o + i) mod 8)] = 1 } }", ""},
        {"parallel for o < 8 { for i < 7 { out[floor((7*o + i)/8), ((7*o + i) mod 8)] = 1 } }", ""},
        {"parallel for o < 8 { for i < 8 { out[floor((7*o + i)/8), ((7*o + i) mod 8)] = 1 } }",
         "`parallel for o`: one iteration may write `out[floor((7*o + i)/8), ((7*o + i) mod 8)]` where another one "
         "writes `out[floor((7*o + i)/8), ((7*o + i) mod 8)]`"},
        {"parallel for o < 9 { if 41 - 7*o >= 0 { for i < 7 { out[floor((7*o + i)/8), ((7*o + i) mod 8)] = 1 } } "
         "else { for i < 7 { if 48 - 7*o - i >= 0 { out[floor((7*o + i)/8), ((7*o + i) mod 8)] = 2 } } } }",
         ""},
        {"parallel for i < 8 { if -i >= 0 { out[0, 0] = 1 } }", ""},
        // Scratch.
        {"parallel for i < 8 { for j < 8 { t[j] = a[i, j] } out[i, 0] = t[3] }", ""},
        {"parallel for i < 8 { r[0] = a[i, 0] out[i, 0] = r[0] }", ""},
        {"for j < 8 { t[j] = w[j] } parallel for i < 8 { out[i, 0] = t[i] }", ""},
        {"parallel for i < 8 { t[i] = w[i] } out[0, 0] = t[0]",
         "`t`: scratch that a parallel loop writes, each iteration for itself, is used outside of it"},
        {"r[0] = 1 parallel for i < 8 { out[i, 0] = r[0] }",
         "`r`: registers used both inside and outside of a parallel loop"},
        {"vector for v < 8 { out[0, v] += a[0, v] }", ""},
        {"vector for v < 8 { t[v] = a[0, v] out[0, v] = t[v] }", ""},
        {"vector for v < 8 { out[0, 0] += a[0, v] }",
         "`vector for v`: one iteration may write `out[0, 0]` where another one writes `out[0, 0]`"},
        {"vector for v < 8 { t[v] = a[0, v] out[0, v] = t[7 - v] }",
         "`vector for v`: one iteration may write `t[v]` where another one reads `t[-v + 7]`"},
    });
}

TEST_CASE("buffers are checked") {
    const std::vector<Case> cases{
        {"workspace t: f32[4] arg a: f32[4] in body { }", "`a`: arguments stand before all other buffers"},
        {"arg a: f32[4] layout (d0%2) in body { }", "`a`: the layout has room for 2 of 4 coordinates of dimension 0"},
        {"arg a: f32[4, 4] layout (d0%4) in body { }",
         "`a`: the layout has room for 1 of 4 coordinates of dimension 1"},
        {"arg a: f32[4] layout (d0/2%2, d0%4) in body { }",
         "`a`: the layout's parts of dimension 0 do not continue one "
         "another"},
        {"arg a: f32[4, 4] layout (d0%4 stride 3, d1%4 stride 1) in body { }",
         "`a`: two coordinates share an element of the layout"},
        {"arg a: f32[4, 4] layout (d0%4 stride 0, d1%4 stride 1) in body { }",
         "`a`: two coordinates share an element of the layout"},
        {"arg a: f32[4, 4] layout (d0%4 stride 4, d1%4 stride 1) in body { }", ""},
        {"arg a: f32[6, 4] layout (d1%4, d0/4%2, d0%4) in body { }", ""},
        {"arg a: f64[137438953472] in body { }", ""},
        {"arg a: f64[137438953473] in body { }", "`a`: more than 2^40 bytes"},
        {"arg a: f64[4] layout (d0%4 stride 137438953472) in body { }", "`a`: the layout spans more than 2^40 bytes"},
        {"workspace t: f32[4] const body { }", "`t`: only arguments are out, const or accumulated"},
        {"arg a: f32[6] layout (d0/4%2, d0%4) in free body { }", ""},
        {"arg a: f32[4, 4] in free (d1%4 stride 7, d0%4 stride 1) body { }", ""},
        {"arg a: f32[4] in free (d0%2) body { }", "`a`: the layout has room for 2 of 4 coordinates of dimension 0"},
        {"workspace t: f32[4] free body { }", "`t`: only arguments that are not const have a free layout"},
        {"arg a: f32[4] in const free body { }", "`a`: only arguments that are not const have a free layout"},
        {"arg a: f32[4] out const body { }", "`a`: an output cannot be const"},
        {"arg a: f32[4] in accumulated body { }", "`a`: only outputs are accumulated"},
        {"arg a: f32[4] in packed p: f32[4] of a body { }", "`p`: packed buffers are 'of' a const argument"},
        {"packed p: f32[4] body { }", "`p`: packed buffers, and no others, are 'of' an argument"},
        {"arg a: f32[4] in const workspace t: f32[4] of a body { }",
         "`t`: packed buffers, and no others, are 'of' an argument"},
        {"arg a: f32[4] in const packed p: f32[4] of a body { }",
         "`p`: 0 offline blocks, one for each packed buffer was expected"},
        {"arg a: f32[4] in const packed p: f32[4] of a offline p { } offline p { } body { }",
         "`p`: 2 offline blocks, one for each packed buffer was expected"},
        {"arg a: f32[4] in const offline a { } body { }", "`offline`: an offline block fills a packed buffer"},
        {"arg a: f32[4] in const arg b: f32[4] in packed p: f32[4] of a offline p { p[0] = b[0] } body { }",
         "`p[0] = b[0]`: an offline block reads its source only"},
        {"arg a: f32[4] in const arg o: f32[4] out packed p: f32[4] of a offline p { o[0] = 1 } body { }",
         "`o[0] = 1`: an offline block writes its packed buffer only"},
        {"arg a: f32[4] in const packed p: f32[4] of a offline p { p[0] = a[0] } body { p[0] = 1 }",
         "`p[0] = 1`: a write to a packed buffer outside its offline block"},
        {"arg a: f32[4] in const packed p: f32[4] of a offline p { for i < 5 { p[i] = a[i] pad 0 } } body { }",
         "`p[i] = a[i] pad 0`: subscript 0 of `p[i]` may go from 0 to 4, outside of 0 to 3"},
    };
    for (const Case& c : cases) {
        const std::string found = verdict("nest n { " + c.nodes + " }");
        CHECK_MESSAGE(found == (c.expected.empty() ? "accepted" : "nest n: " + c.expected), c.nodes);
    }
}

TEST_CASE("nests that no text can express are refused too") {
    const Result<LoopNest> sound = parse(body("for i < 8 { out[i, 0] = a[i, 0] }"));
    REQUIRE(sound.ok());
    const auto changed = [&](auto change) {
        LoopNest nest = *sound;
        change(nest);
        return verdict(nest);
    };
    const auto loop = [](LoopNest& nest) -> Loop& { return std::get<Loop>(nest.body[0].node); };
    const auto store = [&](LoopNest& nest) -> Store& { return std::get<Store>(loop(nest).body[0].node); };
    CHECK(changed([](LoopNest& nest) { nest.name = "a b"; }) ==
          "nest a b: `a b`: the nest's name must be a letter or '_', then letters, digits and '_'");
    CHECK(changed([](LoopNest& nest) { nest.buffers[1].name = "a"; }) == "nest n: `a`: a buffer's name is taken twice");
    CHECK(changed([](LoopNest& nest) {
              nest.variables = {"i", "i"};
          }) == "nest n: `i`: a variable's name is taken twice");
    CHECK(changed([](LoopNest& nest) { nest.buffers[0].shape.clear(); }) ==
          "nest n: `a`: a buffer has from 1 to 64 dimensions");
    CHECK(changed([](LoopNest& nest) { nest.buffers[0].letters = "N"; }) ==
          "nest n: `a`: dimensions are called N, 2 letters were expected");
    CHECK(changed([](LoopNest& nest) { nest.buffers[0].letters = "NN"; }) ==
          "nest n: `a`: dimensions are called NN, different letters were expected");
    CHECK(changed([](LoopNest& nest) { nest.buffers[0].shape[0] = 0; }) ==
          "nest n: `a`: extent 0, at least 1 was expected");
    CHECK(changed([](LoopNest& nest) { nest.buffers[0].layout.parts[0].dimension = 2; }) ==
          "nest n: `a`: a layout part without a valid dimension, divisor or extent");
    CHECK(changed([&](LoopNest& nest) { loop(nest).variable = 7; }) ==
          "nest n: `for unknown_variable_7 < 8`: unknown variable");
    CHECK(changed([&](LoopNest& nest) { loop(nest).extent = 0; }) ==
          "nest n: `for i < 0`: an extent from 1 to 2^40 was expected");
    CHECK(changed([&](LoopNest& nest) { store(nest).destination.buffer = -1; }) ==
          "nest n: `unknown_buffer_-1[i, 0] = a[i, 0]`: unknown buffer");
    CHECK(changed([&](LoopNest& nest) { store(nest).destination.indices[1] = Index::variable(-3); }) ==
          "nest n: `out[i, unknown_variable_-3] = a[i, 0]`: 'unknown_variable_-3' is used outside its loop");
    CHECK(changed([&](LoopNest& nest) { store(nest).value = nullptr; }) == "nest n: `=`: a store without a value");
    CHECK(changed([&](LoopNest& nest) { store(nest).statement = -1; }) ==
          "nest n: `out[i, 0] = a[i, 0] statement -1`: a negative statement number");
    CHECK(changed([&](LoopNest& nest) { nest.body = {Node{Guard{}}}; }) ==
          "nest n: `if  >= 0`: a guard has from 1 to 64 conditions");
    CHECK(changed([&](LoopNest& nest) {
              for (int depth = 0; depth < 300; ++depth) nest.body = {Node{Guard{{Index(0)}, nest.body, {}}}};
          }) == "nest n: `{`: blocks nested deeper than 256");
}

TEST_CASE("random nests are accepted, tidied ones too; what is accepted stays inside its buffers") {
    Random random(7);
    for (int round = 0; round < 300; ++round) {
        const LoopNest nest = tests::random_nest(random, {.max_depth = 4});
        CHECK_MESSAGE(verdict(nest) == "accepted", print(nest));
        CHECK_MESSAGE(verdict(tidy(nest)) == "accepted", print(tidy(nest)));
    }
}

TEST_CASE("a nest that is made wrong is refused, or runs all the same") {
    Random random(8);
    int refused = 0;
    for (int round = 0; round < 300; ++round) {
        LoopNest nest = tests::random_nest(random, {.max_depth = 4});
        const std::size_t id = random.below(3);
        std::int64_t& extent = nest.buffers[id].shape[0];
        if (extent == 1) continue;
        --extent;
        nest.buffers[id].layout = row_major(nest.buffers[id].shape);
        if (!verify(nest).ok()) {
            ++refused;
            continue;
        }
        Arguments arguments = tests::random_arguments(nest, 1);
        const Result<Done> done = interpret(nest, arguments);
        CHECK_MESSAGE(done.ok(), print(nest) << done.error().text());
    }
    CHECK(refused > 100);
}

TEST_CASE("accepted parallel loops have no two iterations that touch what one of them writes") {
    Random random(11);
    int accepted = 0;
    int independent = 0;
    for (int round = 0; round < 1500; ++round) {
        // for z { parallel for x { for y { if guard { out[s0, s1] = out[t0, t1] } } } }
        const std::vector<std::int64_t> extents{random.between(2, 9), random.between(1, 4), random.between(1, 3)};
        const auto subscript = [&](std::int64_t extent) {
            const Index x = Index::variable(0) * random.between(1, 5);
            const Index any = random.below(3) == 0 ? tests::random_index(random, {0, 1, 2}, 1)
                                                   : x + Index::variable(1) * random.between(0, 2);
            return remainder(random.below(2) == 0 ? quotient(any, random.between(1, 4)) : any, extent);
        };
        LoopNest nest{.name = "n", .variables = {"x", "y", "z"}, .buffers = {}, .offline = {}, .body = {}};
        Buffer out{.name = "out", .shape = {random.between(4, 20), random.between(1, 12)}, .layout = {}, .source = {}};
        out.layout = row_major(out.shape);
        out.is_output = true;
        nest.buffers = {out};
        const Access write{.buffer = 0, .indices = {subscript(out.shape[0]), subscript(out.shape[1])}, .pad = {}};
        Access read = write;
        if (random.below(3) == 0) read.indices[0] = subscript(out.shape[0]);
        const Index guard = Index(random.between(0, 20)) - tests::random_index(random, {0, 1}, 0);
        const Store store{.destination = write, .value = load(read), .first = {}};
        nest.body = {Node{Guard{{guard}, {Node{store}}, {}}}};
        nest.body = {Node{Loop{.variable = 1, .extent = extents[1], .body = nest.body}}};
        nest.body = {Node{Loop{.variable = 0, .extent = extents[0], .kind = LoopKind::parallel, .body = nest.body}}};
        nest.body = {Node{Loop{.variable = 2, .extent = extents[2], .body = nest.body}}};
        nest = tidy(nest);

        const auto element = [](const Access& access, const std::vector<std::int64_t>& at) {
            return std::pair{evaluate(access.indices[0], at), evaluate(access.indices[1], at)};
        };
        bool conflict = false;
        for (std::int64_t z = 0; z < extents[2]; ++z) {
            std::vector<std::tuple<std::int64_t, std::pair<std::int64_t, std::int64_t>, bool>> touched;
            for (std::int64_t x = 0; x < extents[0]; ++x) {
                for (std::int64_t y = 0; y < extents[1]; ++y) {
                    const std::vector<std::int64_t> at{x, y, z};
                    if (evaluate(guard, at) < 0) continue;
                    touched.emplace_back(x, element(write, at), true);
                    touched.emplace_back(x, element(read, at), false);
                }
            }
            for (const auto& [x1, place1, writes] : touched) {
                for (const auto& [x2, place2, ignored] : touched) {
                    conflict = conflict || (writes && x1 != x2 && place1 == place2);
                }
            }
        }
        const bool is_accepted = verify(nest).ok();
        CHECK_MESSAGE(!(is_accepted && conflict), print(nest));
        accepted += is_accepted ? 1 : 0;
        independent += conflict ? 0 : 1;
    }
    CHECK(accepted > 150);
    CHECK(accepted * 3 > independent);
}
