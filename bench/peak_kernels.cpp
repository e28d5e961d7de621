#include "bench/peak_kernels.h"

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
constexpr long iterations = 20000;

using Vector __attribute__((vector_size(lanes * sizeof(float)), may_alias)) = float;

}  // namespace

double multiply_add_flops() { return 2.0 * lanes * chains * static_cast<double>(iterations); }

void multiply_adds() {
    // Volatile, or the compiler would compute the result itself, and see that chains that start alike stay alike.
    volatile float factor_source = 0.999F;
    volatile float addend_source = 0.001F;
    volatile float start = 0;
    const Vector factor = Vector{} + factor_source;
    const Vector addend = Vector{} + addend_source;
    Vector sum[chains];
    for (Vector& chain : sum) chain = Vector{} + start;
    for (long i = 0; i < iterations; ++i) {
#pragma GCC unroll 12
        for (int c = 0; c < chains; ++c) sum[c] = sum[c] * factor + addend;
    }
    Vector total{};
    for (int c = 0; c < chains; ++c) total += sum[c];
    volatile float sink = total[0];
    static_cast<void>(sink);
}

void copy_lines(const float* from, float* to, std::size_t count) {
    constexpr std::size_t unrolled = 4;
    constexpr std::size_t step = unrolled * lanes;
    static_assert(64 % step == 0);
    for (std::size_t i = 0; i < count; i += step) {
        Vector line[unrolled];
        for (std::size_t u = 0; u < unrolled; ++u)
            line[u] = *reinterpret_cast<const Vector*>(from + i + u * lanes);  // NOLINT: aligned, as the header says
        for (std::size_t u = 0; u < unrolled; ++u) *reinterpret_cast<Vector*>(to + i + u * lanes) = line[u];  // NOLINT
    }
}

}  // namespace saku::bench
