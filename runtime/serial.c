/* saku_parallel_for on the calling thread. */
#include "runtime/saku_runtime.h"

__attribute__((weak)) int saku_parallel_for(int64_t n, int workers, void (*fn)(void *ctx, int64_t chunk, int worker),
                                            void *ctx) {
    if (n < 0 || workers < 1 || fn == 0) return SAKU_PARALLEL_BAD_ARGUMENT;
    for (int64_t chunk = 0; chunk < n; ++chunk) fn(ctx, chunk, 0);
    return SAKU_PARALLEL_DONE;
}
