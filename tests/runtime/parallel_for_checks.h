// What every saku_parallel_for must do, whichever library it comes from.
#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <thread>
#include <vector>

#include "runtime/saku_runtime.h"

namespace saku::tests {

/// Counts calls per chunk, and calls at once per worker.
struct Record {
    explicit Record(std::int64_t n, int workers)
        : calls(static_cast<std::size_t>(n)), busy(static_cast<std::size_t>(workers)) {}
    std::vector<std::atomic<int>> calls;
    std::vector<std::atomic<int>> busy;
    std::atomic<bool> overlap{false};
    std::atomic<bool> worker_out_of_range{false};

    static void chunk(void* ctx, std::int64_t chunk, int worker) {
        auto& record = *static_cast<Record*>(ctx);
        if (worker < 0 || worker >= static_cast<int>(record.busy.size())) {
            record.worker_out_of_range = true;
            return;
        }
        auto& busy = record.busy[static_cast<std::size_t>(worker)];
        if (++busy != 1) record.overlap = true;
        ++record.calls[static_cast<std::size_t>(chunk)];
        std::this_thread::yield();
        --busy;
    }

    void check() const {
        bool each_once = true;
        for (const auto& count : calls) each_once &= count == 1;
        CHECK(each_once);
        CHECK_FALSE(overlap);
        CHECK_FALSE(worker_out_of_range);
    }
};

inline void check_parallel_for() {
    for (const std::int64_t n : {0, 1, 2, 3, 7, 64, 5000}) {
        for (const int workers : {1, 2, 3, 16}) {
            CAPTURE(n);
            CAPTURE(workers);
            Record record(n, workers);
            CHECK(saku_parallel_for(n, workers, Record::chunk, &record) == SAKU_PARALLEL_DONE);
            record.check();
        }
    }
    Record untouched(1, 1);
    CHECK(saku_parallel_for(-1, 1, Record::chunk, &untouched) == SAKU_PARALLEL_BAD_ARGUMENT);
    CHECK(saku_parallel_for(1, 0, Record::chunk, &untouched) == SAKU_PARALLEL_BAD_ARGUMENT);
    CHECK(saku_parallel_for(1, 1, nullptr, &untouched) == SAKU_PARALLEL_BAD_ARGUMENT);
    CHECK(untouched.calls[0] == 0);
}

inline void check_calls_from_several_threads() {
    constexpr int callers = 4;
    std::deque<Record> records;  // Records do not move
    std::vector<std::thread> threads;
    for (int i = 0; i < callers; ++i) records.emplace_back(300, 2 + i % 2);
    for (Record& record : records)
        threads.emplace_back(
            [&record] { saku_parallel_for(300, static_cast<int>(record.busy.size()), Record::chunk, &record); });
    for (std::thread& thread : threads) thread.join();
    for (const Record& record : records) record.check();
}

/// Calls from within a call.
inline void check_nesting() {
    struct Outer {
        std::deque<Record> inner;
    } outer;
    for (int i = 0; i < 20; ++i) outer.inner.emplace_back(10, 2);
    const auto chunk = [](void* ctx, std::int64_t index, int) {
        Record& record = static_cast<Outer*>(ctx)->inner[static_cast<std::size_t>(index)];
        saku_parallel_for(10, 2, Record::chunk, &record);
    };
    CHECK(saku_parallel_for(20, 3, chunk, &outer) == SAKU_PARALLEL_DONE);
    for (const Record& record : outer.inner) record.check();
}

}  // namespace saku::tests
