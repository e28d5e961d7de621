#include "tuner/parallel.h"

// The thread sanitizer does not see how oneTBB's threads, which are not instrumented, wait for each other, and would
// report every result as a race. Under it threads are plain ones, so that races of `work` itself are found.
#if defined(__SANITIZE_THREAD__)
#define SAKU_PLAIN_THREADS 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SAKU_PLAIN_THREADS 1
#endif
#endif

#if defined(SAKU_PLAIN_THREADS)
#include <atomic>
#include <thread>
#include <vector>
#else
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#endif

namespace saku::tuner {

namespace {

#if defined(SAKU_PLAIN_THREADS)
void on_threads(std::size_t count, int jobs, const std::function<void(std::size_t)>& work) {
    std::atomic<std::size_t> next{0};
    std::vector<std::jthread> threads;
    for (int job = 0; job < jobs; ++job) {
        threads.emplace_back([&] {
            for (std::size_t i = next++; i < count; i = next++) work(i);
        });
    }
}
#else
void on_threads(std::size_t count, int jobs, const std::function<void(std::size_t)>& work) {
    // More slots than oneTBB has threads to fill them would make it print a warning.
    using oneapi::tbb::global_control;
    const std::size_t threads = global_control::active_value(global_control::max_allowed_parallelism);
    oneapi::tbb::task_arena arena(static_cast<int>(std::min(static_cast<std::size_t>(jobs), threads)));
    arena.execute([&] { oneapi::tbb::parallel_for(std::size_t{0}, count, [&](std::size_t i) { work(i); }); });
}
#endif

}  // namespace

void for_each_index(std::size_t count, int jobs, const std::function<void(std::size_t)>& work) {
    if (jobs > 1 && count > 1) return on_threads(count, jobs, work);
    for (std::size_t i = 0; i < count; ++i) work(i);
}

}  // namespace saku::tuner
