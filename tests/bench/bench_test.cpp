#include <doctest/doctest.h>

#include "base/json.h"
#include "bench/peers/peers.h"
#include "bench/reference.h"
#include "bench/report.h"

namespace saku::bench {
namespace {

Problem problem(const std::string& text) {
    const auto result = problem_from(text);
    REQUIRE(result.ok());
    return *result;
}

const std::vector<std::string> odd_problems{
    "matmul:m=1,n=1,k=1",
    "matmul:m=7,n=5,k=3",
    "conv2d:c=1,h=1,w=1,k=1,r=1,s=1",
    "conv2d:n=2,c=3,h=9,w=11,k=5,r=3,s=2,stride=2,pad=1",
    "conv2d:c=2,h=8,w=8,k=3,r=3,s=3,stride=3",
};

TEST_CASE("every contender agrees with the reference") {
    for (const std::string& text : odd_problems) {
        CAPTURE(text);
        const Problem p = problem(text);
        const Operands operands = random_operands(p);
        const Reference expected = reference(p, operands);
        int prepared_count = 0;
        for (const Contender& contender : {openblas(), onednn(), onednn_plain(), plain_c()}) {
            CAPTURE(contender.name);
            const auto prepared = contender.prepare(p, operands);
            if (!prepared) continue;
            ++prepared_count;
            (*prepared)->run();
            CHECK(difference(p, expected, (*prepared)->output()) == "");
        }
        CHECK(prepared_count >= 3);
    }
}

TEST_CASE("a wrong element is found") {
    const Problem p = problem("matmul:m=7,n=5,k=3");
    const Reference expected = reference(p, random_operands(p));
    Floats right;
    for (const double value : expected.value) right.push_back(static_cast<float>(value));
    CHECK(difference(p, expected, right) == "");
    for (const float wrong : {right[34] + 1e-5F, std::numeric_limits<float>::quiet_NaN()}) {
        Floats changed = right;
        changed[34] = wrong;
        CHECK(difference(p, expected, changed).starts_with("element 34 is "));
    }
    CHECK(difference(p, expected, Floats(34)) == "34 elements, expected 35");
}

TEST_CASE("the standard problems are what their text says") {
    CHECK(standard_problems().size() == 14);
    for (const Problem& p : standard_problems()) {
        const Problem again = problem(operator_text(p));
        CHECK(again.label == p.label);
        CHECK(again.group == p.group);
        CHECK(flops(again) == flops(p));
    }
    const Problem strided = standard_problems().back();
    CHECK(strided.label == "conv 512->1024 28x28 1x1 s2");
    CHECK(output_elements(strided) == 1024 * 14 * 14);
}

TEST_CASE("what is not measured is refused") {
    for (const std::string text :
         {"matmul:m=8,n=8,k=8,ta=1", "conv2d:c=4,h=8,w=8,k=4,r=3,s=3,groups=2", "depthwise_conv2d:c=4,h=8,w=8,r=3,s=3"})
        CHECK_FALSE(problem_from(text).ok());
}

/// A row in which saku takes 2 us, its peers 1 and 3, plain loops 8.
Row row(const std::string& text) {
    const auto entry = [](const std::string& name, Contender::Role role, double seconds) {
        return Entry{.contender = name,
                     .role = role,
                     .timing = Timing{seconds, seconds, seconds},
                     .failure = "",
                     .is_wrong = false,
                     .note = ""};
    };
    return {.problem = problem(text),
            .entries = {entry("saku", Contender::Role::saku, 2e-6), entry("slow", Contender::Role::peer, 3e-6),
                        entry("fast", Contender::Role::peer, 1e-6), entry("plain C", Contender::Role::plain, 8e-6)},
            .peak_gflops = 100};
}

TEST_CASE("ratios are against the fastest peer, means are geometric") {
    Report report{.cpu = "none", .versions = {}, .rows = {row("matmul:m=7,n=5,k=3"), row("matmul:m=7,n=5,k=4")}};
    CHECK(best(report.rows[0], Contender::Role::peer)->contender == "fast");
    CHECK(ratio(report.rows[0], Contender::Role::peer) == doctest::Approx(0.5));
    CHECK(ratio(report.rows[0], Contender::Role::plain) == doctest::Approx(4.0));
    report.rows[1].entries[2].timing->median = 4e-6;  // now the slow one is the best: 1.5
    const auto json = parse_json(to_json(report), "report");
    REQUIRE(json.ok());
    CHECK((*json)["summary"]["gemm"].get<double>() == doctest::Approx(0.8660254));
    report.rows[1].entries[0].timing.reset();
    CHECK_FALSE(ratio(report.rows[1], Contender::Role::peer).has_value());
}

TEST_CASE("interleaved timing counts every thing in every round") {
    std::vector<int> calls(2);
    const auto timings =
        time_interleaved({[&] { ++calls[0]; }, [&] { ++calls[1]; }}, {.samples = 3, .sample_seconds = 0.0001});
    REQUIRE(timings.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(calls[i] > 3);
        CHECK(timings[i].fastest <= timings[i].median);
        CHECK(timings[i].median <= timings[i].slowest);
        CHECK(timings[i].median > 0);
    }
}

}  // namespace
}  // namespace saku::bench
