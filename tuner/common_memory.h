// Memory that all candidates of an operator are timed in, one after the other.
//
// Where pages lie in physical memory decides which lines share a set of the caches behind L1. With memory of its own
// each candidate has its own luck, and kernels that work on about as much as the L2 holds differ for nothing that a
// schedule could change. Processes forked from the one that made the memory use the same pages.
#pragma once

#include <cstddef>

#include "tuner/mapping.h"

namespace saku::tuner {

class CommonMemory {
public:
    /// Reserves `bytes`; `data()` is null when there is none.
    explicit CommonMemory(std::size_t bytes);

    /// Aligned to a page.
    [[nodiscard]] char* data() const;
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

    /// Were its contents left by this process? Only one process may use it at a time.
    [[nodiscard]] bool is_mine() const;
    /// From now on they are.
    void own() const;

private:
    /// A process's number, or 0; in a page before the data.
    [[nodiscard]] int& owner() const;

    Mapping mapping_;
    std::size_t bytes_ = 0;
};

}  // namespace saku::tuner
