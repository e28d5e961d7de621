#include "tuner/tune.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <variant>

#include "tests/tuner/operators.h"

namespace saku::tuner {

namespace {

TuneResult tuned(const std::string& op, const TuneOptions& options, const std::string& machine = "zen5") {
    auto result = tune(tests::operator_named(op), tests::machine_named(machine), options);
    REQUIRE_MESSAGE(result.ok(), (result.ok() ? std::string() : result.error().text()));
    return std::move(*result);
}

}  // namespace

TEST_CASE("the result does not depend on the number of jobs") {
    for (const char* op : {"matmul:m=65,n=70,k=90", "conv2d:c=9,h=14,w=14,k=33,r=3,s=3,pad=1"}) {
        TuneOptions options{.candidates = 150, .seed = 5, .jobs = 1};
        const TuneResult one = tuned(op, options);
        options.jobs = 2;
        const TuneResult two = tuned(op, options);
        REQUIRE_FALSE(one.top.empty());
        REQUIRE(one.top.size() == two.top.size());
        for (std::size_t i = 0; i < one.top.size(); ++i) {
            CHECK(one.top[i].id == two.top[i].id);
            CHECK(one.top[i].cost.seconds == two.top[i].cost.seconds);
        }
        CHECK(one.rejected == two.rejected);
        CHECK(one.candidates == two.candidates);
        CHECK(one.emitted->object == two.emitted->object);
    }
}

TEST_CASE("the best are in the order of their prices, those that were priced late, too") {
    const TuneResult result = tuned("matmul:m=16,n=512,k=13", {.threads = 2, .seed = 1, .top = 100});
    REQUIRE(result.top.size() > kept_at_first / 2);
    CHECK(std::is_sorted(result.top.begin(), result.top.end(),
                         [](const Ranked& a, const Ranked& b) { return a.cost.seconds < b.cost.seconds; }));
    CHECK(*result.top.front().margin_to_next >= 0);
}

TEST_CASE("every operator has a legal schedule on every kind of machine") {
    for (const char* op :
         {"matmul:m=1,n=1,k=1", "matmul:m=17,n=19,k=23,alpha=0.5,beta=-2,bias=1,relu=1",
          "matmul:m=17,n=19,k=23,alpha=0.5,accumulate=1", "batch_matmul:b=2,m=17,n=19,k=23,alpha=0.5,beta=-2",
          "matmul:m=3,n=1,k=50", "matmul:m=1,n=200,k=3", "matmul:m=7,n=11,k=13,tb=1",
          "conv2d:n=2,c=6,h=9,w=11,k=10,r=3,s=2,stride=2,pad=1,dilation=2,groups=2", "conv2d:c=1,h=1,w=1,k=1,r=1,s=1",
          "depthwise_conv2d:c=3,h=7,w=5,r=3,s=3,pad=1"}) {
        for (const char* machine : {"zen5", "haswell", "neoverse-n1"}) {
            INFO(op, " ", machine);
            const TuneResult result = tuned(op, {.candidates = 40, .top = 3}, machine);
            REQUIRE_FALSE(result.top.empty());
            CHECK(result.top.size() <= 3);
            CHECK(result.emitted.has_value());
            CHECK(result.top.front().cost.seconds > 0);
            CHECK(result.top.front().percent_of_peak < 100.1);
        }
    }
}

TEST_CASE("what a second thread would gain too little of stays on one") {
    const auto is_parallel = [](const char* op) {
        const TuneResult result = tuned(op, {.threads = 2, .candidates = 2000});
        REQUIRE_FALSE(result.top.empty());
        const std::vector<schedules::Step>& steps = result.top.front().schedule.steps;
        return std::any_of(steps.begin(), steps.end(), [](const schedules::Step& step) {
            return std::holds_alternative<schedules::Parallelize>(step);
        });
    };
    for (const char* op :
         {"matmul:m=16,n=16,k=32", "matmul:m=16,n=1,k=256", "add:m=4,n=1024", "conv2d:c=8,h=7,w=7,k=16,r=1,s=1"}) {
        INFO(op);
        CHECK_FALSE(is_parallel(op));
    }
    for (const char* op : {"matmul:m=192,n=192,k=192", "matmul:m=80,n=80,k=64", "conv2d:c=512,h=7,w=7,k=512,r=1,s=1",
                           "row_sum:m=2048,n=2048"}) {
        INFO(op);
        CHECK(is_parallel(op));
    }
}

TEST_CASE("searching pays") {
    // One draw may be lucky.
    double few = 0;
    double many = 0;
    for (const std::uint64_t seed : {0, 1, 2, 3, 4}) {
        const auto seconds = [&](const char* search, std::size_t candidates) {
            return tuned("matmul:m=128,n=256,k=192", {.search = search, .candidates = candidates, .seed = seed})
                .top.front()
                .cost.seconds;
        };
        few += seconds("random", 20);
        many += seconds("default", 400);
    }
    CHECK(many < few);
}

TEST_CASE("pins hold and names are checked") {
    const TuneResult pinned = tuned("matmul:m=64,n=64,k=64", {.candidates = 60, .pinned = {{"tile_m", "5"}}});
    for (const Ranked& one : pinned.top) CHECK(one.choices.find("tile_m=5 ") != std::string::npos);
    const auto bad = tune(tests::operator_named("matmul:m=4,n=4,k=4"), tests::machine_named("zen5"), {.name = "1x"});
    CHECK_FALSE(bad.ok());
    const auto unknown =
        tune(tests::operator_named("matmul:m=4,n=4,k=4"), tests::machine_named("zen5"), {.search = "x"});
    CHECK_FALSE(unknown.ok());
}

TEST_CASE("a tuned schedule is priced the same when it is read back") {
    const ir::Operator op = tests::operator_named("matmul:m=64,n=96,k=64");
    const TuneResult result = tuned("matmul:m=64,n=96,k=64", {.candidates = 60});
    const auto again = price_schedule(op, result.top.front().schedule, tests::machine_named("zen5"), 1);
    REQUIRE(again.ok());
    CHECK(again->cost.seconds == result.top.front().cost.seconds);
}

TEST_CASE("progress can stop a run") {
    int calls = 0;
    const TuneResult result =
        tuned("matmul:m=64,n=96,k=64",
              {.candidates = 2000, .progress = [&](double, const std::string&) { return ++calls < 2; }});
    CHECK(result.interrupted);
    CHECK(result.top.empty());
    CHECK(calls == 2);
}

}  // namespace saku::tuner
