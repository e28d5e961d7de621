// What a cost must not be above to be among the best few.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace saku::tuner {

/// The largest of the `count` smallest costs so far.
class CostLimit {
public:
    explicit CostLimit(std::size_t count) : count_(count) {}

    void add(double cost) {
        if (heap_.size() == count_) {
            if (count_ == 0 || cost >= heap_.front()) return;
            std::pop_heap(heap_.begin(), heap_.end());
            heap_.pop_back();
        }
        heap_.push_back(cost);
        std::push_heap(heap_.begin(), heap_.end());
    }

    /// Infinite while there are fewer costs; with a count of 0, below every cost.
    [[nodiscard]] double value() const {
        constexpr double infinite = std::numeric_limits<double>::infinity();
        if (count_ == 0) return -infinite;
        return heap_.size() < count_ ? infinite : heap_.front();
    }

private:
    std::size_t count_;
    std::vector<double> heap_;  ///< the largest in front
};

}  // namespace saku::tuner
