#include <chrono>

#include "parallel_for_checks.h"

namespace saku::tests {
namespace {

TEST_CASE("oneTBB: every chunk once, no worker twice at the same time") { check_parallel_for(); }
TEST_CASE("oneTBB: several threads at once") { check_calls_from_several_threads(); }
TEST_CASE("oneTBB: calls from within calls") { check_nesting(); }

TEST_CASE("oneTBB: more than one thread works when there is more than one core") {
    if (std::thread::hardware_concurrency() < 2) return;
    struct Seen {
        std::atomic<int> arrived{0};
        std::atomic<bool> together{false};
    } seen;
    // Two chunks wait for each other, for at most five seconds.
    const auto meet = [](void* ctx, std::int64_t, int) {
        auto& here = *static_cast<Seen*>(ctx);
        ++here.arrived;
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        while (here.arrived < 2 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
        if (here.arrived == 2) here.together = true;
    };
    CHECK(saku_parallel_for(2, 2, meet, &seen) == SAKU_PARALLEL_DONE);
    CHECK(seen.together);
}

}  // namespace
}  // namespace saku::tests
