// How the cores of several threads are looked at: bench/timing.h.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

#include "bench/timing.h"
#include "runtime/saku_runtime.h"

namespace saku::bench {
namespace {

constexpr int warm_up = 20;
constexpr int round_trips = 200;
/// So many looks, some 100 us, is waited for a thread that does not come.
constexpr int patience = 10000;

/// A line that passes between the first thread and another one.
struct alignas(64) Line {
    std::atomic<int> number{0};  ///< odd: on its way there
};

struct Looking {
    std::vector<double> crowding;
    std::vector<Line> lines;
    double distance = 0;
    std::atomic<bool> is_over{false};
};

bool becomes(const std::atomic<int>& number, int expected, const std::atomic<bool>& is_over) {
    for (int i = 0; i < patience && !is_over.load(std::memory_order_relaxed); ++i)
        if (number.load(std::memory_order_acquire) == expected) return true;
    return false;
}

/// Seconds for a line there and back; 0 when nobody is there.
double round_trip(Line& line, const std::atomic<bool>& is_over) {
    double start = 0;
    for (int trip = 0; trip < warm_up + round_trips; ++trip) {
        if (trip == warm_up) start = now_seconds();
        line.number.store(2 * trip + 1, std::memory_order_release);
        if (!becomes(line.number, 2 * trip + 2, is_over)) return 0;
    }
    return (now_seconds() - start) / round_trips;
}

void answer(Line& line, const std::atomic<bool>& is_over) {
    // The first thread may be with others.
    while (!is_over.load(std::memory_order_relaxed) && line.number.load(std::memory_order_acquire) == 0) {
    }
    for (int trip = 0; trip < warm_up + round_trips; ++trip) {
        if (!becomes(line.number, 2 * trip + 1, is_over)) return;
        line.number.store(2 * trip + 2, std::memory_order_release);
    }
}

/// Of all threads of this process, as Linux tells it; 0 where it does not.
double seconds_waited() {
    double nanoseconds = 0;
    std::error_code error;
    for (std::filesystem::directory_iterator task("/proc/self/task", error), end; !error && task != end;
         task.increment(error)) {
        std::ifstream file(task->path() / "schedstat");
        double running = 0;
        double waiting = 0;
        if (file >> running >> waiting) nanoseconds += waiting;
    }
    return nanoseconds * 1e-9;
}

void look(void* context, std::int64_t part, int) {
    Looking& all = *static_cast<Looking*>(context);
    const auto mine = static_cast<std::size_t>(part);
    all.crowding[mine] = tuner::crowding();
    if (mine > 0) return answer(all.lines[mine], all.is_over);
    for (std::size_t other = 1; other < all.lines.size(); ++other)
        all.distance = std::max(all.distance, round_trip(all.lines[other], all.is_over));
    all.is_over = true;
}

tuner::CoreLook look_at_all(int threads) {
    const auto count = static_cast<std::size_t>(threads);
    tuner::CoreLook seen;
    // Once to wake the threads: where one has not come, another looks in its place.
    for (int call = 0; call < 2; ++call) {
        Looking all{.crowding = std::vector<double>(count), .lines = std::vector<Line>(count)};
        static_cast<void>(saku_parallel_for(threads, threads, look, &all));
        seen = {.crowding = *std::max_element(all.crowding.begin(), all.crowding.end()), .distance = all.distance};
    }
    return seen;
}

}  // namespace

tuner::CoreLook look_at_cores(int threads) {
    tuner::CoreLook seen = threads == 1 ? tuner::look_at_this_core() : look_at_all(threads);
    seen.waited = seconds_waited();
    return seen;
}

}  // namespace saku::bench
