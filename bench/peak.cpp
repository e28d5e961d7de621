#include "bench/peak.h"

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

using Vector __attribute__((vector_size(lanes * sizeof(float)))) = float;

}  // namespace

double fma_peak_flops() { return 2.0 * lanes * chains * static_cast<double>(iterations); }

void fma_peak() {
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

}  // namespace saku::bench
