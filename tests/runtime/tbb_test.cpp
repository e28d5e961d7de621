#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <chrono>

#include "parallel_for_checks.h"

namespace saku::tests {
namespace {

bool has_threads() {
    using oneapi::tbb::global_control;
    return global_control::active_value(global_control::max_allowed_parallelism) > 1;
}

TEST_CASE("oneTBB: every chunk once, no worker twice at the same time") { check_parallel_for(); }
TEST_CASE("oneTBB: several threads at once") { check_calls_from_several_threads(); }
TEST_CASE("oneTBB: calls from within calls") { check_nesting(); }

TEST_CASE("oneTBB: more than one thread works when more than one may") {
    if (!has_threads()) return;
    struct Seen {
        std::atomic<int> arrived{0};
        std::atomic<int> met{0};
    } seen;
    // Two chunks wait for each other, for at most five seconds.
    const auto meet = [](void* ctx, std::int64_t, int) {
        auto& here = *static_cast<Seen*>(ctx);
        ++here.arrived;
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        while (here.arrived < 2 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
        if (here.arrived == 2 && std::chrono::steady_clock::now() < deadline) ++here.met;
    };
    CHECK(saku_parallel_for(2, 2, meet, &seen) == SAKU_PARALLEL_DONE);
    CHECK(seen.met == 2);
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

/// Chunks that write without atomics: what they wrote is there when the call returns, and calls are kept apart.
TEST_CASE("oneTBB: many calls of few chunks") {
    constexpr int most = 9;
    struct Written {
        std::int64_t by_call[most] = {};
        std::int64_t call = 0;
    } written;
    const auto write = [](void* ctx, std::int64_t chunk, int) {
        auto& here = *static_cast<Written*>(ctx);
        here.by_call[chunk] += here.call;
    };
    std::int64_t expected[most] = {};
    for (written.call = 1; written.call <= 30000; ++written.call) {
        const std::int64_t n = 2 + written.call % (most - 1);
        for (std::int64_t chunk = 0; chunk < n; ++chunk) expected[chunk] += written.call;
        saku_parallel_for(n, 2 + static_cast<int>(written.call % 3), write, &written);
    }
    for (int chunk = 0; chunk < most; ++chunk) CHECK(written.by_call[chunk] == expected[chunk]);
}

TEST_CASE("oneTBB: more workers than threads, and more chunks than those") {
    for (const std::int64_t n : {63, 65, 200, 1000}) {
        for (const int workers : {63, 65, 200}) {
            CAPTURE(n);
            CAPTURE(workers);
            Record record(n, workers);
            CHECK(saku_parallel_for(n, workers, Record::chunk, &record) == SAKU_PARALLEL_DONE);
            record.check();
        }
    }
}

/// Who has finished helps: one chunk waits, for five seconds at most, until all others are done.
TEST_CASE("oneTBB: a share whose worker is busy is done by the others") {
    if (!has_threads()) return;
    constexpr int chunks = 40;
    for (const std::int64_t slow : {0, chunks / 2}) {  // first of the caller's share, first of another one
        struct Seen {
            std::int64_t slow;
            std::atomic<int> done{0};
            std::atomic<bool> alone{false};
        } seen{.slow = slow};
        const auto wait = [](void* ctx, std::int64_t chunk, int) {
            auto& here = *static_cast<Seen*>(ctx);
            const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
            while (chunk == here.slow && here.done < chunks - 1 && std::chrono::steady_clock::now() < deadline)
                std::this_thread::yield();
            here.alone = here.alone || (chunk == here.slow && here.done < chunks - 1);
            ++here.done;
        };
        CHECK(saku_parallel_for(chunks, 2, wait, &seen) == SAKU_PARALLEL_DONE);
        CHECK(seen.done == chunks);
        CHECK_FALSE(seen.alone);
    }
}

TEST_CASE("oneTBB: a limit of one thread ends when it is lifted") {
    using oneapi::tbb::global_control;
    if (global_control::active_value(global_control::max_allowed_parallelism) < 2) return;
    std::atomic<int> here{0};
    const auto meet = [](void* ctx, std::int64_t, int) {
        auto& met = *static_cast<std::atomic<int>*>(ctx);
        ++met;
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
        while (met < 2 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
        if (met < 2) met = -1000;  // nobody came: the second chunk shall not pass for another thread
    };
    std::thread([&] {  // a calling thread of its own: the limit is there in its first call
        {
            const global_control one(global_control::max_allowed_parallelism, 1);
            Record record(20, 4);
            CHECK(saku_parallel_for(20, 4, Record::chunk, &record) == SAKU_PARALLEL_DONE);
        }
        for (int call = 0; call < 5 && here != 2; ++call) {  // threads may take a while to come
            here = 0;
            CHECK(saku_parallel_for(2, 2, meet, &here) == SAKU_PARALLEL_DONE);
        }
    })
        .join();
    CHECK(here == 2);
}

TEST_CASE("oneTBB: one thread is allowed") {
    const oneapi::tbb::global_control one(oneapi::tbb::global_control::max_allowed_parallelism, 1);
    for (int call = 0; call < 3; ++call) {  // the first may be before the limit is known
        Record record(20, 4);
        CHECK(saku_parallel_for(20, 4, Record::chunk, &record) == SAKU_PARALLEL_DONE);
        record.check();
    }
    struct Seen {
        std::thread::id caller = std::this_thread::get_id();
        std::atomic<int> elsewhere{0};
    } seen;
    const auto look = [](void* ctx, std::int64_t, int) {
        auto& here = *static_cast<Seen*>(ctx);
        if (std::this_thread::get_id() != here.caller) ++here.elsewhere;
    };
    CHECK(saku_parallel_for(20, 4, look, &seen) == SAKU_PARALLEL_DONE);
    CHECK(seen.elsewhere == 0);
}

}  // namespace
}  // namespace saku::tests
