// What the cores can do at most, measured beside everything else: arithmetic without memory, memory without arithmetic.
#pragma once

#include <cstddef>

#include "bench/aligned.h"
#include "bench/peak_kernels.h"

namespace saku::bench {

/// Independent fused multiply-adds on the widest registers of the machine the program is built for, nothing else: about
/// as many operations as the problem beside which this is measured has, each of `threads` threads its part. So what a
/// call of several threads takes is in it as it is in a kernel.
class FmaLoop {
public:
    FmaLoop(double flops, int threads);
    void run() const;
    /// Single-precision operations of one `run`, of all threads.
    [[nodiscard]] double flops() const;

private:
    long steps_;  ///< of a thread
    int threads_;
};

/// Reads one array and writes another, line after line with vector loads and stores, each of `threads` threads its
/// part. They have about as many bytes as the tensors that the problem beside which this is measured reads and writes:
/// they lie in the same caches, and lines are read and written in the same proportion.
class MoveLoop {
public:
    MoveLoop(double read_bytes, double written_bytes, int threads);
    void run();
    /// Bytes read and written by one `run`, of all threads.
    [[nodiscard]] double bytes() const;

private:
    Moves moves_;  ///< of a thread
    Floats from_;
    Floats to_;
    int threads_;
};

}  // namespace saku::bench
