#include "ir/layout_order.h"

#include <doctest/doctest.h>

using namespace saku;

TEST_CASE("orders and their names") {
    const std::vector<std::string> letters{"N", "C", "H", "W"};
    for (const char* name : {"NCHW", "NHWC", "NCHW16c", "WHCN", "N2nCHW", "NCHW16c8c", "CHNW4h2c", "16cNCHW"}) {
        CAPTURE(std::string(name));
        const auto order = ir::read_layout_order(name, letters);
        REQUIRE(order.has_value());
        CHECK(ir::layout_name(*order, letters) == name);
        CHECK(ir::is_as_declared(*order) == (std::string(name) == "NCHW"));
    }
    const ir::LayoutOrder blocked{
        {.dimension = 0}, {.dimension = 2}, {.dimension = 3}, {.dimension = 1}, {.dimension = 1, .block = 8}};
    CHECK(ir::read_layout_order("NHWC8c", letters) == blocked);
    for (const char* none : {"", "NCH", "NCHWC", "NCHW16", "NCHW1c", "NCHW0c", "NCHWc", "NCHX", "NCHW16x", "nchw",
                             "NCHW16C", "NCHW99999999999999999999c"}) {
        CAPTURE(std::string(none));
        CHECK_FALSE(ir::read_layout_order(none, letters).has_value());
    }
    CHECK(ir::expected_layouts(letters) == "the letters NCHW in some order, with or without blocks such as 16c");
    CHECK(ir::expected_layouts({"A"}) == "the letters A in some order, with or without blocks such as 16a");
}
