// What saku_parallel_for takes for empty chunks, by their number, on one thread and on several: what handing them out
// costs. (`chunk_us` of the machine files is for chunks with a little work; `saku machine calibrate` measures it.)
#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "bench/timing.h"
#include "runtime/saku_runtime.h"

namespace {

void do_nothing(void*, std::int64_t, int) {}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Measures saku_parallel_for with empty chunks, interleaved."};
    int threads = 2;
    saku::bench::TimingOptions options{.samples = 31, .sample_seconds = 0.005};
    app.add_option("--threads", threads, "beside one thread (default 2)")->check(CLI::Range(2, 1024));
    app.add_option("--samples", options.samples, "of each number of chunks (default 31)")->check(CLI::Range(1, 1001));
    CLI11_PARSE(app, argc, argv);

    const std::vector<std::int64_t> counts{2, 4, 16, 64, 384, 1536};
    std::vector<std::function<void()>> calls;
    for (const int workers : {1, threads}) {
        for (const std::int64_t count : counts)
            calls.emplace_back([=] { static_cast<void>(saku_parallel_for(count, workers, do_nothing, nullptr)); });
    }
    const std::vector<saku::bench::Timing> timings = saku::bench::time_interleaved(calls, options);
    std::printf("%8s  %12s  %12s\n", "chunks", "1 thread", (std::to_string(threads) + " threads").c_str());
    for (std::size_t i = 0; i < counts.size(); ++i) {
        std::printf("%8lld  %9.0f ns  %9.0f ns\n", static_cast<long long>(counts[i]), timings[i].median * 1e9,
                    timings[counts.size() + i].median * 1e9);
    }
    return 0;
}
