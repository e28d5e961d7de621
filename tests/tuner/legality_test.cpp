// Most of what a space offers must apply, and what applies must be well formed and compute the same.
#include <doctest/doctest.h>

#include <cmath>
#include <map>

#include "ir/interpret.h"
#include "ir/print.h"
#include "ir/verify.h"
#include "tests/tuner/operators.h"
#include "tuner/space.h"

namespace saku::tuner {

namespace {

const char* const shapes[] = {
    "matmul:m=1,n=1,k=1",
    "matmul:m=1,n=40,k=7",
    "matmul:m=33,n=1,k=9",
    "matmul:m=19,n=53,k=31",
    "matmul:m=24,n=64,k=48",
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

}  // namespace saku::tuner
