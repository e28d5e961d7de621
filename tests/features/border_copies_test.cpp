#include "features/border_copies.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "features/table_of.h"
#include "ir/print.h"

namespace saku::features {

namespace {

/// The most copies of a loop's body.
double most_copies(const std::string& loops_and_store) {
    const auto nest =
        ir::parse("nest n { arg in: f32[8, 20] in  arg out: f32[8, 20] out  body { " + loops_and_store + " } }");
    REQUIRE_MESSAGE(nest.ok(), (nest.ok() ? "" : nest.error().text()));
    const auto table = table_of(*nest);
    REQUIRE(table.ok());
    const std::vector<double> copies = border_copies(*table);
    return *std::max_element(copies.begin(), copies.end());
}

}  // namespace

TEST_CASE("code is copied for each border of padding that a loop meets") {
    // Nothing outside.
    CHECK(most_copies("for y < 8 { for x < 18 { for v < 3 { out[y, x] += in[y, x + v] } } }") == 1);
    // x = 0: v = 0, and 1 .. 2; x = 1 .. 18; x = 19: v = 0 .. 1, and 2.
    CHECK(most_copies("for y < 8 { for x < 20 { for v < 3 { out[y, x] += in[y, x + v - 1] pad 0 } } }") == 5);
    // The same in both directions.
    CHECK(most_copies("for y < 8 { for x < 20 { for u < 3 { for v < 3 { "
                      "out[y, x] += in[y + u - 1, x + v - 1] pad 0 } } } }") == 25);
    // The window in straight code, and on one side only.
    CHECK(most_copies("for y < 8 { for x < 20 { unrolled for v < 3 { out[y, x] += in[y, x + v - 1] pad 0 } } }") == 3);
    CHECK(most_copies("for y < 8 { for x < 20 { out[y, x] = in[y, x - 2] pad 0 } }") == 3);
    // Borders of more iterations than emission writes out.
    CHECK(most_copies("for y < 8 { for x < 20 { out[y, x] = in[y, x - 3] pad 0 } }") == 1);
}

}  // namespace saku::features
