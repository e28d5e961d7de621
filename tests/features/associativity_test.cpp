// Rows a power of two apart fall into the same sets: the model's factor for it against a set-associative cache.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/features/cache_simulator.h"
#include "tests/features/nests.h"

namespace saku::tests {

namespace {

constexpr std::int64_t line_bytes = 64;
constexpr std::int64_t sets = 64;
constexpr std::int64_t ways = 8;

/// A column of `rows` rows, `lines` lines wide, swept again and again; rows `stride` elements apart.
std::string sweep(std::int64_t rows, std::int64_t lines, std::int64_t stride) {
    const auto n = [](std::int64_t value) { return std::to_string(value); };
    return "nest t { arg a: f32[" + n(rows) + ", " + n(16 * lines) + "] layout (d0%" + n(rows) + " stride " +
           n(stride) + ", d1%" + n(16 * lines) +
           " stride 1) in registers sum: f32[1] body { sum[0] = 0 for t < 20 { for i < " + n(rows) + " { for j < " +
           n(lines) + " { sum[0] += a[i, 16*j] } } } } }";
}

struct Misses {
    double modelled = 0;
    double simulated = 0;
};

/// Lines of `a` that a run fetches into a cold cache; without smoothing.
Misses misses_of(const ir::LoopNest& nest) {
    NestSimulator simulator(nest, line_bytes, LruCache(sets, ways));
    features::ReuseLevel level = sharp_level(static_cast<double>(sets * ways * line_bytes));
    level.set_cache = 0;
    level.ways_until = level.ways_nothing_from = static_cast<double>(ways);
    const Fitted<features::LoopTable> table = features::table_of(nest);
    REQUIRE(table.ok());
    const std::vector<double> trips = trips_of(*table);
    features::MemoryUnits units{.line_bytes = line_bytes};
    units.sets[0] = static_cast<double>(sets);
    features::Footprints footprints;
    REQUIRE(features::measure_footprints(*table, trips, units, footprints));
    std::vector<features::BufferTraffic> by_buffer(table->buffers.size());
    features::Traffic traffic;
    features::count_traffic(*table, trips, footprints, {&level, 1}, traffic,
                            {.residence = features::Residence::cold, .by_buffer = by_buffer});
    return {.modelled = by_buffer[0].fetched[0], .simulated = simulator.run().fetched[0]};
}

}  // namespace

TEST_CASE("columns of rows at any distance: what collides is counted as a set-associative cache does") {
    struct Column {
        std::int64_t stride;  ///< elements
        std::int64_t lines;
    };
    // 4 KiB (one set), 2 KiB (two), 1 KiB (four), 4 KiB and a line (all), 4 KiB and half a line, an odd number of
    // lines.
    const std::vector<Column> columns{{1024, 1}, {512, 1}, {256, 1}, {1024 + 16, 1}, {48, 1},   {16 * 33, 1},
                                      {1024, 2}, {512, 2}, {256, 4}, {1024 + 16, 2}, {2048, 1}, {16 * 48, 1}};
    int exact = 0;
    int all = 0;
    for (const Column& column : columns) {
        for (const std::int64_t rows : {4, 8, 9, 16, 17, 32, 40, 64, 100, 500}) {
            const Misses misses = misses_of(nest_of(sweep(rows, column.lines, column.stride)));
            INFO(rows, " rows of ", column.lines, " lines, ", column.stride * 4, " bytes apart: ", misses.modelled,
                 " modelled, ", misses.simulated, " simulated");
            const bool same = misses.modelled == doctest::Approx(misses.simulated);
            exact += same ? 1 : 0;
            ++all;
            // Sets that are full beside sets that overflow are the only error: the model knows one number for all.
            CHECK((same || rows == 17));
        }
    }
    CHECK(all == 120);
    CHECK(exact >= 114);
}

}  // namespace saku::tests
