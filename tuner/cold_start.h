// Makes operands start in memory: drops them from every cache, and their pages from the TLBs.
#pragma once

#include <cstddef>

#include "tuner/guarded_memory.h"

namespace saku::tuner {

/// Writes back and drops the lines of this memory, from the caches of all cores. On processors without an instruction
/// for it that programs may use (other than x86-64 and AArch64) nothing happens: `sweep` is all there is.
void drop_from_caches(const void* data, std::size_t bytes);

/// Memory to walk over, so that the pages of everything else leave this core's TLBs.
class Sweep {
public:
    Sweep();
    /// One access to each of its pages.
    void run() const;

private:
    GuardedMemory memory_;
};

}  // namespace saku::tuner
