// Sums that wait for themselves: how much of the latency of multiply-adds shows, on a machine with a latency of 4
// cycles and two multiply-adds a cycle.
#include <doctest/doctest.h>

#include <string>

#include "tests/costmodel/pricing.h"

using namespace saku;
using namespace saku::tests;

namespace {

/// 120 x 64 sums of `terms` products in register tiles of `rows` x 2 vectors of 16.
std::string tiles(int rows, int terms) {
    const std::string m = std::to_string(rows);
    const std::string k = std::to_string(terms);
    const auto tile = [&](const std::string& statement) {
        return "unrolled for i < " + m + " { unrolled for v < 2 { vector for l < 16 { " + statement + " } } }\n";
    };
    const std::string row = m + "*im + i";
    const std::string column = "32*jm + 16*v + l";
    return "nest n {\n  arg a: f32[120, " + k + "] in\n  arg b: f32[" + k + ", 64] in\n  arg out: f32[120, 64] out\n" +
           "  registers acc: f32[" + m + ", 2, 16]\n  body {\n    for jm < 2 { for im < " + std::to_string(120 / rows) +
           " {\n" + tile("acc[i, v, l] = 0") + "for k < " + k + " {\n" +
           tile("acc[i, v, l] += a[" + row + ", k] * b[k, " + column + "]") + "}\n" +
           tile("out[" + row + ", " + column + "] = acc[i, v, l]") + "} } }\n}";
}

/// Cycles of the core for each step of a tile.
double cycles(int rows, int terms, const costmodel::Model& model) {
    const costmodel::Cost cost = value_of(costmodel::estimate(table_of_nest(tiles(rows, terms)), model));
    const double steps = 2.0 * (120.0 / rows) * terms;
    return cost.alone[static_cast<std::size_t>(costmodel::Term::core)] * model.hertz / steps;
}

}  // namespace

TEST_CASE("steps of register tiles, as measured on a Zen 5 core") {
    struct Measured {
        int rows;
        int terms;
        double cycles;
    };
    const costmodel::Model model = model_for("zen5");
    for (const auto& [rows, terms, measured] : {Measured{2, 64, 3.4},
                                                {3, 64, 3.9},
                                                {3, 128, 4.0},
                                                {4, 64, 4.6},
                                                {4, 128, 4.8},
                                                {6, 64, 6.2},
                                                {6, 128, 6.3},
                                                {10, 64, 10.2}}) {
        CAPTURE(rows);
        CAPTURE(terms);
        CHECK(cycles(rows, terms, model) == doctest::Approx(measured).epsilon(0.13));
    }
}

TEST_CASE("longer sums wait more, larger tiles less") {
    const costmodel::Model model = model_for("zen5");
    for (const int rows : {2, 3, 4}) {
        double before = 0;
        for (const int terms : {8, 16, 32, 64, 256}) {
            const double waiting = cycles(rows, terms, model) / rows;  // cycles of port time: 1
            CHECK(waiting >= before * 0.97);                           // short loops have their beginnings, too
            before = waiting;
        }
    }
    for (const int terms : {32, 256}) {
        CHECK(cycles(2, terms, model) / 2 > cycles(4, terms, model) / 4);
        CHECK(cycles(4, terms, model) / 4 > cycles(8, terms, model) / 8);
    }
}

TEST_CASE("sums of one iteration each run side by side") {
    // A window of nine taps, unrolled: nothing is carried from one place to the next.
    const std::string text = R"(nest n {
  arg in: f32[34, 514] in
  arg out: f32[32, 512] out
  registers acc: f32[16]
  body {
    for y < 32 { for x < 32 {
      vector for l < 16 { acc[l] = 0 }
      unrolled for u < 3 { unrolled for v < 3 { vector for l < 16 { acc[l] += in[y + u, 16*x + l + v] * 0.1 } } }
      vector for l < 16 { out[y, 16*x + l] = acc[l] }
    } }
  }
})";
    const costmodel::Model model = model_for("zen5");
    const costmodel::Cost cost = value_of(costmodel::estimate(table_of_nest(text), model));
    const double each = cost.alone[static_cast<std::size_t>(costmodel::Term::core)] * model.hertz / (32 * 32);
    CHECK(each < 0.5 * 9 * 4);  // the chain's latency
    CHECK(each >= 4.5);         // the ports' time
}
