// Samples that were disturbed by another thread of the core are taken again, within bounds.
#include "tuner/profile/core_watch.h"

#include <doctest/doctest.h>

#include <deque>

namespace saku::tuner {
namespace {

std::deque<double>& script() {
    static std::deque<double> answers;
    return answers;
}

/// What was told, then an empty core.
CoreLook scripted() {
    if (script().empty()) return {.crowding = 1};
    const double now = script().front();
    script().pop_front();
    return {.crowding = now};
}

/// Samples that are 1, 2, 3, ...; which of them counts?
double sample_that_counts(const CoreWatch& core) {
    int taken = 0;
    return core.undisturbed(1e-6, [&] { return ++taken; });
}

TEST_CASE("a sample counts when the core was this thread's before and after") {
    script().clear();
    const CoreWatch core(scripted);
    for (int i = 0; i < 100; ++i) CHECK(sample_that_counts(core) == 1);  // time to lose
    script() = {1, 1.05};
    CHECK(sample_that_counts(core) == 1);
    script() = {1.3, 1, 1};  // shared before (so nobody looks behind)
    CHECK(sample_that_counts(core) == 2);
    script() = {1, 1.3, 1, 1.3};  // shared behind, twice
    CHECK(sample_that_counts(core) == 3);
}

TEST_CASE("what the least crowded moment is comes out while measuring") {
    script() = {2};
    const CoreWatch core(scripted);
    script() = std::deque<double>(200, 2);
    for (int i = 0; i < 100; ++i) CHECK(sample_that_counts(core) == 1);
    script() = {1, 2, 1};  // once may be a mistake
    CHECK(sample_that_counts(core) == 1);
    script() = {1, 1, 2, 1, 1};
    CHECK(sample_that_counts(core) == 1);
    script() = {1, 2, 1, 1};
    CHECK(sample_that_counts(core) == 2);
}

TEST_CASE("on a core that is always shared at most three times as much time is lost as is spent") {
    script() = {1};
    const CoreWatch core(scripted);
    script() = std::deque<double>(10000, 2);
    int taken = 0;
    for (int i = 0; i < 60; ++i) core.undisturbed(1e-6, [&] { return ++taken; });
    CHECK(taken > 60);
    CHECK(taken <= 60 + 3 * 60 / 3);  // a sample that is lost and the pause behind it are three
    CHECK(core.shared_samples().retaken == taken - 60);
    CHECK(core.shared_samples().counted == 60);
}

TEST_CASE("cores that have moved apart disturb samples, unless they have always been apart") {
    std::deque<CoreLook> looks;
    const auto next = [&] {
        const CoreLook now = looks.empty() ? CoreLook{.crowding = 1, .distance = 1} : looks.front();
        if (!looks.empty()) looks.pop_front();
        return now;
    };
    const CoreLook near{.crowding = 1, .distance = 1};
    const CoreLook apart{.crowding = 1, .distance = 4};
    const CoreLook one_core{.crowding = 2, .distance = 0.4};
    {
        const CoreWatch core(next);
        for (int i = 0; i < 100; ++i) CHECK(sample_that_counts(core) == 1);
        looks = {near, apart, near, near};
        CHECK(sample_that_counts(core) == 2);
        looks = {one_core, near, near};  // does not make the others far
        CHECK(sample_that_counts(core) == 2);
        looks = {{.crowding = 1, .distance = 0}, near};  // nobody answered
        CHECK(sample_that_counts(core) == 1);
    }
    looks = std::deque<CoreLook>(3, apart);
    const CoreWatch always(next);
    CHECK(sample_that_counts(always) == 1);
    looks = {one_core};
    const CoreWatch begun_on_one(next);
    looks = std::deque<CoreLook>(20, near);
    for (int i = 0; i < 10; ++i) CHECK(sample_that_counts(begun_on_one) == 1);
    looks = {near, apart, near, near};
    CHECK(sample_that_counts(begun_on_one) == 2);
}

TEST_CASE("a sample whose threads waited for a processor is taken again") {
    std::deque<double> waited;
    const CoreWatch core([&] {
        CoreLook now{.crowding = 1};
        if (waited.empty()) return now;
        now.waited = waited.front();
        waited.pop_front();
        return now;
    });
    for (int i = 0; i < 100; ++i) CHECK(sample_that_counts(core) == 1);
    waited = {0, 1, 1, 1};  // while the first sample was taken
    CHECK(sample_that_counts(core) == 2);
    waited = {2, 2};  // before it
    CHECK(sample_that_counts(core) == 1);
}

TEST_CASE("more may be lost where the limits say so") {
    script() = {1};
    const CoreWatch core(scripted, {.per_sample = 1000, .per_spent = 0, .seconds = 50e-6});
    script() = std::deque<double>(40, 2);
    // A sample that is lost and the pause behind it are at least 3 us, a few more where the machine is slow.
    CHECK(sample_that_counts(core) > 1);
    CHECK(core.shared_samples().retaken <= 50 / 3);
    CHECK(core.shared_samples().counted == 1);
}

TEST_CASE("samples that are given up are counted") {
    script().clear();
    const CoreWatch core(scripted);
    for (int i = 0; i < 100; ++i) sample_that_counts(core);
    CHECK(core.shared_samples().retaken == 0);
    script() = {1.3, 1, 1.3};
    CHECK(sample_that_counts(core) == 3);
    CHECK(core.shared_samples().retaken == 2);
    CHECK(core.shared_samples().counted == 0);
}

TEST_CASE("additions are measured against each other") {
    const double now = crowding();
    CHECK(now > 0.05);
    CHECK(now < 50);
}

}  // namespace
}  // namespace saku::tuner
