#include "ir/index.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "tests/ir/random_nest.h"

using namespace saku;
using namespace saku::ir;

namespace {

const Index x = Index::variable(0);
const Index y = Index::variable(1);
const Index z = Index::variable(2);

std::string text(const Index& index) {
    return to_string(index, [](VarId id) { return std::string(1, "xyz"[id]); });
}

Ranges ranges(std::vector<Interval> known) {
    return [known = std::move(known)](VarId id) -> std::optional<Interval> {
        if (static_cast<std::size_t>(id) >= known.size()) return std::nullopt;
        return known[static_cast<std::size_t>(id)];
    };
}

}  // namespace

TEST_CASE("an index has one canonical form") {
    const std::vector<std::pair<Index, std::string>> cases{
        {x + y, "x + y"},
        {y + x, "x + y"},
        {x - x, "0"},
        {y * -1 + 3, "-y + 3"},
        {x * 8 + y - 1, "8*x + y - 1"},
        {quotient(x * 8 + y, 8), "x + floor(y/8)"},
        {quotient(x * 6 + 4, 8), "floor((3*x + 2)/4)"},
        {quotient(quotient(x, 4), 8), "floor(x/32)"},
        {quotient(x + 16, 8), "floor(x/8) + 2"},
        {quotient(x, 1), "x"},
        {remainder(x, 1), "0"},
        {remainder(x * 8 + y, 8), "(y mod 8)"},
        {remainder(x * 4 + 2, 6), "2*((2*x + 1) mod 3)"},
        {remainder(x * 6 + 5, 8), "2*((3*x + 2) mod 4) + 1"},
        {remainder(Index(-1), 8), "7"},
        {quotient(Index(-1), 8), "-1"},
        // What fusing two loops took apart.
        {quotient(x, 56) * 56 + remainder(x, 56), "x"},
        {remainder(x, 56) + quotient(x, 56) * 56, "x"},
        {(quotient(x, 7) * 7 + remainder(x, 7)) * 16 + y, "16*x + y"},
        {quotient(x, 12) * 12 + remainder(quotient(x, 4), 3) * 4 + remainder(x, 4), "x"},
        {quotient(x * 6 + 5, 8) * 8 + remainder(x * 6 + 5, 8), "6*x + 5"},
        {quotient(x, 56) * 112 + remainder(x, 56), "112*floor(x/56) + (x mod 56)"},
    };
    for (const auto& [index, expected] : cases) CHECK(text(index) == expected);
}

TEST_CASE("equal values built differently compare equal") {
    CHECK(x + y == y + x);
    CHECK(quotient(x * 16 + y * 8, 8) == x * 2 + y);
    CHECK_FALSE(x == y);
    CHECK_FALSE(quotient(x, 8) == remainder(x, 8));
    CHECK((x < y) != (y < x));
    CHECK_FALSE(x < x);
}

TEST_CASE("operators and canonical forms keep the value") {
    Random random(1);
    for (int round = 0; round < 3000; ++round) {
        const Index a = tests::random_index(random, {0, 1, 2}, 3);
        const Index b = tests::random_index(random, {0, 1, 2}, 2);
        const std::int64_t d = random.between(1, 12);
        const std::vector<std::int64_t> values{random.between(-30, 30), random.between(-30, 30),
                                               random.between(0, 100)};
        const std::int64_t va = evaluate(a, values);
        const std::int64_t vb = evaluate(b, values);
        CAPTURE(text(a));
        CAPTURE(text(b));
        CHECK(evaluate(a + b, values) == va + vb);
        CHECK(evaluate(a - b, values) == va - vb);
        CHECK(evaluate(a * -3, values) == va * -3);
        const std::int64_t whole = evaluate(quotient(a, d), values);
        CHECK(whole * d <= va);
        CHECK(va < (whole + 1) * d);
        CHECK(evaluate(remainder(a, d), values) == va - whole * d);
        CHECK(quotient(a, d) * d + remainder(a, d) == a);
        std::vector<std::int64_t> replaced = values;
        replaced[1] = vb;
        CHECK(evaluate(substitute(a, 1, b), values) == evaluate(a, replaced));
        CHECK(substitute(a, 1, Index::variable(1)) == a);
    }
}

TEST_CASE("simplify removes floors and mods that the ranges make trivial") {
    struct Case {
        Index index;
        std::vector<Interval> known;
        std::string expected;
    };
    const std::vector<Case> cases{
        {quotient(x, 8), {{0, 7}}, "0"},
        {remainder(x, 8), {{0, 7}}, "x"},
        {quotient(x, 8), {{8, 15}}, "1"},
        {remainder(x, 8), {{8, 15}}, "x - 8"},
        {quotient(x, 8), {{0, 8}}, "floor(x/8)"},
        {quotient(x * 8 + y, 16), {{0, 99}, {0, 7}}, "floor(x/2)"},
        {remainder(x * 8 + y, 16), {{0, 99}, {0, 7}}, "y + 8*(x mod 2)"},
        {quotient(x * 8 + y, 16), {{0, 99}, {0, 8}}, "floor((8*x + y)/16)"},
        {quotient(x * 8 + y + 5, 16), {{0, 99}, {0, 2}}, "floor(x/2)"},
        {quotient(x * 8 + y + 5, 16), {{0, 99}, {0, 3}}, "floor((8*x + y + 5)/16)"},
        {x + y, {{3, 3}, {0, 9}}, "y + 3"},
        {quotient(x, 8), {}, "floor(x/8)"},
    };
    for (const Case& c : cases) CHECK(text(simplify(c.index, ranges(c.known))) == c.expected);
}

TEST_CASE("range encloses all values, and is exact for affine indices") {
    Random random(2);
    for (int round = 0; round < 400; ++round) {
        const Index a = tests::random_index(random, {0, 1}, round % 3);
        const std::int64_t x_low = random.between(-5, 5);
        const std::int64_t y_low = random.between(-5, 5);
        const Interval xs{x_low, x_low + random.between(0, 9)};
        const Interval ys{y_low, y_low + random.between(0, 9)};
        const Ranges known = ranges({xs, ys});
        const Index simple = simplify(a, known);
        const std::optional<Interval> reach = range(a, known);
        REQUIRE(reach);
        Interval seen{INT64_MAX, INT64_MIN};
        bool agrees = true;
        for (std::int64_t vx = xs.low; vx <= xs.high; ++vx) {
            for (std::int64_t vy = ys.low; vy <= ys.high; ++vy) {
                const std::int64_t value = evaluate(a, std::vector{vx, vy});
                seen = {std::min(seen.low, value), std::max(seen.high, value)};
                agrees = agrees && evaluate(simple, std::vector{vx, vy}) == value;
            }
        }
        CAPTURE(text(a));
        CAPTURE(text(simple));
        CHECK(agrees);
        CHECK(reach->low <= seen.low);
        CHECK(reach->high >= seen.high);
        if (a.is_affine()) CHECK(*reach == seen);
    }
    CHECK_FALSE(range(x + z, ranges({{0, 1}})));
}

TEST_CASE("variables of an index") {
    const Index index = quotient(x * 3 + z, 4) * 2 + y * 5;
    CHECK(index.variables() == std::vector<VarId>{0, 1, 2});
    CHECK(index.uses(2));
    CHECK_FALSE(index.is_affine());
    CHECK(index.coefficient(1) == 5);
    CHECK(index.coefficient(0) == 0);
    CHECK_FALSE((x + y).uses(2));
}

TEST_CASE("deeply nested indices are handled in little time") {
    Index chain = x;
    for (int depth = 0; depth < 250; ++depth) chain = quotient(chain * 2 + 1, 3);
    CHECK(evaluate(chain, std::vector<std::int64_t>{5, 0, 0}) == 1);
    CHECK(simplify(chain, ranges({{0, 9}})).variables().size() <= 1);
    CHECK(substitute(chain, 0, y).uses(1));
}
