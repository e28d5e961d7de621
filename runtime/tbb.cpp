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

constexpr int most_shares = 64;  // more workers than that begin together

/// Neighbouring chunks, which one worker takes in order. On a cache line of its own.
struct alignas(64) Share {
    std::int64_t next;
    std::int64_t end;
};

/// The chunks of one call. Each worker has a share of them, the same one in every call of a kernel, so that what it
/// works on is in its own caches when the kernel is called again; who has finished helps the others.
class Chunks {
public:
    Chunks(std::int64_t count, int workers, void (*fn)(void* ctx, std::int64_t chunk, int worker), void* ctx)
        : shares_used_(static_cast<int>(std::min<std::int64_t>({count, workers, most_shares}))), fn_(fn), ctx_(ctx) {
        const std::int64_t each = shares_used_ > 0 ? count / shares_used_ : 0;
        const std::int64_t longer = shares_used_ > 0 ? count % shares_used_ : 0;
        std::int64_t begin = 0;
        for (int s = 0; s < shares_used_; ++s) {
            shares_[s].next = begin;
            begin += each + (s < longer ? 1 : 0);
            shares_[s].end = begin;
        }
    }

    void work(int worker) {
        const InsideCall inside;
        for (int s = 0; s < shares_used_; ++s) work_on(shares_[(worker + s) % shares_used_], worker);
    }

private:
    void work_on(Share& share, int worker) {
        const std::atomic_ref<std::int64_t> next(share.next);
        // The look before saves the line from being taken from its worker where nothing is left.
        while (next.load(std::memory_order_relaxed) < share.end) {
            const std::int64_t chunk = next.fetch_add(1, std::memory_order_relaxed);
            if (chunk < share.end) fn_(ctx_, chunk, worker);
        }
    }

    Share shares_[most_shares];  // only those used are filled: a call of nothing should cost nothing
    int shares_used_;
    void (*fn_)(void* ctx, std::int64_t chunk, int worker);
    void* ctx_;
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

void run_on_threads(Chunks& chunks, std::int64_t count, int workers) {
    const int tasks = static_cast<int>(std::min<std::int64_t>(workers, count));
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
    if (n == 0) return SAKU_PARALLEL_DONE;
    Chunks chunks(n, workers, fn, ctx);
    if (n > 1 && workers > 1 && !inside_call) {
        try {
            run_on_threads(chunks, n, workers);
        } catch (...) {
            // No memory or threads to be had. Nobody works on chunks any more; those left are done below.
        }
    }
    chunks.work(0);
    return SAKU_PARALLEL_DONE;
}
