// The schedules that searches start from hold what the closed forms for matrix products ask for.
//
// Source of the forms: Low, Igual, Smith and Quintana-Orti, "Analytical modeling is enough for high-performance BLIS",
// ACM TOMS 2016.
#include "tuner/seeds.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "tests/tuner/operators.h"
#include "tuner/evaluate.h"
#include "tuner/space.h"

namespace saku::tuner {

namespace {

/// What the forms say for a row-major product: `rows` broadcast, `columns` in whole vectors.
struct ClosedForm {
    double rows = 0;
    double columns = 0;
    double k_block = 0;
};

struct Facts {
    double lanes = 0;
    double latency = 0;
    double pipes = 0;
    double ways = 0;
    double sets = 0;
    double line_bytes = 0;
    double element_bytes = 4;
};

/// A tile that covers the latency of the multiply-adds, nearly square; blocks of k that leave the sliver of the operand
/// that is used again in L1, one way for the other and one for the result.
ClosedForm closed_form(const Facts& f) {
    const double least = f.lanes * f.latency * f.pipes;
    const double columns = std::ceil(std::sqrt(least) / f.lanes) * f.lanes;
    const double rows = std::ceil(least / columns);
    const double reused_ways = std::floor((f.ways - 1) / (1 + rows / columns));
    return {rows, columns, reused_ways * f.sets * f.line_bytes / (columns * f.element_bytes)};
}

Facts facts_of(const targets::Machine& machine) {
    const targets::Operation* fma = targets::find_operation(machine, "fma", "f32", machine.vector.bits);
    REQUIRE(fma != nullptr);
    const targets::Cache& l1 = machine.caches.front();
    const double lanes = machine.vector.bits / 32.0;
    return {.lanes = lanes,
            .latency = fma->latency_cycles,
            .pipes = machine.peak.f32_flops_per_cycle / (2 * lanes),
            .ways = static_cast<double>(l1.ways),
            .sets = static_cast<double>(l1.size_bytes) / (l1.ways * l1.line_bytes),
            .line_bytes = static_cast<double>(l1.line_bytes)};
}

}  // namespace

TEST_CASE("the closed forms give the published parameters") {
    // Haswell, double: 6x8 tiles and k blocks of 256 in BLIS.
    const ClosedForm haswell = closed_form(
        {.lanes = 4, .latency = 5, .pipes = 2, .ways = 8, .sets = 64, .line_bytes = 64, .element_bytes = 8});
    CHECK(haswell.columns == 8);
    CHECK(haswell.rows == 5);
    CHECK(haswell.k_block == 256);
    // Zen 3, single: 6x16 and 256.
    const ClosedForm zen3 =
        closed_form({.lanes = 8, .latency = 4, .pipes = 2, .ways = 8, .sets = 64, .line_bytes = 64});
    CHECK(zen3.columns == 8);
    CHECK(zen3.k_block >= 128);
    CHECK(zen3.k_block <= 512);
}

TEST_CASE("seeds: tiles cover the latency and fit the registers, blocks of k are within the closed form's reach") {
    for (const char* name : {"zen5", "haswell", "skylake-avx512", "neoverse-n1"}) {
        INFO(std::string(name));
        const targets::Machine machine = tests::machine_named(name);
        const Facts facts = facts_of(machine);
        const ClosedForm form = closed_form(facts);
        auto space = make_space(tests::operator_named("matmul:m=960,n=960,k=2048"), machine, {.threads = 1});
        REQUIRE(space.ok());
        int covering = 0;
        int blocked = 0;
        for (const Id id : seeds(*space->sketches, space->ids, 1)) {
            const Decisions decisions = decisions_of(*space, id);
            const Sketch& sketch = sketch_of(*space, id);
            const double accumulators = static_cast<double>(decisions.tile_m * decisions.tile_m2 * decisions.vectors);
            CHECK(registers_of_tile(sketch, decisions.tile_m, decisions.tile_m2, decisions.vectors) <=
                  static_cast<std::int64_t>(machine.vector.registers));
            covering += accumulators >= facts.latency * facts.pipes ? 1 : 0;
            const auto block = static_cast<double>(decisions.block_k);
            // Seeds know lanes and registers, not L1: blocks of 256 are twice the form on some machines, a quarter of
            // it where L1 has 64 KiB.
            blocked += block >= form.k_block / 4 && block <= form.k_block * 2 ? 1 : 0;
        }
        CHECK(covering > 0);
        CHECK(blocked > 0);
    }
}

TEST_CASE("seeds: threads get a block each, on either side of the nest") {
    const targets::Machine machine = tests::machine_named("zen5");
    auto space = make_space(tests::operator_named("matmul:m=960,n=960,k=2048"), machine, {.threads = 2});
    REQUIRE(space.ok());
    int of_m = 0;
    int of_n = 0;
    for (const Id id : seeds(*space->sketches, space->ids, 2)) {
        const Decisions decisions = decisions_of(*space, id);
        const Sketch& sketch = sketch_of(*space, id);
        const std::vector<PlannedLoop> loops = planned_loops(sketch, decisions);
        const int place = parallel_place(sketch, loops, decisions.parallel);
        if (place < 0) continue;
        const PlannedLoop& loop = loops[static_cast<std::size_t>(place)];
        if (loop.extent != 2 || loop.piece != Piece::block) continue;
        (loop.axis == sketch.vector ? of_n : of_m) += 1;
    }
    CHECK(of_m > 0);
    CHECK(of_n > 0);
}

TEST_CASE("the model prefers what the closed forms choose: blocks of k far from them are not better") {
    const targets::Machine machine = tests::machine_named("haswell");
    const auto coefficients = costmodel::built_in_coefficients();
    REQUIRE(coefficients.ok());
    const double form = closed_form(facts_of(machine)).k_block;
    // A tile of 6x16 as in BLIS, both operands packed, k blocks around the form's 160 and far from it.
    const auto seconds = [&](std::int64_t block) {
        auto space = make_space(
            tests::operator_named("matmul:m=960,n=960,k=2048"), machine,
            {.threads = 1, .pinned = {{"tile_m", "6"}, {"tile_n", "16"}, {"block_k", std::to_string(block)}}});
        REQUIRE_MESSAGE(space.ok(), (space.ok() ? std::string() : space.error().text()));
        const Pricer pricer = pricer_for(*space, machine, *coefficients, 1);
        double best = 1e9;
        for (const Id id : seeds(*space->sketches, space->ids, 1)) {
            const auto cost = price(pricer, id);
            if (cost) best = std::min(best, cost->seconds);
        }
        return best;
    };
    const double near = std::min(seconds(128), seconds(256));
    CHECK(form >= 64);
    CHECK(form <= 512);
    CHECK(near <= seconds(48));
    CHECK(near <= seconds(1024));
    CHECK(near <= seconds(0));
}

}  // namespace saku::tuner
