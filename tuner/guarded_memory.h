// Memory between pages that fault: a kernel that touches a byte beyond its operands is caught at once. And memory that
// is not, for timing: masked vectors of which some lanes lie on a page that faults are let through, but only after the
// processor has looked at it closely, which takes hundreds of cycles.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tuner/mapping.h"

namespace saku::tuner {

enum class Placement : std::uint8_t { at_start, at_end, apart };

/// `bytes` of zeroed memory that begin right behind a guard page (at_start: aligned to a page), end right before one
/// (at_end: up to `alignment`, a power of two), or have a page of the program's own before and behind them (apart:
/// aligned to a page). `data()` is null when the system has no memory to give.
class GuardedMemory {
public:
    GuardedMemory(std::size_t bytes, std::size_t alignment, Placement placement);

    [[nodiscard]] void* data() const { return data_; }

private:
    Mapping mapping_;
    char* data_ = nullptr;
};

/// Bytes that a program can still take without pushing others out; 0 when the system does not say.
[[nodiscard]] std::size_t available_memory_bytes();

}  // namespace saku::tuner
