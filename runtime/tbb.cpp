// saku_parallel_for on threads of oneTBB.
#include <cstdint>

#include "runtime/chunks.h"
#include "runtime/crew.h"
#include "runtime/saku_runtime.h"

extern "C" __attribute__((weak)) int saku_parallel_for(std::int64_t n, int workers,
                                                       void (*fn)(void* ctx, std::int64_t chunk, int worker),
                                                       void* ctx) {
    using namespace saku::runtime;
    if (n < 0 || workers < 1 || fn == nullptr) return SAKU_PARALLEL_BAD_ARGUMENT;
    if (n == 0) return SAKU_PARALLEL_DONE;
    if (n == 1 || workers == 1 || inside_call) {
        Chunks(n, 1, fn, ctx).work_alone();
    } else {
        thread_local Crew crew;  // making an arena for each call would cost more than a small kernel
        crew.work(n, workers, fn, ctx);
    }
    return SAKU_PARALLEL_DONE;
}
