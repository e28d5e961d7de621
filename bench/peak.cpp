#include "bench/peak.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>

#include "bench/peak_kernels.h"
#include "runtime/saku_runtime.h"

namespace saku::bench {
namespace {

/// Steps of multiply-adds in one run of a thread. Fewer are over before they are under way; more, about a tenth of a
/// millisecond, tell nothing new.
constexpr double least_steps = 256;
constexpr double most_steps = 80000;

constexpr double line_bytes = 64;
constexpr auto line_floats = static_cast<std::size_t>(line_bytes / sizeof(float));

/// `work(part)` for each part, on as many threads.
template <class Work>
void on_threads(int threads, Work work) {
    if (threads == 1) return work(0);
    saku_parallel_for(
        threads, threads, [](void* context, std::int64_t part, int) { (*static_cast<Work*>(context))(part); }, &work);
}

}  // namespace

FmaLoop::FmaLoop(double flops, int threads)
    : steps_(std::lround(std::clamp(flops / (multiply_add_flops() * threads), least_steps, most_steps))),
      threads_(threads) {}

double FmaLoop::flops() const { return multiply_add_flops() * static_cast<double>(steps_) * threads_; }

void FmaLoop::run() const {
    on_threads(threads_, [this](std::int64_t) { multiply_adds(steps_); });
}

MoveLoop::MoveLoop(double read_bytes, double written_bytes, int threads) : threads_(threads) {
    const auto lines = [threads](double bytes) {
        constexpr double least = 8;
        return static_cast<std::size_t>(std::max(least, std::round(bytes / (line_bytes * threads))));
    };
    moves_ = moves_of(lines(read_bytes), lines(written_bytes));
    from_.assign(moves_.lines_read() * line_floats * static_cast<std::size_t>(threads), 1.0F);
    to_.assign(moves_.lines_written() * line_floats * static_cast<std::size_t>(threads), 0.0F);
}

double MoveLoop::bytes() const { return sizeof(float) * static_cast<double>(from_.size() + to_.size()); }

void MoveLoop::run() {
    on_threads(threads_, [this](std::int64_t part) {
        const auto before = line_floats * static_cast<std::size_t>(part);
        move_lines(from_.data() + before * moves_.lines_read(), to_.data() + before * moves_.lines_written(), moves_);
    });
}

}  // namespace saku::bench
