// saku_parallel_for on threads of oneTBB.
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "runtime/saku_runtime.h"

namespace {

/// Is this thread inside fn? Calls from there stay on the thread.
thread_local bool inside_call = false;

class InsideCall {
public:
    InsideCall() { inside_call = true; }
    InsideCall(const InsideCall&) = delete;
    InsideCall& operator=(const InsideCall&) = delete;
    ~InsideCall() { inside_call = was_inside_; }

private:
    bool was_inside_ = inside_call;
};

/// The chunks of one call: workers take the next one until none is left.
struct Chunks {
    std::int64_t count;
    void (*fn)(void* ctx, std::int64_t chunk, int worker);
    void* ctx;
    std::atomic<std::int64_t> next{0};

    void work(int worker) {
        const InsideCall inside;
        for (std::int64_t chunk = next++; chunk < count; chunk = next++) fn(ctx, chunk, worker);
    }
};

/// The calling thread's arena: making one for each call would cost more than a small kernel. It has no more slots than
/// oneTBB has threads to fill them, because asking for more makes oneTBB print a warning.
oneapi::tbb::task_arena& arena_of(int workers) {
    thread_local std::unique_ptr<oneapi::tbb::task_arena> arena;
    thread_local int slots = 0;
    using oneapi::tbb::global_control;
    const std::size_t threads = global_control::active_value(global_control::max_allowed_parallelism);
    const int wanted = static_cast<int>(std::min(static_cast<std::size_t>(workers), threads));
    if (!arena || slots != wanted) {
        arena = std::make_unique<oneapi::tbb::task_arena>(wanted);
        slots = wanted;
    }
    return *arena;
}

void run_on_threads(Chunks& chunks, int workers) {
    const int tasks = static_cast<int>(std::min<std::int64_t>(workers, chunks.count));
    arena_of(workers).execute([&] {
        oneapi::tbb::parallel_for(
            0, tasks,
            // The worker is the thread's slot in the arena, of which there are at most `workers`.
            [&](int) { chunks.work(oneapi::tbb::this_task_arena::current_thread_index()); },
            oneapi::tbb::simple_partitioner());
    });
}

}  // namespace

extern "C" __attribute__((weak)) int saku_parallel_for(std::int64_t n, int workers,
                                                       void (*fn)(void* ctx, std::int64_t chunk, int worker),
                                                       void* ctx) {
    if (n < 0 || workers < 1 || fn == nullptr) return SAKU_PARALLEL_BAD_ARGUMENT;
    Chunks chunks{.count = n, .fn = fn, .ctx = ctx, .next = 0};
    if (n > 1 && workers > 1 && !inside_call) {
        try {
            run_on_threads(chunks, workers);
        } catch (...) {
            // No memory or threads to be had. Nobody works on chunks any more; those left are done below.
        }
    }
    chunks.work(0);
    return SAKU_PARALLEL_DONE;
}
