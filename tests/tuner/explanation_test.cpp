// Explanations: their numbers agree with the prediction, warnings come where they belong, differences add up.
#include "tuner/explanation.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

#include "tests/tuner/operators.h"
#include "tuner/versus.h"

namespace saku::tuner {

namespace {

Ranked priced(const ir::Operator& op, const std::string& steps, const targets::Machine& machine, int threads) {
    const auto schedule = schedules::schedule_from_text(steps);
    REQUIRE_MESSAGE(schedule.ok(), (schedule.ok() ? std::string() : schedule.error().text()));
    const auto ranked = price_schedule(op, *schedule, machine, threads);
    REQUIRE_MESSAGE(ranked.ok(), (ranked.ok() ? std::string() : ranked.error().text()));
    return *ranked;
}

Explanation explained(const std::string& shorthand, const std::string& steps, const std::string& name = "zen5",
                      int threads = 1) {
    const ir::Operator op = tests::operator_named(shorthand);
    const targets::Machine machine = tests::machine_named(name);
    const auto result = explain(op, priced(op, steps, machine, threads), machine, threads, features::Residence::warm);
    REQUIRE_MESSAGE(result.ok(), (result.ok() ? std::string() : result.error().text()));
    return *result;
}

std::string tiled(int rows) {
    return "split(i, " + std::to_string(rows) +
           ", i_m, i_i)\nsplit(j, 16, j_m, j_l)\nreorder(j_m, i_m, k, i_i, j_l)\naccumulate(k, acc)\n"
           "unroll(i_i)\nvectorize(j_l)\n";
}

bool warns(const Explanation& explanation, const std::string& what) {
    CHECK(std::find(warning_kinds().begin(), warning_kinds().end(), what) != warning_kinds().end());
    return std::any_of(explanation.warnings.begin(), explanation.warnings.end(), [&](const Warning& each) {
        CHECK_FALSE(each.reason.empty());
        CHECK_FALSE(each.advice.empty());
        return each.what == what;
    });
}

}  // namespace

TEST_CASE("an explanation's numbers are those of the prediction") {
    for (const char* name : {"zen5", "haswell", "neoverse-n1"}) {
        CAPTURE(name);
        const Explanation found = explained("matmul:m=64,n=96,k=80", tiled(8), name);
        CHECK(found.breakdown.cost.seconds == found.ranked.cost.seconds);
        CHECK(found.loop_names.size() == found.breakdown.loops.size());
        // What L1 misses cost by themselves is the term alone.
        REQUIRE_FALSE(found.breakdown.levels.empty());
        const costmodel::LevelUse& l1 = found.breakdown.levels.front();
        CHECK(l1.name == "L1");
        CHECK(l1.seconds == doctest::Approx(found.breakdown.cost.alone[1]));
        double fetched = 0;
        for (const costmodel::Moved& buffer : l1.buffers) fetched += buffer.fetched_bytes;
        CHECK(fetched == doctest::Approx(l1.moved.fetched_bytes));
        const double touched =
            std::accumulate(found.breakdown.footprint_bytes.begin(), found.breakdown.footprint_bytes.end(), 0.0);
        CHECK(touched == doctest::Approx(found.breakdown.working_set_bytes));
        CHECK(touched == doctest::Approx((64 * 80 + 80 * 96 + 64 * 96) * 4).epsilon(0.02));
        CHECK(found.flops_per_second <= found.peak_flops_per_second);
        // The register tile: found in the machine code, and matched.
        REQUIRE(found.breakdown.innermost.size() == 1);
        CHECK(found.loop_names[static_cast<std::size_t>(found.breakdown.innermost[0].loop)] == "k");
        const bool matched = std::any_of(found.code.begin(), found.code.end(), [](const CodeLoopReport& loop) {
            return loop.innermost == std::size_t{0} && loop.counts.multiply_adds > 0 && loop.bound_cycles() > 0;
        });
        CHECK(matched);
        for (const CodeLoopReport& loop : found.code) {
            CHECK_FALSE(loop.is_unmatched());
            const double counted = std::accumulate(loop.mix.each.begin(), loop.mix.each.end(), 0.0);
            CHECK(counted > 0);
            CHECK(loop.mix.each[static_cast<std::size_t>(features::Instruction::fma)] == loop.counts.multiply_adds);
        }
    }
}

TEST_CASE("each loop of the nest that costs something has its note") {
    const Explanation found = explained("matmul:m=64,n=96,k=80", tiled(8));
    CHECK(found.annotated_nest.find("for j_m < 6 {   ; 1 x 6, touches ") != std::string::npos);
    CHECK(found.annotated_nest.find("for i_m < 8 {   ; 6 x 8, touches ") != std::string::npos);
    CHECK(found.annotated_nest.find("for k < 80 {   ; 48 x 80, touches ") != std::string::npos);
    CHECK(found.annotated_nest.find("unrolled for i_i < 8 {\n") != std::string::npos);
}

TEST_CASE("warnings come where they belong, and only there") {
    const std::string plain_rows = "matmul:m=64,n=96,k=80";
    CHECK(explained(plain_rows, tiled(8)).warnings.empty());
    struct Case {
        const char* what;
        const char* op;
        std::string steps;
        int threads;
    };
    const std::vector<Case> table{
        {"rows 4 KiB apart", "matmul:m=64,n=64,k=1024", tiled(16), 1},
        {"tail waste", "matmul:m=60,n=65,k=64", tiled(8) + "tail(j_l, mask)\n", 1},
        {"too few chunks", plain_rows.c_str(), tiled(8), 4},
        {"spills", plain_rows.c_str(), tiled(64), 1},
        {"large operand", "matmul:m=16,n=4096,k=4096", tiled(8), 1},
        {"latency bound", "matmul:m=64,n=16,k=4096", tiled(1), 1},
    };
    for (const Case& each : table) {
        CAPTURE(std::string(each.what));
        CHECK(warns(explained(each.op, each.steps, "zen5", each.threads), each.what));
    }
    CHECK_FALSE(warns(explained("matmul:m=64,n=64,k=1040", tiled(16)), "rows 4 KiB apart"));
}

TEST_CASE("differences are those of the terms, largest first, and turn round with the sides") {
    const Explanation fast = explained("matmul:m=64,n=96,k=80", tiled(8));
    const Explanation slow = explained("matmul:m=64,n=96,k=80", tiled(1));
    const std::vector<Difference> found = differences(fast, slow);
    REQUIRE_FALSE(found.empty());
    double sum = 0;
    for (const Difference& each : found) {
        CHECK_FALSE(each.reason.empty());
        sum += each.seconds;
    }
    CHECK(sum == doctest::Approx(slow.breakdown.cost.seconds - fast.breakdown.cost.seconds));
    for (std::size_t i = 1; i < found.size(); ++i) CHECK(std::abs(found[i - 1].seconds) >= std::abs(found[i].seconds));
    const std::vector<Difference> turned = differences(slow, fast);
    REQUIRE(turned.size() == found.size());
    CHECK(turned.front().seconds == -found.front().seconds);
    CHECK(differences(fast, fast).empty());
}

}  // namespace saku::tuner
