/* Calls a kernel where it was compiled for: on another machine or under an emulator. `saku run --runner` compiles this
 * file together with the kernel's object and a header foreign_case.h that says what the kernel takes.
 *
 * stdin    every tensor that the kernel reads, in declaration order, as floats
 * stdout   "saku run\n" once all of that is here; then, for operands that end right before a page that faults and for
 *          operands that begin right behind one: the kernel's status (int32_t) and every output; then seconds per call
 *          of each sample (double)
 * arguments: the number of samples, seconds that a sample should take, "warm" or "cold": where operands start
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "foreign_case.h"

static void fail(const char* what) {
    perror(what);
    exit(EXIT_FAILURE);
}

/* ---- what parallel kernels call */

struct chunks {
    int64_t count, next;
    void (*fn)(void* ctx, int64_t chunk, int worker);
    void* ctx;
};

struct worker {
    struct chunks* chunks;
    int number;
    int started;
    pthread_t thread;
};

static void* work(void* argument) {
    const struct worker* self = argument;
    struct chunks* chunks = self->chunks;
    for (;;) {
        const int64_t chunk = __atomic_fetch_add(&chunks->next, 1, __ATOMIC_RELAXED);
        if (chunk >= chunks->count) return NULL;
        chunks->fn(chunks->ctx, chunk, self->number);
    }
}

int saku_parallel_for(int64_t n, int workers, void (*fn)(void* ctx, int64_t chunk, int worker), void* ctx);
int saku_parallel_for(int64_t n, int workers, void (*fn)(void* ctx, int64_t chunk, int worker), void* ctx) {
    struct chunks chunks = {n, 0, fn, ctx};
    struct worker all[WORKERS];
    if (n < 0 || workers < 1 || workers > WORKERS) return 1;
    for (int i = 1; i < workers && i < n; ++i) {
        all[i].chunks = &chunks;
        all[i].number = i;
        all[i].started = pthread_create(&all[i].thread, NULL, work, &all[i]) == 0;
    }
    all[0].chunks = &chunks;
    all[0].number = 0;
    work(&all[0]);
    for (int i = 1; i < workers && i < n; ++i)
        if (all[i].started) pthread_join(all[i].thread, NULL);
    return 0;
}

/* ---- operands */

/* Memory that ends (at_end) or begins at a page that faults. */
static void* guarded(size_t bytes, size_t alignment, int at_end) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t inner = (bytes + page - 1) / page * page;
    char* all = mmap(NULL, inner + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED) fail("no memory for operands");
    if (inner > 0 && mprotect(all + page, inner, PROT_READ | PROT_WRITE) != 0) fail("no memory for operands");
    return all + page + (at_end ? (inner - bytes) / alignment * alignment : 0);
}

struct operands {
    float* tensor[TENSORS];
    float* argument[TENSORS]; /* the tensor itself, or where it is laid out for the kernel */
    void* packed[PACKS + 1];
    void* scratch;
};

/* Whatever a kernel should not read before it writes is NaN. */
static struct operands lay_out(float* const* inputs, int at_end) {
    struct operands operands;
    for (int t = 0; t < TENSORS; ++t) {
        const size_t bytes = elements[t] * sizeof(float);
        operands.tensor[t] = guarded(bytes, sizeof(float), at_end);
        if (is_read[t])
            memcpy(operands.tensor[t], inputs[t], bytes);
        else
            memset(operands.tensor[t], 0xff, bytes);
    }
    for (int t = 0; t < TENSORS; ++t) {
        operands.argument[t] = operands.tensor[t];
        if (laid_out_bytes(t) == 0) continue;
        operands.argument[t] = guarded(laid_out_bytes(t), sizeof(float), at_end);
        to_laid_out(t, operands.tensor[t], operands.argument[t]);
    }
    for (int p = 0; p < PACKS; ++p) {
        operands.packed[p] = guarded(packed_bytes(p), 64, at_end);
        pack(p, operands.tensor[pack_source[p]], operands.packed[p]);
    }
    operands.scratch = guarded(scratch_bytes(), 64, at_end);
    memset(operands.scratch, 0xff, scratch_bytes());
    return operands;
}

static void put(const void* bytes, size_t count) {
    if (fwrite(bytes, 1, count, stdout) != count) fail("stdout");
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Drops memory from all caches; elsewhere than on x86-64 and AArch64 it stays. */
static void drop(const void* data, size_t bytes) {
    const char* start = data;
    const size_t line = 16; /* no cache has shorter ones */
    for (size_t at = 0; at < bytes; at += line) {
#if defined(__x86_64__)
        __asm__ volatile("clflush (%0)" ::"r"(start + at) : "memory");
#elif defined(__aarch64__)
        __asm__ volatile("dc civac, %0" ::"r"(start + at) : "memory");
#else
        (void)start;
#endif
    }
#if defined(__x86_64__)
    __asm__ volatile("mfence" ::: "memory");
#elif defined(__aarch64__)
    __asm__ volatile("dsb ish" ::: "memory");
#endif
}

/* Seconds of one call, each of which finds its operands in memory. */
static double cold_sample(const struct operands* operands, double wanted) {
    double seconds = 0;
    int64_t calls = 0;
    for (const double begin = now(); calls < 3 || now() - begin < wanted; ++calls) {
        for (int t = 0; t < TENSORS; ++t) {
            const size_t laid_out = laid_out_bytes(t);
            drop(operands->argument[t], laid_out != 0 ? laid_out : elements[t] * sizeof(float));
        }
        for (int p = 0; p < PACKS; ++p) drop(operands->packed[p], packed_bytes(p));
        drop(operands->scratch, scratch_bytes());
        const double start = now();
        call_kernel(operands->argument, operands->packed, operands->scratch);
        seconds += now() - start;
    }
    return seconds / (double)calls;
}

/* Seconds of one call, over as many as fill the time wanted. */
static double sample(const struct operands* operands, double wanted) {
    for (int64_t calls = 1;; calls *= 2) {
        const double start = now();
        for (int64_t i = 0; i < calls; ++i) call_kernel(operands->argument, operands->packed, operands->scratch);
        const double elapsed = now() - start;
        if (elapsed >= 0.7 * wanted) return elapsed / (double)calls;
    }
}

int main(int argc, char** argv) {
    float* inputs[TENSORS];
    const int samples = argc > 1 ? atoi(argv[1]) : 1;
    const double seconds = argc > 2 ? atof(argv[2]) : 0.01;
    const int cold = argc > 3 && strcmp(argv[3], "cold") == 0;
    struct operands operands;
    int32_t status = 0;
    for (int t = 0; t < TENSORS; ++t) {
        inputs[t] = NULL;
        if (!is_read[t]) continue;
        inputs[t] = malloc(elements[t] * sizeof(float));
        if (inputs[t] == NULL) fail("no memory for inputs");
        if (fread(inputs[t], sizeof(float), elements[t], stdin) != elements[t]) fail("stdin is too short");
    }
    put("saku run\n", 9);
    fflush(stdout);
    for (int at_end = 1; at_end >= 0; --at_end) {
        operands = lay_out(inputs, at_end);
        status = call_kernel(operands.argument, operands.packed, operands.scratch);
        put(&status, sizeof status);
        for (int t = 0; t < TENSORS; ++t) {
            if (!is_output[t]) continue;
            if (laid_out_bytes(t) != 0) from_laid_out(t, operands.argument[t], operands.tensor[t]);
            put(operands.tensor[t], elements[t] * sizeof(float));
        }
    }
    for (int i = 0; i <= samples && status == 0; ++i) {
        const double time = i > 0 && cold ? cold_sample(&operands, seconds) : sample(&operands, seconds);
        if (i > 0) put(&time, sizeof time); /* the first is warm-up */
    }
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
