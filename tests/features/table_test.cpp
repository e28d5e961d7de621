// What tables leave out and refuse.
#include "tests/features/nests.h"

namespace saku::tests {

namespace {

/// A copy between buffers with `dimensions` dimensions of two positions, and as many of one.
std::string deep_copy(int dimensions) {
    std::string shape;
    std::string indices;
    std::string loops;
    for (int d = 0; d < dimensions; ++d) {
        const std::string variable = "i" + std::to_string(d);
        shape += (d > 0 ? ", 2, 1" : "2, 1");
        indices += (d > 0 ? ", " : "") + variable + ", 0";
        loops += "for " + variable + " < 2 { ";
    }
    std::string text = "nest deep { arg a: f32[" + shape + "] in arg out: f32[" + shape + "] out body { " + loops;
    text += "out[" + indices + "] = a[" + indices + "] ";
    for (int d = 0; d < dimensions; ++d) text += "} ";
    return text + "} }";
}

}  // namespace

TEST_CASE("dimensions of one position are not in a table, and do not move an access") {
    const features::LoopTable table = table_of_text(
        "nest t { arg a: f32[1, 6, 1, 8] in arg out: f32[6, 8] out body {"
        " for i < 6 { for u < 3 { for j < 8 { out[i, j] += a[0, i, u - 1, j] pad 0 } } } } }");
    REQUIRE(table.buffers.size() == 2);
    CHECK(table.buffers[0].dimension_count == 2);
    CHECK(table.dimensions[0] == features::Dimension{.stride = 1, .extent = 8});
    CHECK(table.dimensions[1] == features::Dimension{.stride = 8, .extent = 6});
    CHECK_FALSE(features::moves_with(table, table.accesses[0], 1));
    CHECK(features::moves_with(table, table.accesses[0], 0));
    CHECK(features::moves_with(table, table.accesses[0], 2));
}

TEST_CASE("a buffer of one element has no dimensions, and one line") {
    const std::string text =
        "nest t { arg a: f32[8] in arg out: f32[1, 1] out body { for i < 8 { out[0, 0] += a[i] } } }";
    CHECK(table_of_text(text).buffers[1].dimension_count == 0);
    const auto traffic = traffic_of(nest_of(text), sharp_level(4096), 64, features::Residence::cold);
    CHECK(traffic[1].fetched[0] == 1);
    CHECK(traffic[0].fetched[0] == 1);
}

TEST_CASE("layouts with more dimensions than are priced are refused") {
    CHECK(features::table_of(nest_of(deep_copy(features::max_dimensions))).ok());
    const auto refused = features::table_of(nest_of(deep_copy(features::max_dimensions + 1)));
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().text() == "nest too large to price: 17 dimensions in one layout, at most 16");
}

}  // namespace saku::tests
