#include "ir/facts.h"

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

Facts box(std::int64_t xs, std::int64_t ys, std::int64_t zs) {
    Facts facts;
    facts.enter(0, {0, xs - 1});
    facts.enter(1, {0, ys - 1});
    facts.enter(2, {0, zs - 1});
    return facts;
}

std::string text(const Index& index) {
    return to_string(index, [](VarId id) { return std::string(1, "xyz"[id]); });
}

}  // namespace

TEST_CASE("guards bound what stands under them") {
    Facts facts = box(13, 8, 3);
    CHECK(facts.lower(x * 8 + y) == 0);
    CHECK(facts.upper(x * 8 + y) == 103);
    facts.assume(Index(99) - x * 8 - y);
    CHECK(facts.upper(x * 8 + y) == 99);
    CHECK(facts.upper(x * 8 + y + z) == 101);
    CHECK(facts.upper(x * 16 + y * 2) == 198);
    CHECK(facts.always(Index(99) - x * 8));
    CHECK(facts.always(Index(199) - x * 16 - y * 2));
    CHECK_FALSE(facts.always(Index(98) - x * 8 - y));
    CHECK(facts.never(x * 8 + y - 100));
    CHECK_FALSE(facts.is_impossible());
    facts.assume(x * 8 - 93);
    CHECK(facts.values_of(0) == Interval{12, 12});
    CHECK(facts.upper(y) == 3);
    facts.assume(y - 4);
    CHECK(facts.is_impossible());
}

TEST_CASE("the else branch of one condition is its negation, of several nothing") {
    Facts one = box(8, 8, 8);
    one.assume_not({x - 4});
    CHECK(one.values_of(0) == Interval{0, 3});
    Facts several = box(8, 8, 8);
    several.assume_not({x - 4, y - 4});
    CHECK(several.values_of(0) == Interval{0, 7});
}

TEST_CASE("a loop entered again forgets what was known of its variable") {
    Facts facts = box(8, 8, 8);
    facts.assume(Index(3) - x - y);
    facts.assume(KnownSum{.sum = x * 2 + z, .value = 4});
    CHECK(facts.upper(x) == 2);
    facts.enter(0, {0, 99});
    CHECK(facts.upper(x) == 99);
    CHECK(facts.upper(x + y) == 102);
    CHECK(facts.simplified(x * 2 + z) == x * 2 + z);
}

TEST_CASE("known sums are replaced wherever they are contained") {
    Facts facts = box(4, 4, 8);
    facts.assume(KnownSum{.sum = x * 32 + y * 8, .value = 96});
    CHECK(text(facts.simplified(x * 32 + y * 8 + z)) == "z + 96");
    CHECK(text(facts.simplified(x * 4 + y)) == "12");
    CHECK(text(facts.simplified(x * -64 - y * 16)) == "-192");
    CHECK(text(facts.simplified(quotient(x * 4 + y + z, 8))) == "floor((z + 4)/8) + 1");
    CHECK(text(facts.simplified(x * 4 + y * 2)) == "4*x + 2*y");
    CHECK(facts.upper(x * 4 + y * 2) == 12);
}

TEST_CASE("a floor is bounded together with what was taken out of it") {
    Facts facts = box(3, 3, 16);
    // 8*x + floor((16*y + z)/10), where the guard bounds 80*x + 16*y + z.
    const Index index = quotient(x * 80 + y * 16 + z, 10);
    CHECK(facts.upper(index) == 20);
    facts.assume(Index(168) - x * 80 - y * 16 - z);
    CHECK(facts.upper(index) == 16);
    CHECK(facts.lower(index * -2) == -32);
    const std::int64_t large = std::int64_t{1} << 41;
    facts.assume(Index(large) - x * large - y);
    CHECK(facts.lower(quotient(x * large + y * 3 + z, 1 << 20)) == 0);
    CHECK(facts.lower(x * large + quotient(y * 3 + z, large)) == 0);
}

TEST_CASE("what a floor is joined with may take two facts to bound") {
    Facts facts = box(2, 2, 16);
    facts.assume(Index(2) - x * 2 - y);  // which block
    facts.assume(Index(7) - z);          // how far in the last one
    // 160*x + 80*y + z is at most 167.
    CHECK(facts.upper(quotient(x * 160 + y * 80 + z, 8)) == 20);
    CHECK(facts.upper(quotient(x * 160 + y * 80 + z, 23)) == 7);
}

TEST_CASE("variables of loops outside have the ranges that are given") {
    Facts facts([](VarId id) -> std::optional<Interval> {
        if (id == 0) return Interval{2, 5};
        return std::nullopt;
    });
    CHECK(facts.lower(x) == 2);
    CHECK_FALSE(facts.lower(y));
    facts.assume(y - x);  // y is unbounded, but not below x
    CHECK(facts.lower(y) == 2);
    CHECK_FALSE(facts.upper(y));
}

TEST_CASE("bounds are never wrong, and tight for one guard") {
    Random random(10);
    int tight = 0;
    for (int round = 0; round < 600; ++round) {
        const std::vector<std::int64_t> extents{random.between(1, 9), random.between(1, 9), random.between(1, 5)};
        Facts facts = box(extents[0], extents[1], extents[2]);
        std::vector<Index> guards;
        for (std::int64_t count = random.between(0, 3); count > 0; --count) {
            guards.push_back(tests::random_index(random, {0, 1, 2}, round % 2) + Index(random.between(-9, 9)));
            facts.assume(guards.back());
        }
        const Index asked = tests::random_index(random, {0, 1, 2}, round % 3);
        const Index simple = facts.simplified(asked);
        const std::optional<std::int64_t> low = facts.lower(asked);
        const std::optional<std::int64_t> high = facts.upper(asked);
        REQUIRE(low);
        REQUIRE(high);
        std::int64_t least = INT64_MAX;
        std::int64_t most = INT64_MIN;
        bool same = true;
        std::vector<std::int64_t> at(3);
        for (at[0] = 0; at[0] < extents[0]; ++at[0]) {
            for (at[1] = 0; at[1] < extents[1]; ++at[1]) {
                for (at[2] = 0; at[2] < extents[2]; ++at[2]) {
                    const bool comes = std::all_of(guards.begin(), guards.end(),
                                                   [&](const Index& guard) { return evaluate(guard, at) >= 0; });
                    if (!comes) continue;
                    const std::int64_t value = evaluate(asked, at);
                    least = std::min(least, value);
                    most = std::max(most, value);
                    same = same && evaluate(simple, at) == value;
                }
            }
        }
        CAPTURE(text(asked));
        CHECK(same);
        if (least > most) continue;  // no iteration comes here
        CHECK_FALSE(facts.is_impossible());
        CHECK(*low <= least);
        CHECK(*high >= most);
        tight += *low == least && *high == most ? 1 : 0;
    }
    CHECK(tight > 250);
}

TEST_CASE("numbers near overflow give no bound instead of a wrong one") {
    Facts facts;
    const std::int64_t large = std::int64_t{1} << 40;
    facts.enter(0, {0, large});
    facts.enter(1, {0, large});
    facts.assume(x * large - y * (large - 1));
    facts.assume(y * large - x * 3);
    CHECK_FALSE(facts.upper(x * large));
    CHECK(facts.lower(x) == 0);
    CHECK(facts.upper(x + y) == 2 * large);
}
