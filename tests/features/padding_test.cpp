// How often are padded reads tested? Emission cuts loops at the borders (targets/llvm/interior.h); what it cannot cut
// off tests everywhere.
#include "features/padding.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "features/instruction_mix.h"
#include "nests.h"

using namespace saku;

namespace {

struct Expectation {
    const char* title;
    const char* body;  ///< writes out[...], reads in[...]
    double padded;     ///< references that are tested, of one a row
    double tests;
};

// in: f32[56, 208]
const Expectation expectations[] = {
    {"a row and a column of borders: straight code",
     "for y < 58 { for x < 14 { vector l < 16 { out[y, 16*x + l] = in[y - 1, 16*x + l - 1] pad 0 } } }", 0, 0},
    {"a border inside a cut loop: both ends of the outer one are numbers then",
     "for o < 2 { for m < 6 { for v < 3 { vector l < 16 { out[o, l] = in[0, 112*o + 16*m + v + l - 1] pad 0 } } } }", 0,
     0},
    {"nothing leaves", "for y < 56 { for x < 13 { vector l < 16 { out[y, l] = in[y, 16*x + l] pad 0 } } }", 0, 0},
    {"more borders than straight code is made of, and the body has a loop",
     "for i < 200 { for j < 16 { out[i, j] = in[0, i + j - 8] pad 0 } }", 1, 1},
    {"... a short body without one: borders are a loop of their own",
     "for i < 200 { vector l < 16 { out[i, l] = in[0, i + l - 8] pad 0 } }", 0.04, 0.04},
    {"tiles beyond the end are skipped: of 13, the last block has one",
     "for o < 3 { for m < 6 { if 12 - 6*o - m >= 0 { vector l < 16 { out[o, l] = in[0, 96*o + 16*m + l] pad 0 } } } }",
     1.0 / 13, 1.0 / 13},
    {"floors are tested everywhere", "for i < 100 { out[0, i] = in[0, floor(i/2) - 1] pad 0 }", 1, 1},
    {"backwards, too", "for i < 100 { out[0, i] = in[0, 98 - i] pad 0 }", 1, 1},
};

}  // namespace

TEST_CASE("borders of many loops within each other are not counted one by one") {
    std::string head;
    std::string index;
    std::string tail;
    for (int i = 0; i < 40; ++i) {
        const std::string name = "v" + std::to_string(i);
        head += "for " + name + " < 2 { ";
        index += (i == 0 ? "" : " + ") + name;
        tail += " }";
    }
    const features::LoopTable table =
        tests::table_of_text("nest t { arg in: f32[16] in arg out: f32[64] out body { " + head + "out[" + index +
                             "] = in[" + index + " - 12] pad 0" + tail + " } }");
    CHECK(table.accesses.front().padded > 0);
}

TEST_CASE("padded reads are tested as often as emission cannot cut borders off") {
    for (const Expectation& expected : expectations) {
        INFO(std::string(expected.title));
        std::string body = expected.body;
        for (std::size_t at = body.find("vector l"); at != std::string::npos; at = body.find("vector l", at + 12))
            body.replace(at, 8, "vector for l");
        const features::LoopTable table =
            tests::table_of_text("nest t { arg in: f32[56, 208] in arg out: f32[256, 256] out body { " + body + " } }");
        REQUIRE(table.rows.size() == 1);
        const features::Access& read = table.accesses[static_cast<std::size_t>(table.rows.front().first_access)];
        REQUIRE(read.reads);
        CHECK(read.padded == doctest::Approx(expected.padded));
        CHECK(read.tests == doctest::Approx(expected.tests));
    }
}

TEST_CASE("lanes that no iteration finds inside take no loads") {
    struct Case {
        const char* title;
        const char* read;
        double lanes;  ///< inside
        double loads;
        double shuffles;
        double permutes;
    };
    // in: f32[56, 14]; v, unrolled, is 0 to 2. Unaligned vectors cross into another line.
    const double crossing = 1 + 60.0 / 64;
    for (const Case& expected :
         {Case{"a row in one vector", "in[y, 2*l - 1]", 7, crossing, 0, 1},
          Case{"taps beside each other: another lane", "in[y, 2*l + v - 1]", 8, 2 * crossing, 0, 3},
          Case{"every second row: two vectors, since all lanes are inside", "in[2*l, y]", 16, 0, 0, 0},
          Case{"neighbours", "in[y, l - 3]", 13, crossing, 0, 0}}) {
        INFO(std::string(expected.title));
        const features::LoopTable table = tests::table_of_text(
            "nest t { arg in: f32[56, 14] in arg out: f32[56, 3, 16] out body { for y < 14 { unrolled for v < 3 { "
            "vector for l < 16 { out[y, v, l] = " +
            std::string(expected.read) + " pad 0 } } } } }");
        const features::Row& row = table.rows.front();
        const features::Access& read = table.accesses[static_cast<std::size_t>(row.first_access)];
        CHECK(read.lanes_inside == expected.lanes);
        if (expected.loads == 0) continue;
        const auto mix = features::mix_of(table, row, {.bits = 512, .masks = true});
        const auto count = [&](features::Instruction each) { return mix.each[static_cast<std::size_t>(each)]; };
        CHECK(count(features::Instruction::load) == doctest::Approx(expected.loads));
        CHECK(count(features::Instruction::shuffle) == expected.shuffles);
        CHECK(count(features::Instruction::permute) == expected.permutes);
    }
}

TEST_CASE("copies that leave are as many as when they are counted one by one") {
    Random random(11);
    for (int round = 0; round < 300; ++round) {
        // A loop of the table (variable 0), three unrolled ones, lanes.
        std::vector<features::EnclosingLoop> chain{{.variable = 0, .extent = 9, .table_loop = 0}};
        for (ir::VarId v = 1; v <= 3; ++v) chain.push_back({.variable = v, .extent = random.between(1, 4)});
        chain.push_back({.variable = 4, .extent = 4, .is_vector = true});
        // Floors are tested in every iteration, so that all copies count.
        ir::Access access{.buffer = 0, .indices = {}, .pad = 0.0};
        ir::Buffer buffer;
        for (int d = 0; d < 3; ++d) {
            ir::Index index = d == 0 ? ir::quotient(ir::Index::variable(0), 2) : ir::Index();
            index += random.between(-3, 1);
            for (ir::VarId v = 1; v <= 4; ++v) {
                if (random.below(3) == 0) index += ir::Index::variable(v) * random.between(-2, 2);
            }
            access.indices.push_back(index);
            buffer.shape.push_back(random.between(2, 9));
        }
        double all = 1;
        double leaving = 0;
        std::vector<std::int64_t> at(5, 0);
        for (at[1] = 0; at[1] < chain[1].extent; ++at[1]) {
            for (at[2] = 0; at[2] < chain[2].extent; ++at[2]) {
                for (at[3] = 0; at[3] < chain[3].extent; ++at[3]) {
                    bool leaves = false;
                    for (at[0] = 0; at[0] < chain[0].extent; ++at[0]) {
                        for (at[4] = 0; at[4] < chain[4].extent; ++at[4]) {
                            for (std::size_t d = 0; d < 3; ++d) {
                                const std::int64_t place = ir::evaluate(access.indices[d], at);
                                leaves = leaves || place < 0 || place >= buffer.shape[d];
                            }
                        }
                    }
                    leaving += leaves ? 1 : 0;
                }
            }
        }
        for (int v = 1; v <= 3; ++v) {
            const auto loop = static_cast<std::size_t>(v);
            if (ir::uses(access.indices, v)) all *= static_cast<double>(chain[loop].extent);
        }
        const double times = static_cast<double>(chain[1].extent * chain[2].extent * chain[3].extent) / all;
        CHECK(features::padding_of(access, buffer, all, chain).references == leaving / times);
    }
}
