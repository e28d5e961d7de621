#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

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

TEST_CASE("oneTBB: threads that wait for the next call, and those that have gone") {
    for (const int pause_us : {0, 30, 1000}) {  // in the midst of waiting, giving way, gone
        CAPTURE(pause_us);
        for (int call = 0; call < 200; ++call) {
            const int workers = 2 + call % 3;
            Record record(call % 9, workers);
            CHECK(saku_parallel_for(call % 9, workers, Record::chunk, &record) == SAKU_PARALLEL_DONE);
            record.check();
            if (pause_us > 0) std::this_thread::sleep_for(std::chrono::microseconds(pause_us));
        }
    }
}

TEST_CASE("oneTBB: callers come and go") {
    for (int i = 0; i < 100; ++i) {
        Record record(4, 3);
        std::thread caller([&] { saku_parallel_for(4, 3, Record::chunk, &record); });
        caller.join();  // its threads are dismissed as it ends
        record.check();
    }
}

TEST_CASE("oneTBB: calls from within oneTBB's own tasks") {
    std::deque<Record> records;
    for (int i = 0; i < 64; ++i) records.emplace_back(20, 2);
    oneapi::tbb::parallel_for(std::size_t{0}, records.size(),
                              [&](std::size_t i) { saku_parallel_for(20, 2, Record::chunk, &records[i]); });
    for (const Record& record : records) record.check();
}

TEST_CASE("oneTBB: one thread is allowed") {
    const oneapi::tbb::global_control one(oneapi::tbb::global_control::max_allowed_parallelism, 1);
    Record record(20, 4);
    CHECK(saku_parallel_for(20, 4, Record::chunk, &record) == SAKU_PARALLEL_DONE);
    record.check();
}

}  // namespace
}  // namespace saku::tests
