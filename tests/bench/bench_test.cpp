#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "base/json.h"
#include "bench/measured.h"
#include "bench/peak.h"
#include "bench/peers/peers.h"
#include "bench/peers/plain_c_source.h"
#include "bench/reference.h"
#include "bench/report.h"
#include "bench/saku_contender.h"
#include "targets/machine_file.h"

namespace saku::bench {
namespace {

Problem problem(const std::string& text) {
    const auto result = problem_from(text);
    REQUIRE(result.ok());
    return *result;
}

/// With the number of contenders (of OpenBLAS, oneDNN, oneDNN plain, plain C) that have the operator.
const std::vector<std::pair<std::string, int>> odd_problems{
    {"matmul:m=1,n=1,k=1", 4},
    {"matmul:m=7,n=5,k=3", 4},
    {"matmul:m=1,n=5,k=3", 4},
    {"matmul:m=7,n=1,k=3", 4},
    {"matmul:m=7,n=5,k=3,ta=1", 4},
    {"matmul:m=7,n=5,k=3,tb=1", 4},
    {"matmul:m=1,n=5,k=3,tb=1", 4},
    {"matmul:m=7,n=1,k=3,ta=1,tb=1", 4},
    {"batch_matmul:b=3,m=7,n=5,k=4", 3},
    {"batch_matmul:b=3,m=7,n=5,k=4,ta=1,tb=1", 3},
    {"batch_matmul:b=1,m=7,n=5,k=4", 3},
    {"conv2d:c=1,h=1,w=1,k=1,r=1,s=1", 3},
    {"conv2d:n=2,c=3,h=9,w=11,k=5,r=3,s=2,stride=2,pad=1", 3},
    {"conv2d:c=2,h=8,w=8,k=3,r=3,s=3,stride=3", 3},
    {"conv2d:c=4,h=9,w=8,k=6,r=3,s=3,groups=2,dilation=2,pad=2", 3},
    {"conv2d_nhwc:n=2,c=3,h=9,w=8,k=5,r=3,s=2,stride=2,pad=1", 3},
    {"conv2d_nhwc:c=4,h=9,w=8,k=6,r=3,s=3,groups=2", 3},
    {"depthwise_conv2d:n=2,c=5,h=9,w=8,r=3,s=3,stride=2,pad=1", 3},
    {"max_pool2d:n=2,c=5,h=9,w=8,r=3,s=3,stride=2,pad=1", 3},
    {"add:m=3,n=17", 2},
    {"mul:m=3,n=17", 2},
    {"bias_add:m=3,n=17", 2},
    {"relu:n=100", 2},
    {"relu6:n=100", 2},
    {"clamp:n=100,lo=-0.5,hi=0.25", 2},
    {"scale:n=100,factor=0.3", 2},
    {"row_sum:m=5,n=33", 2},
    {"row_max:m=5,n=33", 2},
    {"matmul:m=7,n=5,k=3,bias=1,residual=1,relu6=1,lda=9,ldout=8", 1},  // plain C only
    {"add:m=3,n=17,relu=1,lda=20", 1},
};

TEST_CASE("every contender agrees with the reference") {
    for (const auto& [text, expected_count] : odd_problems) {
        CAPTURE(text);
        const Problem p = problem(text);
        const Operands operands = random_operands(p);
        const tuner::ReferenceData expected = reference(p, operands);
        int prepared_count = 0;
        for (const Contender& contender : {openblas(), onednn(), onednn_plain(), plain_c()}) {
            CAPTURE(contender.name);
            const auto prepared = contender.prepare(p, operands);
            if (!prepared) continue;
            ++prepared_count;
            (*prepared)->run();
            CHECK(difference(p, expected, (*prepared)->output()) == "");
        }
        CHECK(prepared_count == expected_count);
    }
}

TEST_CASE("saku agrees with the reference, with one thread and with several") {
    const auto machine = targets::machine_for_target("host");
    REQUIRE(machine.ok());
    for (const char* text : {"matmul:m=7,n=5,k=3,bias=1,residual=1,relu=1", "max_pool2d:c=5,h=9,w=8,r=3,s=3",
                             "conv2d:c=20,h=5,w=6,k=18,r=3,s=3,pad=1"}) {
        for (const int threads : {1, 2}) {
            const Problem p = problem(text);
            const Operands operands = random_operands(p);
            for (const auto role : {Contender::Role::saku, Contender::Role::fixed}) {
                const auto prepared = saku_contender(*machine, threads, role).prepare(p, operands);
                if (!prepared) continue;
                (*prepared)->run();
                CHECK(difference(p, reference(p, operands), (*prepared)->output()) == "");
            }
        }
    }
}

TEST_CASE("saku has fixed layouts beside its own where there are windows") {
    const auto machine = targets::machine_for_target("host");
    REQUIRE(machine.ok());
    const Contender fixed = saku_contender(*machine, 1, Contender::Role::fixed);
    CHECK(fixed.name == "saku plain");
    for (const auto& [text, has_window] :
         {std::pair{"matmul:m=7,n=5,k=3", false}, {"relu:n=100", false}, {"max_pool2d:c=5,h=9,w=8,r=3,s=3", true}}) {
        const Problem p = problem(text);
        const Operands operands = random_operands(p);
        CHECK(fixed.prepare(p, operands).ok() == has_window);
    }
}

TEST_CASE("a wrong element is found") {
    const Problem p = problem("matmul:m=7,n=5,k=3");
    const tuner::ReferenceData expected = reference(p, random_operands(p));
    Floats right;
    for (const double value : expected.values[output_of(p)]) right.push_back(static_cast<float>(value));
    CHECK(difference(p, expected, right) == "");
    for (const float wrong : {right[34] + 1e-5F, std::numeric_limits<float>::quiet_NaN()}) {
        Floats changed = right;
        changed[34] = wrong;
        CHECK(difference(p, expected, changed).starts_with("element 34 is "));
    }
    CHECK(difference(p, expected, Floats(34)) == "34 elements, expected 35");
}

TEST_CASE("plain C tests only the subscripts that may leave a tensor") {
    const std::string padded = plain_c_source(problem("conv2d:c=2,h=8,w=8,k=3,r=3,s=1,pad=0").op);
    CHECK(padded.find(" ? t_in[") == std::string::npos);
    const std::string needed = plain_c_source(problem("max_pool2d:c=2,h=8,w=8,r=3,s=3,pad=1").op);
    CHECK(needed.find(" ? t_in[") != std::string::npos);
    CHECK(needed.find("(-INFINITY)") != std::string::npos);
}

/// A row in which saku takes 2 us, its peers 1 and 3, plain loops 8, saku with one thread 3.
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
                        entry("fast", Contender::Role::peer, 1e-6), entry("plain C", Contender::Role::plain, 8e-6),
                        entry("saku 1 thread", Contender::Role::single, 3e-6)},
            .peak_gflops = 100,
            .move_gbps = 10};
}

TEST_CASE("ratios are against the fastest peer, means are geometric") {
    Report report{
        .cpu = "none", .threads = 1, .versions = {}, .rows = {row("matmul:m=7,n=5,k=3"), row("matmul:m=7,n=5,k=4")}};
    CHECK(best(report.rows[0], Contender::Role::peer)->contender == "fast");
    CHECK(ratio(report.rows[0], Contender::Role::peer) == doctest::Approx(0.5));
    CHECK(ratio(report.rows[0], Contender::Role::plain) == doctest::Approx(4.0));
    report.rows[1].entries[2].timing->median = 4e-6;  // now the slow one is the best: 1.5
    const auto json = parse_json(to_json(report), "report");
    REQUIRE(json.ok());
    CHECK((*json)["summary"]["gemm thin"].get<double>() == doctest::Approx(0.8660254));
    report.rows[1].entries[0].timing.reset();
    CHECK_FALSE(ratio(report.rows[1], Contender::Role::peer).has_value());
    CHECK_FALSE(relative_scaling(report.rows[0]).has_value());  // the loops were not measured with several threads
}

TEST_CASE("what takes longer, arithmetic or copying, is the bound") {
    Row products = row("matmul:m=100,n=100,k=100");  // 2e6 operations, 120 kB
    products.peak_gflops = 500;                      // 4 us
    products.move_gbps = 120;                        // 1 us
    CHECK_FALSE(is_memory_bound(products));
    CHECK(part_of_bound(products, 8e-6) == doctest::Approx(0.5));
    products.move_gbps = 12;  // 10 us
    CHECK(is_memory_bound(products));
    CHECK(part_of_bound(products, 40e-6) == doctest::Approx(0.25));
}

TEST_CASE("gains from threads are told as parts of the gain of the bound's loop") {
    Row computing = row("matmul:m=100,n=100,k=100");
    computing.loop_scaling = LoopScaling{.fma = 2.0, .moving = 1.25, .threads = 2};
    computing.move_gbps = 1e6;
    CHECK(relative_scaling(computing) == doctest::Approx(0.75));  // 1.5 of 2
    Row moving = computing;
    moving.move_gbps = 1e-3;
    CHECK(relative_scaling(moving) == doctest::Approx(1.2));  // 1.5 of 1.25
    Row between = computing;                                  // 2e6 operations, 120 kB
    between.peak_gflops = 500;                                // 4 us, 8 with one thread
    between.move_gbps = 24;                                   // 5 us, 6.25
    CHECK(is_memory_bound(between));
    CHECK(attainable_scaling(between) == doctest::Approx(1.6));
    Row nearer = moving;  // what is of several caches and not of one gains more than its threads are
    nearer.loop_scaling->moving = 2.8;
    CHECK(attainable_scaling(nearer) == 2);
    const Report report{.cpu = "none", .threads = 2, .versions = {}, .rows = {computing, moving}};
    const std::string foot = table_foot(report);
    CHECK(foot.find("compute-bound        0.750 (1), least 0.750\n") != std::string::npos);
    CHECK(foot.find("memory-bound         1.200 (1), least 1.200\n") != std::string::npos);
    const auto json = parse_json(to_json(report), "report");
    REQUIRE(json.ok());
    CHECK((*json)["threads"] == 2);
    CHECK((*json)["results"][1]["relative_scaling"].get<double>() == doctest::Approx(1.2));
    CHECK((*json)["results"][1]["attainable_scaling"].get<double>() == doctest::Approx(1.25));
}

TEST_CASE("a problem is measured with several threads beside loops that show what they can give") {
    const auto machine = targets::machine_for_target("host");
    REQUIRE(machine.ok());
    const Row measured_row = measured(problem("matmul:m=17,n=33,k=9"),
                                      {saku_contender(*machine, 2, Contender::Role::saku),
                                       saku_contender(*machine, 1, Contender::Role::single), onednn()},
                                      {.timing = {.samples = 2, .sample_seconds = 0.0005}, .cpu = -1, .threads = 2});
    REQUIRE(measured_row.entries.size() == 3);
    for (const Entry& entry : measured_row.entries) {
        CHECK(entry.failure == "");
        REQUIRE(entry.timing.has_value());
    }
    CHECK(measured_row.peak_gflops > 0);
    CHECK(measured_row.move_gbps > 0);
    REQUIRE(measured_row.loop_scaling.has_value());
    CHECK(measured_row.loop_scaling->fma > 0);
    CHECK(relative_scaling(measured_row).has_value());
}

TEST_CASE("the loop beside a problem reads and writes what the problem does, to a step") {
    for (const auto& [reads, writes] : {std::pair<std::size_t, std::size_t>{8, 8},
                                        {1000, 1000},
                                        {1000, 300},
                                        {1000, 200},
                                        {1000, 100},
                                        {1000, 8},
                                        {100, 1000}}) {
        CAPTURE(reads);
        CAPTURE(writes);
        const Moves moves = moves_of(reads, writes);
        CHECK(moves.lines_read() <= reads);
        CHECK(moves.lines_read() + 8 > reads);
        CHECK(moves.lines_written() <= writes);
        CHECK(moves.lines_written() + 4 > writes);
        Floats from(moves.lines_read() * 16, 1.0F);
        Floats to(moves.lines_written() * 16, -1.0F);
        move_lines(from.data(), to.data(), moves);
        CHECK(std::count(to.begin(), to.end(), -1.0F) == 0);
    }
    CHECK(moves_of(1000, 100).reads == 8 * moves_of(1000, 100).writes);
    for (const int threads : {1, 2}) {
        MoveLoop loop(1e6, 2e5, threads);
        loop.run();
        CHECK(loop.bytes() == doctest::Approx(1.2e6).epsilon(0.01));
        FmaLoop arithmetic(1e6, threads);
        arithmetic.run();
        CHECK(arithmetic.flops() == doctest::Approx(1e6).epsilon(0.01));
        CHECK(FmaLoop(1, threads).flops() == FmaLoop(1000, threads).flops());
        CHECK(FmaLoop(1e12, threads).flops() == FmaLoop(1e11, threads).flops());
        CHECK(FmaLoop(1e12, threads).flops() > 1e7);
    }
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

TEST_CASE("samples on shared cores are taken again and reported") {
    int looks = 0;
    // Alone at the first look and around the three samples of each thing, but for the fifth look: one behind a sample.
    const tuner::CoreWatch watch([&] { return tuner::CoreLook{.crowding = ++looks == 5 ? 2.0 : 1.0}; });
    int calls = 0;
    const TimingOptions options{.samples = 3, .sample_seconds = 0.0001};
    CHECK(time_interleaved({[&] { ++calls; }}, options, &watch).size() == 1);
    CHECK(looks == 1 + 2 * (3 + 1));
    CHECK(watch.shared_samples().retaken == 1);
    CHECK(watch.shared_samples().counted == 0);

    Row shared = row("matmul:m=7,n=5,k=3");
    CHECK(table_row(shared).find("other work") == std::string::npos);
    shared.shared = {.retaken = 3, .counted = 1};
    CHECK(table_row(shared).find("3 samples taken again, 1 kept that it disturbed\n") != std::string::npos);
    const auto json = parse_json(to_json({.cpu = "none", .threads = 1, .versions = {}, .rows = {shared}}), "report");
    REQUIRE(json.ok());
    CHECK((*json)["results"][0]["samples_retaken"] == 3);
    CHECK((*json)["results"][0]["samples_disturbed"] == 1);
}

TEST_CASE("a row says which of its samples were taken again") {
    bool is_measuring = false;
    const tuner::CoreWatch watch([&] { return tuner::CoreLook{.crowding = is_measuring ? 2.0 : 1.0}; });
    is_measuring = true;
    const Row measured_row =
        measured(problem("matmul:m=17,n=33,k=9"), {plain_c()},
                 {.timing = {.samples = 2, .sample_seconds = 0.0005}, .cpu = -1, .threads = 1, .watch = &watch});
    CHECK(measured_row.shared.counted == 2 * 3);  // of plain C and two loops: nothing was alone
}

TEST_CASE("each thread looks at its core") {
    for (const int threads : {1, 2, 3}) {
        const tuner::CoreLook now = look_at_cores(threads);
        CHECK(now.crowding > 0.05);
        CHECK(now.crowding < 200);
        CHECK(now.distance >= 0);
        CHECK(now.distance < 1e-3);
        if (threads == 1) CHECK(now.distance == 0);
    }
}

}  // namespace
}  // namespace saku::bench
