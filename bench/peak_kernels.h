// The loops behind bench/peak.h, which alone are compiled for this very machine.
#pragma once

#include <cstddef>

namespace saku::bench {

/// Single-precision operations of one step of `multiply_adds`.
[[nodiscard]] double multiply_add_flops();
void multiply_adds(long steps);

/// How lines of 64 bytes are moved: in steps, each of which reads some and writes some, then what is left over.
struct Moves {
    int reads = 0, writes = 0;  ///< of a step, 8 and 1, 8 and 2, 8 and 4 or 4 and 4
    std::size_t steps = 0;
    std::size_t rest_reads = 0, rest_writes = 0;  ///< in steps of 8 and of 4

    [[nodiscard]] std::size_t lines_read() const { return steps * static_cast<std::size_t>(reads) + 8 * rest_reads; }
    [[nodiscard]] std::size_t lines_written() const {
        return steps * static_cast<std::size_t>(writes) + 4 * rest_writes;
    }
};

/// So many lines of each, but for less than a step's.
[[nodiscard]] Moves moves_of(std::size_t lines_read, std::size_t lines_written);

/// The arrays begin on cache lines. What is written depends on all that is read in the same step.
void move_lines(const float* from, float* to, const Moves& moves);

}  // namespace saku::bench
