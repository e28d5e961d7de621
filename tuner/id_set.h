// A set of ids, for searches that ask of each new one whether it was seen before.
#pragma once

#include <cstddef>
#include <vector>

#include "tuner/id_space.h"

namespace saku::tuner {

/// Open addressing with linear probing, at most half full. It is never iterated, so its order reaches nothing.
class IdSet {
public:
    IdSet() : places_(first_capacity, none) {}

    /// Is it new?
    bool insert(Id id) {
        if (2 * (size_ + 1) > places_.size()) grow();
        Id& place = place_of(id);
        if (place == id) return false;
        place = id;
        ++size_;
        return true;
    }

    [[nodiscard]] bool contains(Id id) const { return places_[index_of(id)] == id; }

private:
    static constexpr Id none = ~Id{0};  ///< no id: spaces are smaller than 2^63
    static constexpr int first_bits = 10;
    static constexpr std::size_t first_capacity = std::size_t{1} << first_bits;

    /// Where the id is, or would be.
    Id& place_of(Id id) { return places_[index_of(id)]; }
    [[nodiscard]] std::size_t index_of(Id id) const {
        // The upper bits of the product: they depend on all of the id, whose lower digits are often alike.
        const std::size_t mask = places_.size() - 1;
        auto at = static_cast<std::size_t>((id * 0x9e3779b97f4a7c15ULL) >> shift_);
        while (places_[at] != none && places_[at] != id) at = (at + 1) & mask;
        return at;
    }

    void grow() {
        std::vector<Id> smaller(2 * places_.size(), none);
        smaller.swap(places_);
        --shift_;
        for (const Id id : smaller) {
            if (id != none) place_of(id) = id;
        }
    }

    std::vector<Id> places_;  ///< a power of two
    std::size_t size_ = 0;
    int shift_ = 64 - first_bits;
};

}  // namespace saku::tuner
