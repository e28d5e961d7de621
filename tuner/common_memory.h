// Memory that all candidates of an operator are timed in, one after the other.
//
// Where pages lie in physical memory decides which lines share a set of the caches behind L1. With memory of its own
// each candidate has its own luck, and kernels that work on about as much as the L2 holds differ by a quarter for
// nothing that a schedule could change. Processes forked from the one that made the memory use the same pages.
#pragma once

#include <cstddef>

namespace saku::tuner {

class CommonMemory {
public:
    /// Reserves `bytes`; pages are taken when they are first written, and kept. `data()` is null when there is none.
    explicit CommonMemory(std::size_t bytes);
    ~CommonMemory();
    CommonMemory(CommonMemory&& other) noexcept;
    CommonMemory& operator=(CommonMemory&&) = delete;
    CommonMemory(const CommonMemory&) = delete;
    CommonMemory& operator=(const CommonMemory&) = delete;

    /// Aligned to a page.
    [[nodiscard]] char* data() const { return data_; }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

    /// Were its contents left by this process? Only one process may use it at a time.
    [[nodiscard]] bool is_mine() const;
    /// From now on they are.
    void own() const;

private:
    int* owner_ = nullptr;  ///< in a page before the data: a process's number, or 0
    char* data_ = nullptr;
    std::size_t bytes_ = 0;
};

}  // namespace saku::tuner
