#include "bench/peak_kernels.h"

#include <algorithm>

namespace saku::bench {
namespace {

#if defined(__AVX512F__)
constexpr int lanes = 16;
#elif defined(__AVX__)
constexpr int lanes = 8;
#else
constexpr int lanes = 4;
#endif

// Latency 4-5 cycles at two a cycle needs ten chains; twelve fit the sixteen registers of AVX2 too.
constexpr int chains = 12;

using Vector __attribute__((vector_size(lanes * sizeof(float)), may_alias)) = float;

constexpr int line = 64 / sizeof(float);
// Hardware alone reaches two thirds of what the L2 of a Zen 5 core gives to streams that are asked for so far ahead.
constexpr int lines_ahead = 16;

Vector at(const float* place) { return *reinterpret_cast<const Vector*>(place); }    // NOLINT: aligned, see header
void put(float* place, Vector value) { *reinterpret_cast<Vector*>(place) = value; }  // NOLINT

/// Goes on by `steps` times `Reads` and `Writes` lines.
template <int Reads, int Writes>
void move(const float*& from, float*& to, std::size_t steps) {
    constexpr int sums = 8;  // side by side, where nothing is written
    Vector seen[sums]{};
    for (std::size_t step = 0; step < steps; ++step) {
#pragma GCC unroll 8
        for (int r = 0; r < Reads; ++r) __builtin_prefetch(from + (r + lines_ahead) * line);
            // Vector by vector of the lines: a line has one or several.
#pragma GCC unroll 16
        for (int v = 0; v < line; v += lanes) {
            if constexpr (Writes == 0) {
#pragma GCC unroll 8
                for (int r = 0; r < Reads; ++r) seen[r % sums] += at(from + r * line + v);
            } else {
#pragma GCC unroll 4
                for (int w = 0; w < Writes; ++w) {
                    Vector sum{};
#pragma GCC unroll 8
                    for (int r = w; r < Reads; r += Writes)
                        sum = r == w ? at(from + r * line + v) : sum + at(from + r * line + v);
                    put(to + w * line + v, sum);
                }
            }
        }
        from += Reads * line;
        to += Writes * line;
    }
    if constexpr (Writes == 0) {
        Vector total{};
        for (const Vector& part : seen) total += part;
        volatile float sink = total[0];
        static_cast<void>(sink);
    }
}

}  // namespace

double multiply_add_flops() { return 2.0 * lanes * chains; }

void multiply_adds(long steps) {
    // Volatile, or the compiler would compute the result itself, and see that chains that start alike stay alike.
    volatile float factor_source = 0.999F;
    volatile float addend_source = 0.001F;
    volatile float start = 0;
    const Vector factor = Vector{} + factor_source;
    const Vector addend = Vector{} + addend_source;
    Vector sum[chains];
    for (Vector& chain : sum) chain = Vector{} + start;
    for (long i = 0; i < steps; ++i) {
#pragma GCC unroll 12
        for (int c = 0; c < chains; ++c) sum[c] = sum[c] * factor + addend;
    }
    constexpr int together = chains / 4;  // short waits: a run may be short, too
    Vector total{};
    for (int c = 0; c < together; ++c) {
        total += (sum[c] + sum[c + together]) + (sum[c + 2 * together] + sum[c + 3 * together]);
    }
    volatile float sink = total[0];
    static_cast<void>(sink);
}

Moves moves_of(std::size_t lines_read, std::size_t lines_written) {
    Moves moves{.reads = 4, .writes = 4, .steps = std::min(lines_read, lines_written) / 4};
    for (const int writes : {4, 2, 1}) {
        if (lines_read * static_cast<std::size_t>(writes) < 8 * lines_written) continue;
        moves = {.reads = 8, .writes = writes, .steps = lines_written / static_cast<std::size_t>(writes)};
    }
    moves.rest_reads = (lines_read - moves.lines_read()) / 8;
    moves.rest_writes = (lines_written - moves.lines_written()) / 4;
    return moves;
}

void move_lines(const float* from, float* to, const Moves& moves) {
    switch (moves.writes) {
        case 1:
            move<8, 1>(from, to, moves.steps);
            break;
        case 2:
            move<8, 2>(from, to, moves.steps);
            break;
        case 4:
            moves.reads == 8 ? move<8, 4>(from, to, moves.steps) : move<4, 4>(from, to, moves.steps);
            break;
    }
    move<8, 0>(from, to, moves.rest_reads);
    move<0, 4>(from, to, moves.rest_writes);
}

}  // namespace saku::bench
