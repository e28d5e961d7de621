// Arrays that begin on a cache line, as the buffers of every tensor library do.
#pragma once

#include <cstddef>
#include <cstring>
#include <new>
#include <vector>

namespace saku::bench {

template <class T>
struct LineAllocator {
    using value_type = T;
    static constexpr std::align_val_t alignment{64};

    LineAllocator() = default;
    template <class U>
    LineAllocator(const LineAllocator<U>&) {}  // NOLINT(google-explicit-constructor)

    /// With a page behind that has been written to: masked vectors that reach into one that has not are slow, whoever's
    /// kernel it is (docs/kernel-abi.md).
    T* allocate(std::size_t count) {
        constexpr std::size_t page = 4096;
        void* memory = ::operator new(count * sizeof(T) + page, alignment);
        std::memset(static_cast<std::byte*>(memory) + count * sizeof(T), 0, page);
        return static_cast<T*>(memory);
    }
    void deallocate(T* memory, std::size_t) { ::operator delete(memory, alignment); }

    friend bool operator==(const LineAllocator&, const LineAllocator&) { return true; }
};

using Floats = std::vector<float, LineAllocator<float>>;
using Bytes = std::vector<std::byte, LineAllocator<std::byte>>;

}  // namespace saku::bench
