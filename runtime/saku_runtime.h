/* What generated kernels need at run time: one function. Plain C, usable from C and C++.
 *
 * Link one of
 *   saku_runtime         workers are threads of oneTBB (link tbb too)
 *   saku_runtime_serial  everything on the calling thread; needs nothing
 * or define the function yourself: both libraries define it weakly, so that a definition in your program wins.
 */
#ifndef SAKU_RUNTIME_H
#define SAKU_RUNTIME_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What saku_parallel_for returns. */
enum { SAKU_PARALLEL_DONE = 0, SAKU_PARALLEL_BAD_ARGUMENT = 1 };

/* Calls fn(ctx, chunk, worker) once for each chunk in [0, n), and returns when all calls have returned.
 *
 * worker is in [0, workers), and no two calls that run at the same time have the same one: it picks the part of a
 * workspace that a call may use. Which worker gets which chunk, and in which order, is open. There may be fewer threads
 * than workers. Calls from within fn run on the calling thread. With oneTBB, threads that have worked look for the next
 * call of the same caller for 200 microseconds before they do anything else.
 *
 * Returns SAKU_PARALLEL_DONE, or SAKU_PARALLEL_BAD_ARGUMENT (and calls nothing) when n is negative, workers is not
 * positive or fn is null. fn must not throw. Safe to call from several threads at once.
 */
int saku_parallel_for(int64_t n, int workers, void (*fn)(void* ctx, int64_t chunk, int worker), void* ctx);

#ifdef __cplusplus
}
#endif

#endif
