// Most of what a space offers must apply, and what applies must be well formed and compute the same.
#include <doctest/doctest.h>

#include <cmath>
#include <map>

#include "ir/interpret.h"
#include "ir/print.h"
#include "ir/verify.h"
#include "tests/tuner/operators.h"
#include "tuner/evaluate.h"
#include "tuner/space.h"

namespace saku::tuner {

namespace {

const char* const shapes[] = {
    "matmul:m=1,n=1,k=1",
    "matmul:m=1,n=40,k=7",
    "matmul:m=33,n=1,k=9",
    "matmul:m=19,n=53,k=31",
    "matmul:m=24,n=64,k=48",
    "matmul:m=9,n=16,k=130,bias=1,relu=1",
    "matmul:m=13,n=37,k=11,ta=1,tb=1",
    "conv2d:c=5,h=9,w=11,k=19,r=3,s=3,pad=1",
    "conv2d:c=4,h=8,w=8,k=16,r=1,s=1",
    "conv2d:n=2,c=6,h=9,w=11,k=10,r=3,s=2,stride=2,pad=1,dilation=2,groups=2",
    "conv2d:c=6,h=7,w=19,k=74,r=3,s=3,pad=1,groups=2",
    "conv2d:c=3,h=17,w=13,k=7,r=5,s=3,stride=2,pad=2",
    "conv2d:n=3,c=2,h=1,w=1,k=5,r=1,s=1",
    "depthwise_conv2d:c=5,h=11,w=23,r=3,s=3,pad=1",
    "depthwise_conv2d:n=2,c=3,h=9,w=9,r=3,s=3,stride=2,pad=1",
};

ir::Arguments random_arguments(const ir::LoopNest& nest, std::uint64_t seed) {
    Random random(seed);
    ir::Arguments arguments;
    for (const ir::Buffer& buffer : nest.buffers) {
        if (buffer.scope != ir::Scope::argument) continue;
        std::vector<double> values(static_cast<std::size_t>(ir::span_elements(buffer.layout)));
        for (double& value : values) value = static_cast<double>(random.between(-3, 3));
        arguments.push_back(std::move(values));
    }
    return arguments;
}

struct Tally {
    int legal = 0;
    int total = 0;
    std::map<std::string, int> reasons;
    std::string text() const {
        std::string all = std::to_string(legal) + " of " + std::to_string(total) + " legal";
        for (const auto& [reason, count] : reasons) all += "; " + reason + ": " + std::to_string(count);
        return all;
    }
};

Tally tally(const Space& space, int draws, std::uint64_t seed, bool run) {
    Tally result;
    Random random(seed);
    ir::Arguments expected = random_arguments(space.plain, 1);
    if (run) REQUIRE(ir::interpret(space.plain, expected).ok());
    for (int i = 0; i < draws; ++i) {
        const auto sketch = static_cast<int>(random.below(space.sketches->size()));
        const Id id = random_id_in(space.ids, sketch, random);
        ++result.total;
        const auto nest = scheduled(space.plain, schedule_of(space, id));
        if (!nest) {
            ++result.reasons[nest.error().text()];
            continue;
        }
        if (const auto sound = ir::verify(*nest); !sound.ok()) {
            ++result.reasons["verify: " + sound.error().text()];
            continue;
        }
        ++result.legal;
        if (!run) continue;
        INFO(to_text(space, id));
        INFO(schedules::to_text(schedule_of(space, id)));
        ir::Arguments actual = random_arguments(space.plain, 1);
        const auto done = ir::interpret(*nest, actual);
        REQUIRE_MESSAGE(done.ok(), (done.ok() ? std::string() : done.error().text() + "\n" + ir::print(*nest)));
        REQUIRE_MESSAGE(actual == expected, ir::print(*nest));
    }
    return result;
}

}  // namespace

TEST_CASE("odd shapes: most schedules apply, are sound, and compute the same") {
    for (const char* shape : shapes) {
        for (const char* machine : {"zen5", "haswell"}) {
            INFO(shape, " ", machine);
            auto space = make_space(tests::operator_named(shape), tests::machine_named(machine), {.threads = 2});
            REQUIRE(space.ok());
            const Tally result = tally(*space, 24, 3, true);
            CHECK_MESSAGE(result.legal * 10 >= result.total * 7, result.text());
        }
    }
}

TEST_CASE("layers of real networks: whatever is drawn applies and is small enough to be priced") {
    for (const char* shape :
         {"conv2d:c=3,h=224,w=224,k=64,r=7,s=7,stride=2,pad=3", "conv2d:c=64,h=56,w=56,k=64,r=3,s=3,pad=1",
          "conv2d:c=512,h=28,w=28,k=1024,r=1,s=1,stride=2", "conv2d:c=512,h=7,w=7,k=512,r=3,s=3,pad=1",
          "conv2d:n=4,c=128,h=28,w=28,k=128,r=3,s=3,pad=1,groups=32",
          "conv2d:c=24,h=31,w=37,k=40,r=5,s=5,stride=2,pad=2,dilation=2,groups=4",
          "conv2d:c=3,h=1080,w=1920,k=32,r=3,s=3,stride=2,pad=1", "depthwise_conv2d:c=32,h=112,w=112,r=3,s=3,pad=1"}) {
        INFO(shape);
        const targets::Machine machine = tests::machine_named("zen5");
        auto space = make_space(tests::operator_named(shape), machine, {.threads = 1});
        auto coefficients = costmodel::built_in_coefficients();
        REQUIRE(space.ok());
        REQUIRE(coefficients.ok());
        const Pricer pricer = pricer_for(*space, machine, *coefficients, 1);
        Random random(5);
        for (int i = 0; i < 60; ++i) {
            const auto sketch = static_cast<int>(random.below(space->sketches->size()));
            const auto cost = price(pricer, random_id_in(space->ids, sketch, random));
            if (cost) continue;
            const std::string& reason = cost.error().reason;
            const bool by_the_machine = reason == "spills registers" || reason == "too much code" ||
                                        reason == "needs more registers than there are" ||
                                        reason == "scratch memory too large";
            CHECK_MESSAGE(by_the_machine, cost.error().text());
        }
    }
}

}  // namespace saku::tuner
