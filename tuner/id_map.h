// Values by id, for searches that remember something of each one they met.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "tuner/id_space.h"

namespace saku::tuner {

/// Open addressing with linear probing, at most five eighths full. It is never iterated, so its order reaches nothing.
template <class Value>
class IdMap {
public:
    IdMap() : ids_(first_capacity, none), values_(first_capacity) {}

    [[nodiscard]] const Value* find(Id id) const {
        const std::size_t at = index_of(id);
        return ids_[at] == id ? &values_[at] : nullptr;
    }

    /// The id's value, and whether it is new (and made by default). Good until the next one is.
    std::pair<Value*, bool> insert(Id id) {
        if (8 * (size_ + 1) > 5 * ids_.size()) grow();
        const std::size_t at = index_of(id);
        if (ids_[at] == id) return {&values_[at], false};
        ids_[at] = id;
        ++size_;
        return {&values_[at], true};
    }

private:
    static constexpr Id none = ~Id{0};  ///< no id: spaces are smaller than 2^63
    static constexpr int first_bits = 10;
    static constexpr std::size_t first_capacity = std::size_t{1} << first_bits;

    /// Where the id is, or would be.
    [[nodiscard]] std::size_t index_of(Id id) const {
        // The upper bits of the product: they depend on all of the id, whose lower digits are often alike.
        const std::size_t mask = ids_.size() - 1;
        auto at = static_cast<std::size_t>((id * 0x9e3779b97f4a7c15ULL) >> shift_);
        while (ids_[at] != none && ids_[at] != id) at = (at + 1) & mask;
        return at;
    }

    void grow() {
        std::vector<Id> ids(2 * ids_.size(), none);
        std::vector<Value> values(ids.size());
        ids.swap(ids_);
        values.swap(values_);
        --shift_;
        for (std::size_t i = 0; i < ids.size(); ++i) {
            if (ids[i] == none) continue;
            const std::size_t at = index_of(ids[i]);
            ids_[at] = ids[i];
            values_[at] = std::move(values[i]);
        }
    }

    std::vector<Id> ids_;  ///< a power of two
    std::vector<Value> values_;
    std::size_t size_ = 0;
    int shift_ = 64 - first_bits;
};

}  // namespace saku::tuner
