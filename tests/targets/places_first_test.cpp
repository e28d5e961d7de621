// Tests of the order of straight code: windows place by place, products term by term.
#include "targets/llvm/places_first.h"

#include <doctest/doctest.h>

#include <string>

#include "check_same.h"
#include "inner_loops.h"
#include "ir/print.h"

using namespace saku;
using tests::check_same;
using tests::nest_of;

namespace {

/// A register tile of `rows` x 2 vectors that loops add `value` to; then written out.
std::string tile(const std::string& rows, const std::string& arguments, const std::string& loops,
                 const std::string& update, const std::string& closing) {
    const auto body = [&](const std::string& store) {
        return "unrolled for i < " + rows + " { unrolled for x < 2 { vector for l < 16 { " + store + " } } } ";
    };
    return "nest n {\n" + arguments + "  arg out: f32[8, " + rows + ", 32] out\n  registers acc: f32[" + rows +
           ", 2, 16]\n  body {\n    for p < 8 {\n      " + body("acc[i, x, l] = 0") + "\n      " + loops +
           body(update) + closing + "\n      " + body("out[p, i, 16*x + l] = acc[i, x, l]") + "\n    }\n  }\n}";
}

std::string windows(const std::string& rows) {
    return tile(rows, "  arg a: f32[" + std::to_string(16 * std::stoi(rows) + 2) + ", 66] in\n",
                "unrolled for u < 3 { unrolled for v < 3 { ",
                "acc[i, x, l] max= a[" + std::to_string(2 * std::stoi(rows)) + "*p + 2*i + u, 32*x + 2*l + v]", "} }");
}

std::string products(const std::string& rows) {
    return tile(rows, "  arg a: f32[8, " + rows + ", 4] in\n  arg b: f32[4, 32] in\n", "unrolled for k < 4 { ",
                "acc[i, x, l] += a[p, i, k] * b[k, 16*x + l]", "}");
}

/// The second node of the loop over p, as text.
std::optional<std::string> reordered(const ir::LoopNest& nest) {
    const auto& outer = std::get<ir::Loop>(nest.body.front().node);
    const auto& loop = std::get<ir::Loop>(outer.body[1].node);
    const auto by_place = targets::places_first(nest, loop);
    if (!by_place) return std::nullopt;
    return ir::print(nest, {ir::Node{*by_place}});
}

}  // namespace

TEST_CASE("windows are taken place by place, in the order of their terms") {
    const std::string text = windows("4");
    check_same(text);
    const auto by_place = reordered(nest_of(text));
    REQUIRE(by_place);
    const auto at = [&](const std::string& loop) { return by_place->find("unrolled for " + loop); };
    CHECK(at("i ") < at("x "));
    CHECK(at("x ") < at("u "));
    CHECK(at("u ") < at("v "));
}

TEST_CASE("vectors that places share are read once, term by term") {
    check_same(products("4"));
    CHECK_FALSE(reordered(nest_of(products("4"))));
}

TEST_CASE("what is in order already, has no terms, or is no sum stays as it is") {
    const std::string by_place = tile("4", "  arg a: f32[8, 4, 64] in\n", "", "acc[i, x, l] += a[p, i, 32*x + l]", "");
    check_same(by_place);
    CHECK_FALSE(reordered(nest_of(by_place)));
    const ir::LoopNest nest = nest_of(windows("4"));
    const auto& outer = std::get<ir::Loop>(nest.body.front().node);
    for (const std::size_t other : {0U, 2U})
        CHECK_FALSE(targets::places_first(nest, std::get<ir::Loop>(outer.body[other].node)));
}
