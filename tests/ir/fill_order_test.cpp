// Scratch that is filled from one end to the other, and scratch that is not.
#include "ir/fill_order.h"

#include <doctest/doctest.h>

#include <string>

#include "ir/print.h"

using namespace saku;

namespace {

/// Is `s` filled in order where this is the body?
bool is_filled_in_order(const std::string& body) {
    const auto nest = ir::parse(
        "nest n {\n  arg a: f32[8, 32] in\n  arg out: f32[8, 32] out\n"
        "  workspace s: f32[4, 2, 5]\n  body {\n" +
        body + "\n  }\n}");
    REQUIRE_MESSAGE(nest.ok(), (nest.ok() ? std::string() : nest.error().text()));
    return ir::filled_in_order(*nest)[2];
}

const char* const use = " for r < 4 { vector for l < 5 { out[r, l] = s[r, 1, l] } }";

}  // namespace

TEST_CASE("one row after the other, in serial and unrolled loops") {
    CHECK(is_filled_in_order(
        std::string("for i < 4 { unrolled for k < 2 { vector for l < 5 { s[i, k, l] = a[i, k + l] } } }") + use));
    CHECK(is_filled_in_order(
        std::string("for q < 3 { for i < 4 { for k < 2 { vector for l < 5 { s[i, k, l] = a[i, k + l + 5*q] } } }") +
        use + "}"));
}

TEST_CASE("the same from both branches of a guard") {
    const std::string fill = "for i < 4 { for k < 2 { vector for l < 5 { s[i, k, l] = a[i, k + l] } } }";
    CHECK(is_filled_in_order("for q < 3 { if q - 1 >= 0 {" + fill + "} else {" + fill + "}" + use + "}"));
    const std::string part = "for k < 2 { vector for l < 5 { s[0, k, l] = a[0, k + l] } }";
    CHECK_FALSE(is_filled_in_order("for q < 3 { if q - 1 >= 0 {" + fill + "} else {" + part + "}" + use + "}"));
}

TEST_CASE("rows that may be passed over, or come in another order") {
    CHECK_FALSE(is_filled_in_order(
        std::string("for i < 4 { if i - 1 >= 0 { for k < 2 { vector for l < 5 { s[i, k, l] = a[i, k + l] } } } }") +
        use));
    CHECK_FALSE(is_filled_in_order(
        std::string("for k < 2 { for i < 4 { vector for l < 5 { s[i, k, l] = a[i, k + l] } } }") + use));
    CHECK_FALSE(is_filled_in_order(
        std::string("for i < 4 { for k < 2 { vector for l < 5 { s[3 - i, k, l] = a[i, k + l] } } }") + use));
    CHECK_FALSE(is_filled_in_order(
        std::string("parallel for i < 4 { for k < 2 { vector for l < 5 { s[i, k, l] = a[i, k + l] } } }") + use));
}

TEST_CASE("rows that something else reads or writes meanwhile") {
    CHECK_FALSE(
        is_filled_in_order("for i < 4 { for k < 2 { vector for l < 5 { s[i, k, l] = a[i, k + l] } } "
                           "vector for l < 5 { out[i, l] = s[i, 1, l] } }"));
    CHECK_FALSE(is_filled_in_order(
        std::string("for i < 4 { for k < 2 { vector for l < 5 { s[i, k, l] += a[i, k + l] first () } } }") + use));
    CHECK_FALSE(is_filled_in_order(
        std::string("for i < 4 { for k < 2 { vector for l < 5 { s[i, k, l] = a[i, k + l] } } } s[0, 0, 0] = 1") + use));
    CHECK_FALSE(
        is_filled_in_order(std::string("for i < 4 { for k < 2 { for l < 5 { s[i, k, l] = a[i, k + l] } } }") + use));
}
