// A short list without heap memory, for inner loops that run hundreds of thousands of times a second.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <new>
#include <type_traits>

#include "base/check.h"

namespace saku {

/// At most N values; one more is a bug of the caller. Assignable and copyable as plain data.
template <class T, std::size_t N>
class FixedVector {
public:
    FixedVector() {}  // NOLINT(modernize-use-equals-default): leaves the room uncleared

    void push_back(const T& value) {
        SAKU_CHECK(size_ < N, "a fixed vector that is full");
        items_[size_++] = value;
    }
    /// Appends a value made by default: what has no initial value holds anything.
    T& emplace_back() {
        static_assert(std::is_trivially_destructible_v<T>);
        SAKU_CHECK(size_ < N, "a fixed vector that is full");
        return *::new (static_cast<void*>(&items_[size_++])) T;
    }
    void clear() { size_ = 0; }
    /// Keeps the first `size`, which is not more than there are.
    void truncate(std::size_t size) { size_ = size; }

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] bool full() const { return size_ == N; }
    [[nodiscard]] const T& operator[](std::size_t i) const { return items_[i]; }
    [[nodiscard]] T& operator[](std::size_t i) { return items_[i]; }
    [[nodiscard]] const T& back() const { return items_[size_ - 1]; }
    [[nodiscard]] T& back() { return items_[size_ - 1]; }
    [[nodiscard]] T* begin() { return items_.data(); }
    [[nodiscard]] T* end() { return items_.data() + size_; }
    [[nodiscard]] const T* begin() const { return items_.data(); }
    [[nodiscard]] const T* end() const { return items_.data() + size_; }

    friend bool operator==(const FixedVector& a, const FixedVector& b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end());
    }

private:
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
    union {
        std::array<T, N> items_;  ///< not even made by default, where that would set members
    };
    std::size_t size_ = 0;
};

}  // namespace saku
