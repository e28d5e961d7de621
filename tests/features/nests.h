// Nests for the tests of this folder, from text.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "features/footprint.h"
#include "features/loop_table.h"
#include "features/reuse.h"
#include "features/table_of.h"
#include "ir/print.h"

namespace saku::tests {

inline ir::LoopNest nest_of(const std::string& text) {
    Result<ir::LoopNest> nest = ir::parse(text);
    REQUIRE_MESSAGE(nest.ok(), (nest.ok() ? std::string() : nest.error().text()));
    return *std::move(nest);
}

inline features::LoopTable table_of_text(const std::string& text) {
    Fitted<features::LoopTable> table = features::table_of(nest_of(text));
    REQUIRE_MESSAGE(table.ok(), (table.ok() ? std::string() : table.error().text()));
    return *std::move(table);
}

inline std::vector<double> trips_of(const features::LoopTable& table) {
    std::vector<double> trips;
    for (const features::Loop& loop : table.loops) trips.push_back(loop.trips);
    return trips;
}

/// A level without smoothing: what fits stays, what does not is gone.
inline features::ReuseLevel sharp_level(double capacity_bytes) {
    return {.capacity_bytes = capacity_bytes, .fits_until = 1, .fits_nothing_from = 1};
}

/// Lines fetched and written per buffer, one level.
inline std::vector<features::BufferTraffic> traffic_of(const ir::LoopNest& nest, const features::ReuseLevel& level,
                                                       double line_bytes, features::Residence residence) {
    const Fitted<features::LoopTable> table = features::table_of(nest);
    REQUIRE(table.ok());
    const std::vector<double> trips = trips_of(*table);
    features::Footprints footprints;
    REQUIRE(features::measure_footprints(*table, trips, {.line_bytes = line_bytes}, footprints));
    std::vector<features::BufferTraffic> by_buffer(table->buffers.size());
    features::Traffic traffic;
    features::count_traffic(*table, trips, footprints, {&level, 1}, traffic,
                            {.residence = residence, .by_buffer = by_buffer});
    return by_buffer;
}

}  // namespace saku::tests
