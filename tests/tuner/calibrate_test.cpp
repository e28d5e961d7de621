#include "tuner/calibrate/calibrate.h"

#include <doctest/doctest.h>

#include <cstring>
#include <set>

#include "targets/machine_file.h"
#include "targets/runs_here.h"
#include "tuner/calibrate/rounds.h"
#include "tuner/calibrate/working_set.h"

namespace saku::tuner {
namespace {

using targets::Figure;

targets::Machine here() {
    const auto machine = targets::machine_for_target("host");
    REQUIRE(machine.ok());
    return *machine;
}

/// As quick as can be, with threads that are none.
CalibrateOptions quick() {
    return {.threads = 2,
            .rounds = 3,
            .sample_seconds = 0.0005,
            .cpu = "A processor",
            .when = "2026-11-21T12:00:00Z",
            .saku_version = "0.1.0",
            .llvm_version = "19.1.7",
            .parallel = [](std::int64_t chunks, int, const std::function<void()>& work) {
                for (std::int64_t i = 0; i < chunks; ++i) work();
            }};
}

void check_figure(const Figure& figure) {
    CAPTURE(figure.method);
    CHECK(figure.value > 0);
    CHECK(figure.spread >= 0);
    CHECK(figure.samples == 3);
    CHECK_FALSE(figure.method.empty());
}

TEST_CASE("this computer is measured, and what is measured can be kept") {
    const targets::Machine machine = here();
    if (!targets::runs_here(machine.codegen)) return;
    double last = -1;
    CalibrateOptions options = quick();
    options.progress = [&last](double fraction, const std::string& stage) {
        CHECK(fraction >= last);
        CHECK(fraction <= 1);
        CHECK_FALSE(stage.empty());
        last = fraction;
    };
    const auto measured = calibrate(machine, options);
    REQUIRE_MESSAGE(measured.ok(), measured.error().text());
    CHECK(last == 1);
    CHECK(measured->machine == machine.name);
    CHECK(measured->threads == 2);
    check_figure(measured->ghz);
    REQUIRE(measured->caches.size() == machine.caches.size());
    for (std::size_t i = 0; i < machine.caches.size(); ++i) {
        const targets::CacheFigures& cache = measured->caches[i];
        CHECK(cache.level == machine.caches[i].level);
        CHECK(cache.size_bytes == machine.caches[i].size_bytes);
        check_figure(cache.load_bytes_per_cycle);
        check_figure(cache.store_bytes_per_cycle);
        if (cache.latency_cycles) check_figure(*cache.latency_cycles);
        CHECK(cache.bandwidth_by_working_set.size() <= machine.caches[i].bandwidth_by_working_set.size());
        for (const auto& [bytes, figure] : cache.bandwidth_by_working_set) check_figure(figure);
    }
    check_figure(measured->ports.multiply_adds_per_cycle);
    check_figure(measured->ports.loads_per_cycle);
    check_figure(measured->ports.stores_per_cycle);
    const auto read = targets::calibration_from_json(targets::to_text(*measured), "c.json");
    REQUIRE_MESSAGE(read.ok(), read.error().text());
    CHECK(*read == *measured);
    // Far from any bound that noise reaches: the probes are of what they say.
    CHECK(measured->ports.multiply_adds_per_cycle.value < 16);
    CHECK(measured->ports.loads_per_cycle.value < 16);
    if (measured->memory)
        CHECK(measured->memory->load_bytes_per_cycle.value < 2 * measured->caches[0].load_bytes_per_cycle.value);
}

TEST_CASE("threads are not measured where there is one, or nobody to start them") {
    const targets::Machine machine = here();
    if (!targets::runs_here(machine.codegen)) return;
    CalibrateOptions options = quick();
    options.threads = 1;
    const auto alone = calibrate(machine, options);
    REQUIRE(alone.ok());
    CHECK_FALSE(alone->topology);
}

TEST_CASE("figures are medians, with the middle half as their spread") {
    const Figure figure = figure_of({4, 1, 3, 2, 100}, "counting");
    CHECK(figure == Figure{.value = 3, .spread = 0.66667, .samples = 5, .method = "counting"});
    CHECK(figure_of({1.23456789}, "once") == Figure{.value = 1.2346, .spread = 0, .samples = 1, .method = "once"});
    CHECK(figure_of({0, 0}, "nothing").spread == 0);
}

TEST_CASE("a chain of pointers goes through every line once") {
    for (const std::int64_t kilobytes : {4, 256, 700, 1024}) {
        CAPTURE(kilobytes);
        const std::int64_t bytes = kilobytes * 1024;
        constexpr int line_bytes = 64;
        const auto set = WorkingSet::of(bytes);
        REQUIRE(set);
        void* const start = set->thread_pointers(bytes, line_bytes);
        std::set<void*> seen;
        void* at = start;
        do {
            const auto offset = static_cast<char*>(at) - static_cast<char*>(set->data());
            CHECK(offset % line_bytes == 0);
            REQUIRE((offset >= 0 && offset < bytes));
            REQUIRE(seen.insert(at).second);
            std::memcpy(&at, at, sizeof at);
        } while (at != start);
        CHECK(seen.size() == static_cast<std::size_t>(bytes / line_bytes));
    }
}

}  // namespace
}  // namespace saku::tuner
