// Where a thread that has just been woken runs.
//
// A scheduler that finds no idle processor for a thread that wakes up leaves it on the one that woke it, and in virtual
// machines it finds none (a processor that idles looks like one that the host has taken away): the thread waits there
// until the next tick, milliseconds, and then the two share the processor.
#pragma once

#if defined(__linux__)
#include <sched.h>
#endif

namespace saku::runtime {

/// The processor this thread runs on; -1 where that is not known.
inline int processor() {
#if defined(__linux__)
    return sched_getcpu();
#else
    return -1;
#endif
}

/// Moves this thread to another processor if it runs on this one and may run on others; what it may use stays the same.
inline void move_off([[maybe_unused]] int processor) {
#if defined(__linux__)
    if (processor < 0 || processor >= CPU_SETSIZE || sched_getcpu() != processor) return;
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
    cpu_set_t others = allowed;
    CPU_CLR(processor, &others);
    if (CPU_COUNT(&others) == 0 || sched_setaffinity(0, sizeof others, &others) != 0) return;
    sched_setaffinity(0, sizeof allowed, &allowed);
#endif
}

}  // namespace saku::runtime
