// How parallel loops spread over threads when their iterations are not alike.
#include "features/parallelism.h"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/features/nests.h"

namespace saku::tests {

namespace {

/// Iterations of the parallel loop that the busiest thread runs, in average ones.
struct Spread {
    const char* title;
    const char* body;
    int threads;
    double fullest;
    double busiest;
};

const Spread spreads[] = {
    {"alike, coming out even", "parallel for p < 8 { for i < 4 { out[p, i] = 1 } }", 4, 1, 2},
    {"alike, one too many", "parallel for p < 9 { for i < 4 { out[p, i] = 1 } }", 8, 1, 2},
    {"alike, fewer than threads", "parallel for p < 3 { for i < 4 { out[p, i] = 1 } }", 8, 1, 1},
    {"one thread", "parallel for p < 3 { for i < 4 { if 9 - 4*p - i >= 0 { out[p, i] = 1 } } }", 1, 1.2, 3},
    // 4 + 4 + 2 of 10: the second thread runs the second and the last.
    {"a shorter last chunk", "parallel for p < 3 { for i < 4 { if 9 - 4*p - i >= 0 { out[p, i] = 1 } } }", 2, 1.2, 1.8},
    // 8 + 1 of 9: two threads are hardly faster than one.
    {"hardly anything left over", "parallel for p < 2 { for i < 8 { if 8 - 8*p - i >= 0 { out[p, i] = 1 } } }", 2,
     16.0 / 9, 16.0 / 9},
    // 4 + 4 + 4 + 1: two rounds, whoever gets the last one.
    {"the short one hides behind a full one",
     "parallel for p < 4 { for i < 4 { if 12 - 4*p - i >= 0 { out[p, i] = 1 } } }", 2, 16.0 / 13, 32.0 / 13},
    {"full tiles and a peeled rest as branches",
     "parallel for p < 3 { if 1 - p >= 0 { unrolled for i < 4 { out[p, i] = 1 } } else { out[p, 0] = 1 } }", 3, 4.0 / 3,
     4.0 / 3},
    {"a guard that other loops decide",
     "for j < 4 { parallel for p < 4 { for i < 4 { if 2 - j >= 0 { out[p, i] = 1 } } } }", 2, 1, 2},
};

const features::Loop& parallel_loop(const features::LoopTable& table) {
    for (const features::Loop& loop : table.loops) {
        if (loop.kind == features::LoopKind::parallel) return loop;
    }
    FAIL("no parallel loop");
    return table.loops.front();
}

}  // namespace

TEST_CASE("the busiest thread runs full chunks, and the part of one where that comes out even") {
    for (const Spread& spread : spreads) {
        INFO(std::string(spread.title));
        const features::LoopTable table =
            table_of_text("nest t { arg out: f32[16, 16] out body { " + std::string(spread.body) + " } }");
        const features::Loop& loop = parallel_loop(table);
        CHECK(loop.fullest == doctest::Approx(spread.fullest));
        std::vector<double> trips(table.loops.size());
        const features::Parallelism parallel = features::spread_over_threads(table, spread.threads, trips);
        CHECK(trips[static_cast<std::size_t>(&loop - table.loops.data())] == doctest::Approx(spread.busiest));
        CHECK(parallel.evenness[0] == doctest::Approx(std::min(1.0, loop.trips / spread.threads / spread.busiest)));
        if (spread.threads == 1) continue;
        CHECK(parallel.chunks == doctest::Approx(parallel.regions * loop.trips));
        const double each = std::ceil(loop.trips / spread.threads);
        CHECK(parallel.takes_per_thread == doctest::Approx(parallel.regions * features::takes_of(each)));
    }
}

TEST_CASE("without a parallel loop one thread has all the work") {
    const features::LoopTable table =
        table_of_text("nest t { arg out: f32[16, 16] out body { for i < 16 { for j < 16 { out[i, j] = 1 } } } }");
    std::vector<double> trips(table.loops.size());
    CHECK(features::spread_over_threads(table, 4, trips).evenness[0] == 0.25);
    CHECK(features::spread_over_threads(table, 1, trips).evenness[0] == 1);
}

TEST_CASE("work outside of parallel loops counts as work of one thread, whatever else is in its phase") {
    const features::LoopTable table = table_of_text(
        "nest t { arg out: f32[16, 16] out body { parallel for p < 9 { for i < 4 { out[p, i] = 1 } } "
        "for i < 4 { out[0, i] = 1 } } }");
    REQUIRE(table.phases == 1);
    std::vector<double> trips(table.loops.size());
    CHECK(features::spread_over_threads(table, 4, trips).evenness[0] == 0.25);  // 9 of 12 in the loop
    CHECK(features::spread_over_threads(table, 1, trips).evenness[0] == 1);
}

TEST_CASE("of many chunks a thread takes an eighth at a time, of few one, and the first comes with the call") {
    CHECK(features::takes_of(0) == 0);
    CHECK(features::takes_of(1) == 0);
    CHECK(features::takes_of(2) == 1);
    CHECK(features::takes_of(16) == 15);
    CHECK(features::takes_of(17) == 15);  // two, then 14
    CHECK(features::takes_of(193) == 36);
    CHECK(features::takes_of(1e12) < 250);
    const features::LoopTable table = table_of_text(
        "nest t { arg out: f32[40, 16] out body { parallel for p < 40 { for i < 16 { out[p, i] = 1 } } } }");
    std::vector<double> trips(table.loops.size());
    CHECK(features::spread_over_threads(table, 4, trips).takes_per_thread == 9);
    CHECK(features::spread_over_threads(table, 40, trips).takes_per_thread == 0);
    CHECK(features::spread_over_threads(table, 1, trips).takes_per_thread == 0);
}

TEST_CASE("more threads never give the busiest one more to do") {
    for (const double chunks : {1.0, 1.1, 2.0, 2.5, 7.9, 16.0, 17.0, 96.3}) {
        double before = chunks;
        for (int threads = 1; threads <= 20; ++threads) {
            const double share = features::busiest_share(chunks, threads);
            CAPTURE(chunks);
            CAPTURE(threads);
            CHECK(share <= before + 1e-9);
            CHECK(share >= chunks / threads - 1e-9);
            CHECK(share >= std::min(1.0, chunks) - 1e-9);
            before = share;
        }
    }
}

}  // namespace saku::tests
