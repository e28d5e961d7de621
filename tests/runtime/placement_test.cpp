#include "runtime/placement.h"

#include <doctest/doctest.h>

#include <thread>

#if defined(__linux__)

namespace saku::tests {
namespace {

using saku::runtime::move_off;
using saku::runtime::processor;

cpu_set_t allowed() {
    cpu_set_t set;
    CPU_ZERO(&set);
    REQUIRE(sched_getaffinity(0, sizeof set, &set) == 0);
    return set;
}

/// In a thread of its own, whose processors may be changed.
template <class Body>
void on_a_thread(Body body) {
    std::thread(body).join();
}

TEST_CASE("Placement: a thread moves off a processor, and may use it later") {
    on_a_thread([] {
        const cpu_set_t before = allowed();
        if (CPU_COUNT(&before) < 2) return;
        // The system may move the thread itself between two looks: not every time.
        int moved = 0;
        for (int i = 0; i < 20; ++i) {
            const int here = processor();
            move_off(here);
            moved += processor() != here ? 1 : 0;
        }
        CHECK(moved >= 10);
        const cpu_set_t after = allowed();
        CHECK(CPU_EQUAL(&before, &after));
    });
}

TEST_CASE("Placement: a thread that is elsewhere, or has one processor only, stays as it is") {
    on_a_thread([] {
        move_off(-1);
        move_off(CPU_SETSIZE);
        cpu_set_t one;
        CPU_ZERO(&one);
        const int here = processor();
        CPU_SET(here, &one);
        REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
        move_off(here);
        move_off(here + 1);
        CHECK(processor() == here);
        const cpu_set_t after = allowed();
        CHECK(CPU_EQUAL(&one, &after));
    });
}

}  // namespace
}  // namespace saku::tests

#endif
