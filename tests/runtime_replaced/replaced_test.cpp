#include <doctest/doctest.h>

#include <cstdint>

#include "runtime/saku_runtime.h"

// A program's own definition wins over the library that it also links.
extern "C" int saku_parallel_for(std::int64_t n, int workers, void (*fn)(void* ctx, std::int64_t chunk, int worker),
                                 void* ctx) {
    for (std::int64_t chunk = n; chunk-- > 0;) fn(ctx, chunk, workers - 1);
    return 42;
}

TEST_CASE("a program may define saku_parallel_for itself") {
    std::int64_t last = -1;
    const auto note = [](void* ctx, std::int64_t chunk, int) { *static_cast<std::int64_t*>(ctx) = chunk; };
    CHECK(saku_parallel_for(3, 2, note, &last) == 42);
    CHECK(last == 0);
}
