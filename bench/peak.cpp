#include "bench/peak.h"

#include <algorithm>
#include <cstdint>
#include <memory>

#include "bench/peak_kernels.h"
#include "runtime/saku_runtime.h"

namespace saku::bench {
namespace {

/// Calls of the kernel in one run of a thread, so that starting threads costs little beside them.
constexpr int calls = 4;

/// `work(part)` for each part, on as many threads.
template <class Work>
void on_threads(int threads, Work work) {
    if (threads == 1) return work(0);
    saku_parallel_for(
        threads, threads, [](void* context, std::int64_t part, int) { (*static_cast<Work*>(context))(part); }, &work);
}

}  // namespace

double FmaLoop::flops() const { return multiply_add_flops() * calls * threads_; }

void FmaLoop::run() const {
    on_threads(threads_, [](std::int64_t) {
        for (int i = 0; i < calls; ++i) multiply_adds();
    });
}

CopyLoop::CopyLoop(double bytes, int threads) : threads_(threads) {
    constexpr double step = 64;
    const double wanted = bytes / (2.0 * sizeof(float) * threads);
    part_ = static_cast<std::size_t>(std::max(1.0, wanted / step)) * static_cast<std::size_t>(step);
    from_.assign(part_ * static_cast<std::size_t>(threads), 1.0F);
    to_.assign(from_.size(), 0.0F);
}

double CopyLoop::bytes() const { return 2.0 * sizeof(float) * static_cast<double>(from_.size()); }

void CopyLoop::run() {
    on_threads(threads_, [this](std::int64_t part) {
        const std::size_t first = part_ * static_cast<std::size_t>(part);
        copy_lines(from_.data() + first, to_.data() + first, part_);
    });
}

}  // namespace saku::bench
