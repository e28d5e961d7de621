// How often is each row executed? Guards, tails and masks as averages in the table, against counting every execution.
#include <doctest/doctest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "base/random.h"
#include "frontends/operator_from.h"
#include "schedules/schedule.h"
#include "tests/features/execution_counter.h"
#include "tests/features/nests.h"

namespace saku::tests {

namespace {

/// Executions of each row's store over one run: copies of straight code and active lanes included.
std::vector<double> executions_of(const features::LoopTable& table) {
    std::vector<double> iterations;
    for (const features::Loop& loop : table.loops) {
        const double outer = loop.parent == features::no_loop ? 1 : iterations[static_cast<std::size_t>(loop.parent)];
        iterations.push_back(outer * loop.share * loop.trips);
    }
    std::vector<double> executions;
    for (const features::Row& row : table.rows) {
        if (row.kind == features::RowKind::prefetch) continue;
        const double around = row.loop == features::no_loop ? 1 : iterations[static_cast<std::size_t>(row.loop)];
        executions.push_back(around * row.share * row.instances * row.active_lanes);
    }
    return executions;
}

/// By executed row: does it compute in registers?
std::vector<bool> in_registers(const features::LoopTable& table) {
    std::vector<bool> found;
    for (const features::Row& row : table.rows) {
        if (row.kind == features::RowKind::prefetch) continue;
        const int buffer = features::destination_of(table, row).buffer;
        found.push_back(table.buffers[static_cast<std::size_t>(buffer)].scope == features::Scope::registers);
    }
    return found;
}

/// `living`: the part of the register tiles' rows that the table counts, where emission drops those that are never
/// written.
void check_counts(const ir::LoopNest& nest, double living = 1) {
    INFO(ir::print(nest));
    const auto table = features::table_of(nest);
    REQUIRE_MESSAGE(table.ok(), (table.ok() ? std::string() : table.error().text()));
    const std::vector<double> counted = ExecutionCounter(nest).statements();
    const std::vector<double> modelled = executions_of(*table);
    REQUIRE(modelled.size() == counted.size());
    const std::vector<bool> computes = in_registers(*table);
    for (std::size_t s = 0; s < counted.size(); ++s)
        CHECK(modelled[s] == doctest::Approx(counted[s] * (computes[s] ? living : 1)));
    for (const features::Loop& loop : table->loops) {
        CHECK(loop.trips >= 1);
        CHECK(loop.share > 0);
        CHECK(loop.share <= 1 + 1e-12);
    }
    for (const features::Row& row : table->rows) {
        CHECK(row.share > 0);
        CHECK(row.share <= 1 + 1e-12);
        CHECK(row.active_lanes <= row.lanes + 1e-9);
    }
}

/// Loops of the table as (trips, share), rows as (share, active lanes), both in order.
struct Expectation {
    const char* title;
    const char* body;
    std::vector<std::pair<double, double>> loops;
    std::vector<std::pair<double, double>> rows;
};

const Expectation expectations[] = {
    {"no guard", "for i < 5 { for j < 7 { out[i, j] = 1 } }", {{5, 1}, {7, 1}}, {{1, 1}}},
    {"a guard ends the inner loop: 17 tiles in blocks of 4",
     "for i < 5 { for j < 4 { if 16 - 4*i - j >= 0 { out[i, j] = 1 } } }",
     {{5, 1}, {3.4, 1}},
     {{1, 1}}},
    {"a guard that only the outer loop decides",
     "for i < 8 { for j < 4 { if 2 - i >= 0 { out[i, j] = 1 } } }",
     {{8, 1}, {4, 1}},
     {{0.375, 1}}},
    {"a guard around the inner loop: executions of the loop, not its trips",
     "for i < 8 { if 2 - i >= 0 { for j < 4 { out[i, j] = 1 } } }",
     {{3, 1}, {4, 1}},
     {{1, 1}}},
    {"a guard beside another statement keeps the trips",
     "for i < 8 { out[i, 0] = 2 if 2 - i >= 0 { for j < 4 { out[i, j] = 1 } } }",
     {{8, 1}, {4, 0.375}},
     {{1, 1}, {1, 1}}},
    {"full tiles and the peeled rest share their iterations",
     "for i < 4 { if 2 - i >= 0 { for j < 8 { out[i, j] = 1 } } else { for j < 3 { out[i, j] = 2 } } }",
     {{4, 1}, {8, 0.75}, {3, 0.25}},
     {{1, 1}, {1, 1}}},
    {"a masked vector: active lanes on average",
     "for i < 4 { vector for j < 8 { if 26 - 8*i - j >= 0 { out[i, j] = 1 } } }",
     {{4, 1}},
     {{1, 6.75}}},
    {"a guard under a guard counts among what the first lets through",
     "for i < 8 { out[i, 7] = 3 if 3 - i >= 0 { out[i, 0] = 1 if 1 - i >= 0 { out[i, 1] = 2 } } }",
     {{8, 1}},
     {{1, 1}, {0.5, 1}, {0.25, 1}}},
    {"unrelated guards multiply",
     "for i < 8 { for j < 10 { out[i, 9] = 3 if 1 - i >= 0 { if 4 - j >= 0 { out[i, j] = 1 } } } }",
     {{8, 1}, {10, 1}},
     {{1, 1}, {0.125, 1}}},
    {"a triangle: half, with the diagonal",
     "for i < 4 { for j < 4 { if i - j >= 0 { out[i, j] = 1 } } }",
     {{4, 1}, {2.5, 1}},
     {{1, 1}}},
    {"two conditions, and the else of both",
     "for i < 10 { if i - 2 >= 0, 6 - i >= 0 { out[i, 0] = 1 } else { out[i, 1] = 2 } }",
     {{10, 1}},
     {{0.5, 1}, {0.5, 1}}},
    {"a window: padding cut off by a guard, fewer than one trip a visit",
     "for i < 6 { for v < 3 { if i + v - 7 >= 0 { out[i, v] = 1 } } }",
     {{6, 1}, {1, 1.0 / 6}},
     {{1, 1}}},
    {"floors and mods are enumerated", "for f < 12 { if 1 - (f mod 4) >= 0 { out[0, f] = 1 } }", {{6, 1}}, {{1, 1}}},
    {"a branch that never runs has no row",
     "for i < 4 { if 9 - i >= 0 { out[i, 0] = 1 } else { out[i, 1] = 2 } }",
     {{4, 1}},
     {{1, 1}}},
};

}  // namespace

TEST_CASE("trips and shares under guards") {
    for (const Expectation& expected : expectations) {
        INFO(std::string(expected.title));
        const ir::LoopNest nest =
            nest_of("nest t { arg out: f32[16, 16] out body { " + std::string(expected.body) + " } }");
        check_counts(nest);
        const auto table = features::table_of(nest);
        REQUIRE(table.ok());
        REQUIRE(table->loops.size() == expected.loops.size());
        REQUIRE(table->rows.size() == expected.rows.size());
        for (std::size_t l = 0; l < expected.loops.size(); ++l) {
            CAPTURE(l);
            CHECK(table->loops[l].trips == doctest::Approx(expected.loops[l].first));
            CHECK(table->loops[l].share == doctest::Approx(expected.loops[l].second));
        }
        for (std::size_t r = 0; r < expected.rows.size(); ++r) {
            CAPTURE(r);
            CHECK(table->rows[r].share == doctest::Approx(expected.rows[r].first));
            CHECK(table->rows[r].active_lanes == doctest::Approx(expected.rows[r].second));
        }
    }
}

namespace {

/// Loops, and guards between them whose conditions take any of the loops around.
std::string random_block(Random& random, int depth, std::vector<std::string> around) {
    if (depth == 0) return "out[" + std::to_string(random.below(16)) + ", 0] = 1 ";
    const std::uint64_t choice = around.empty() ? 0 : random.below(4);
    if (choice < 2) {
        const std::string variable = "v" + std::to_string(around.size());
        around.push_back(variable);
        const std::string kind = random.below(4) == 0 ? "unrolled " : "";
        const std::string body = random_block(random, depth - 1, around);
        return kind + "for " + variable + " < " + std::to_string(random.between(1, 6)) + " { " + body + "} ";
    }
    std::string condition = std::to_string(random.between(-6, 9));
    for (const std::string& variable : around) {
        const std::int64_t factor = random.between(-3, 3);
        if (factor != 0) condition += (factor < 0 ? " - " : " + ") + std::to_string(std::abs(factor)) + "*" + variable;
    }
    const std::string then = random_block(random, depth - 1, around);
    std::string text = "if " + condition + " >= 0 { " + then + "} ";
    if (choice == 3) text += "else { " + random_block(random, depth - 1, around) + "} ";
    return text;
}

}  // namespace

TEST_CASE("trips and shares of random loops and guards") {
    Random random(11);
    int rows = 0;
    for (int sample = 0; sample < 200; ++sample) {
        const int depth = static_cast<int>(random.between(2, 7));
        const std::string text = "nest t { arg out: f32[16, 1] out body { " + random_block(random, depth, {}) + "} }";
        const ir::LoopNest nest = nest_of(text);
        if (ExecutionCounter(nest).statements().empty()) continue;
        check_counts(nest);
        ++rows;
    }
    CHECK(rows > 100);
}

TEST_CASE("trips and shares of whole schedules, at sizes that leave tails everywhere") {
    const std::string gemm =
        "split(i, 4, i_o, i_i) split(j, 16, j_o, j_i) split(j_i, 8, j_v, j_l) split(i_o, 3, i_oo, i_m) "
        "split(j_o, 2, j_oo, j_m) split(k, 6, k_o, k_i) reorder(j_oo, k_o, i_oo, j_m, i_m, k_i, i_i, j_v, j_l) "
        "accumulate(k_i, acc) pack(b, \"\", b_p, axes(j_oo, j_m, k_o, k_i, j_v, j_l)) "
        "pack(a, i_oo, a_p, axes(i_m, k_i, i_i)) unroll(i_i) unroll(j_v) vectorize(j_l) ";
    const std::string implicit =
        "fuse(y, x, f) split(f, 16, f_o, f_i) split(f_i, 8, f_v, f_l) split(o, 4, o_o, o_i) "
        "reorder(b, g, f_o, o_o, i, u, v, o_i, f_v, f_l) accumulate(i, acc) "
        "pack(in, f_o, in_p, axes(i, u, v, f_v, f_l), 8) unroll(o_i) unroll(f_v) vectorize(f_l) ";
    struct Case {
        const char* op;
        std::string schedule;
        std::vector<const char*> tails;
        double living_if_masked = 1;  ///< under tail(o_i, mask): weights are read in place, so their loop is cut
    };
    const std::vector<Case> cases{
        {"matmul:m=29,n=41,k=17",
         gemm,
         {"", "tail(i_i, peel)", "tail(i_i, peel) tail(j_v, mask)", "tail(i_i, mask) tail(j_v, peel)",
          "tail(j_v, peel) tail(i_i, peel) prefetch(b_p, k_i, 2)"}},
        {"conv2d:c=3,h=7,w=9,k=6,r=3,s=3,pad=1",
         implicit,
         {"", "tail(o_i, peel) tail(f_v, peel)", "tail(o_i, mask) tail(f_v, mask)"},
         6.0 / 8},
        {"conv2d:c=4,h=9,w=9,k=6,r=3,s=2,pad=1,stride=2,groups=2", implicit, {"", "tail(o_i, peel) tail(f_v, mask)"}},
    };
    for (const Case& one : cases) {
        const auto op = frontends::operator_from(one.op);
        REQUIRE(op.ok());
        for (const char* tails : one.tails) {
            INFO(std::string(one.op));
            INFO(std::string(tails));
            const auto schedule = schedules::schedule_from_text(one.schedule + tails);
            REQUIRE(schedule.ok());
            const auto nest = schedules::apply(ir::lower(*op), *schedule);
            REQUIRE_MESSAGE(nest.ok(), (nest.ok() ? std::string() : nest.error().text()));
            const bool is_masked = std::string(tails).find("tail(o_i, mask)") != std::string::npos;
            check_counts(*nest, is_masked ? one.living_if_masked : 1);
        }
    }
}

}  // namespace saku::tests
