#include "tuner/cold_start.h"

#if defined(__x86_64__)
#include <emmintrin.h>
#endif
#include <sys/mman.h>

#include <cstdint>

namespace saku::tuner {

namespace {

constexpr std::size_t page = 4096;
/// Twice as many pages as the largest TLBs in machines/*.json hold.
constexpr std::size_t pages = 8192;

#if defined(__aarch64__)
std::size_t line_bytes() {
    std::uint64_t geometry = 0;
    asm("mrs %0, ctr_el0" : "=r"(geometry));
    return std::size_t{4} << ((geometry >> 16) & 15);
}
#endif

}  // namespace

void drop_from_caches([[maybe_unused]] const void* data, [[maybe_unused]] std::size_t bytes) {
#if defined(__x86_64__)
    constexpr std::size_t line = 64;
    const char* const start = static_cast<const char*>(data);
    for (std::size_t at = 0; at < bytes; at += line) _mm_clflush(start + at);
    if (bytes > 0) _mm_clflush(start + bytes - 1);  // a start between two lines
    _mm_mfence();
#elif defined(__aarch64__)
    const std::size_t line = line_bytes();
    const char* const start = static_cast<const char*>(data);
    for (std::size_t at = 0; at < bytes; at += line) asm volatile("dc civac, %0" ::"r"(start + at) : "memory");
    if (bytes > 0) asm volatile("dc civac, %0" ::"r"(start + bytes - 1) : "memory");
    asm volatile("dsb ish" ::: "memory");
#endif
}

Sweep::Sweep() : memory_(pages * page, page, Placement::at_start) {
    if (memory_.data() == nullptr) return;
    // Large pages would take too few TLB entries. Where the system has none, refusing them fails, harmlessly.
    static_cast<void>(madvise(memory_.data(), pages * page, MADV_NOHUGEPAGE));
    run();
}

void Sweep::run() const {
    volatile char* const start = static_cast<volatile char*>(memory_.data());
    if (start == nullptr) return;
    constexpr std::size_t line = 64;
    // A line further on in each page: all lines at the same place of their pages would fall into one cache set.
    for (std::size_t p = 0; p < pages; ++p) start[p * page + p * line % page] = 1;
}

}  // namespace saku::tuner
