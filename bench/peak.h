// What the cores can do at most, measured beside everything else: arithmetic without memory, memory without arithmetic.
#pragma once

#include <cstddef>

#include "bench/aligned.h"

namespace saku::bench {

/// Independent fused multiply-adds on the widest registers of the machine the program is built for, nothing else; on
/// each of `threads` threads.
class FmaLoop {
public:
    explicit FmaLoop(int threads) : threads_(threads) {}
    void run() const;
    /// Single-precision operations of one `run`, of all threads.
    [[nodiscard]] double flops() const;

private:
    int threads_;
};

/// Copies one array to another with vector loads and stores, each of `threads` threads its part. Together the arrays
/// have about as many bytes as the problem beside which this is measured, so that they lie in the same cache.
class CopyLoop {
public:
    CopyLoop(double bytes, int threads);
    void run();
    /// Bytes read and written by one `run`, of all threads.
    [[nodiscard]] double bytes() const;

private:
    Floats from_;
    Floats to_;
    std::size_t part_;  ///< elements of a thread
    int threads_;
};

}  // namespace saku::bench
