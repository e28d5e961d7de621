// Arrays that begin on a cache line, as the buffers of every tensor library do.
#pragma once

#include <cstddef>
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

    T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), alignment)); }
    void deallocate(T* memory, std::size_t) { ::operator delete(memory, alignment); }

    friend bool operator==(const LineAllocator&, const LineAllocator&) { return true; }
};

using Floats = std::vector<float, LineAllocator<float>>;
using Bytes = std::vector<std::byte, LineAllocator<std::byte>>;

}  // namespace saku::bench
