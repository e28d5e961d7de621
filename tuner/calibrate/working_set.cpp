#include "tuner/calibrate/working_set.h"

#include <cstring>
#include <numeric>
#include <utility>
#include <vector>

#include "base/random.h"

namespace saku::tuner {

std::optional<WorkingSet> WorkingSet::of(std::int64_t bytes) {
    GuardedMemory memory(static_cast<std::size_t>(bytes), 64, Placement::at_start);
    if (memory.data() == nullptr) return std::nullopt;
    std::memset(memory.data(), 0, static_cast<std::size_t>(bytes));
    return WorkingSet(std::move(memory), bytes);
}

void* WorkingSet::thread_pointers(std::int64_t bytes, int line_bytes) const {
    constexpr std::int64_t neighbourhood_bytes = 256 * 1024;
    auto* const base = static_cast<char*>(memory_.data());
    const std::int64_t lines = bytes / line_bytes;
    const std::int64_t block = neighbourhood_bytes / line_bytes;
    Random random(1);
    std::vector<std::int64_t> order(static_cast<std::size_t>(lines));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    for (std::int64_t first = 0; first < lines; first += block) {
        const std::int64_t count = std::min(block, lines - first);
        for (std::int64_t i = count; i > 1; --i) {
            const auto other = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(i)));
            std::swap(order[static_cast<std::size_t>(first + i - 1)], order[static_cast<std::size_t>(first + other)]);
        }
    }
    for (std::size_t i = 0; i < order.size(); ++i) {
        void* const next = base + order[(i + 1) % order.size()] * line_bytes;
        std::memcpy(base + order[i] * line_bytes, &next, sizeof next);
    }
    return base + order.front() * line_bytes;
}

}  // namespace saku::tuner
