// What a user does with the files: include the header, link the object, call the kernel, in C and in C++.
#include <doctest/doctest.h>

#include "tuned.h"

namespace saku::tests {
namespace {

// Valid C and C++ alike. Checks every status that the header documents beside the result.
const std::string program = R"(#include "mm.h"
#include "mm.h" /* twice does no harm */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { M = 19, N = 40, K = 11, WORKERS = 2 };

static float a[M * K], b[K * N], out[M * N];

static int check(const char *what, int ok) {
    if (!ok) printf("%s\n", what);
    return ok ? 0 : 1;
}

int main(void) {
    int failures = 0;
    const size_t alignment = 64, packed_bytes = mm_packed_bytes_b(), scratch_bytes = mm_workspace_bytes(WORKERS);
    char *memory = (char *)calloc(1, packed_bytes + scratch_bytes + 3 * alignment);
    char *packed = memory + (alignment - (size_t)memory % alignment);
    char *scratch = packed + (packed_bytes + alignment - 1) / alignment * alignment;
    for (int i = 0; i < M * K; ++i) a[i] = (float)(i % 7) - 3.0F;
    for (int i = 0; i < K * N; ++i) b[i] = (float)(i % 5) - 2.0F;
    failures += check("workspace and packed data have sizes", scratch_bytes > 0 && packed_bytes > sizeof b);

    out[0] = 77.0F;
    failures += check("unpacked data is refused", mm(a, packed, out, scratch, WORKERS) == 1 && out[0] == 77.0F);
    mm_pack_b(b, packed);
    failures += check("no workers are refused", mm(a, packed, out, scratch, 0) == 2 && out[0] == 77.0F);
    failures += check("misaligned scratch is refused", mm(a, packed, out, scratch + 4, WORKERS) == 3 && out[0] == 77.0F);

    for (int workers = 1; workers <= WORKERS; ++workers) {
        memset(out, 0xff, sizeof out);
        failures += check("done", mm(a, packed, out, scratch, workers) == 0);
        for (int i = 0; i < M; ++i) {
            for (int j = 0; j < N; ++j) {
                float sum = 0.0F; /* of small integers: exact */
                for (int k = 0; k < K; ++k) sum += a[i * K + k] * b[k * N + j];
                if (!(fabsf(sum - out[i * N + j]) <= 0.0F)) ++failures;
            }
        }
    }
    free(memory);
    printf("%d failures\n", failures);
    return failures == 0 ? 0 : 1;
}
)";

/// A maximum over windows of laid-out channels: 20 of them, in blocks of 8.
const char* const laid_out_program = R"(#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "pool.h"

enum { C = 20, H = 6, W = 7, Y = 4, X = 5 };

int main(void) {
    float in[C * H * W], again[C * H * W], out[C * Y * X];
    float *laid_in = (float *)malloc(pool_bytes_in());
    float *laid_out = (float *)malloc(pool_bytes_out());
    int failures = 0, c, y, x, i;
    if (laid_in == NULL || laid_out == NULL) return 2;
    if (pool_bytes_in() != 24 * H * W * sizeof(float)) ++failures;
    for (i = 0; i < C * H * W; ++i) in[i] = (float)((i * 37) % 101);
    pool_to_in(in, laid_in);
    if (laid_in[0] > in[0] || laid_in[1] > in[H * W] || laid_in[1] < in[H * W]) ++failures; /* channels side by side */
    pool_from_in(laid_in, again);
    if (memcmp(in, again, sizeof in) != 0) ++failures;
    if (pool(laid_in, laid_out, NULL, 1) != 0) ++failures;
    pool_from_out(laid_out, out);
    for (c = 0; c < C; ++c)
        for (y = 0; y < Y; ++y)
            for (x = 0; x < X; ++x) {
                float largest = -1;
                int u, v;
                for (u = 0; u < 3; ++u)
                    for (v = 0; v < 3; ++v)
                        if (in[(c * H + y + u) * W + x + v] > largest) largest = in[(c * H + y + u) * W + x + v];
                if (out[(c * Y + y) * X + x] > largest || out[(c * Y + y) * X + x] < largest) ++failures;
            }
    free(laid_in);
    free(laid_out);
    printf("%d failures\n", failures);
    return failures == 0 ? 0 : 1;
}
)";

/// The same through the wrapper.
const char* const laid_out_wrapped = R"(#include <cstdio>
#include <vector>
#include "pool.hpp"

int main() {
    std::vector<float> in(20 * 6 * 7, 1.0F), out(20 * 4 * 5, 0.0F);
    in[1] = 5.0F;
    const saku::pool::in_laid_out laid_in(in);
    saku::pool::out_laid_out result;
    saku::pool::kernel pool;
    pool(laid_in, result);
    result.copy_to(out);
    std::printf("%g %g %g\n", static_cast<double>(out[0]), static_cast<double>(out[1]), static_cast<double>(out[2]));
}
)";

TEST_CASE("kernels with free layouts are called through their conversion functions") {
    const Folder folder;
    const Finished tuned = saku({"tune", "max_pool2d:c=20,h=6,w=7,r=3,s=3,layout=any", "--threads", "1",
                                 "--target", "x86-64-v3", "--candidates", "200", "--fix", "layout_in=NCHW8c", "--fix",
                                 "pack_in=none", "--name", "pool", "--emit", "obj,header,cpp", "--out", folder.path()});
    CHECK(tuned.err.empty());
    REQUIRE(tuned.exit_code == 0);
    const std::vector<std::string> flags{"-Wall", "-Wextra", "-Werror", "-pedantic"};
    const auto output_of = [&](std::vector<std::string> command, const std::string& source) {
        command.insert(command.begin(), "/usr/bin/env");
        command.insert(command.end(), flags.begin(), flags.end());
        command.insert(command.end(), {source, folder.path("pool.o"), "-o", folder.path("program")});
        const Finished built = run_process(command);
        CHECK(built.err == "");
        REQUIRE(built.exit_code == 0);
        return run_process({folder.path("program")}).out;
    };
    CHECK(output_of({"gcc", "-std=c99"}, folder.write("main.c", laid_out_program)) == "0 failures\n");
    CHECK(output_of({"g++", "-std=c++20"}, folder.write("main.cpp", laid_out_wrapped)) == "5 5 1\n");
}

TEST_CASE("header and object work in a C and in a C++ program without a warning") {
    const Folder folder;
    const Finished tuned =
        saku({"tune", "matmul:m=19,n=40,k=11", "--threads", "2", "--candidates", "200", "--fix", "pack_a=block",
              "--fix", "pack_b=offline", "--fix", "parallel=m", "--name", "mm", "--out", folder.path()});
    CHECK(tuned.err.empty());
    REQUIRE(tuned.exit_code == 0);
    struct Language {
        std::vector<std::string> compiler;
        std::string source;
    };
    const std::vector<Language> languages{
        {{"gcc", "-std=c99"}, folder.write("main.c", program)},
        {{"gcc", "-std=c17"}, folder.path("main.c")},
        {{"g++", "-std=c++17"}, folder.write("main.cpp", program)},
    };
    for (const Language& language : languages) {
        CAPTURE(language.source);
        std::vector<std::string> command{"/usr/bin/env"};
        command.insert(command.end(), language.compiler.begin(), language.compiler.end());
        command.insert(command.end(), {"-Wall", "-Wextra", "-Werror", "-pedantic", language.source, folder.path("mm.o"),
                                       SAKU_RUNTIME_SERIAL, "-lm", "-o", folder.path("program")});
        const Finished built = run_process(command);
        CHECK(built.err == "");
        REQUIRE(built.exit_code == 0);
        const Finished ran = run_process({folder.path("program")});
        CHECK(ran.out == "0 failures\n");
        CHECK(ran.exit_code == 0);
    }
}

}  // namespace
}  // namespace saku::tests
