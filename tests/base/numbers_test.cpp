#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "base/checked.h"
#include "base/random.h"

namespace saku {
namespace {

constexpr std::int64_t top = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t bottom = std::numeric_limits<std::int64_t>::min();

TEST_CASE("checked arithmetic gives the value or nothing") {
    CHECK(checked_add(top - 1, 1) == top);
    CHECK_FALSE(checked_add(top, 1));
    CHECK_FALSE(checked_add(bottom, -1));
    CHECK(checked_sub(bottom + 1, 1) == bottom);
    CHECK_FALSE(checked_sub(bottom, 1));
    CHECK_FALSE(checked_sub(0, bottom));
    CHECK(checked_mul(std::int64_t{1} << 31, std::int64_t{1} << 31) == std::int64_t{1} << 62);
    CHECK_FALSE(checked_mul(std::int64_t{1} << 32, std::int64_t{1} << 31));
    CHECK_FALSE(checked_mul(bottom, -1));
    CHECK(checked_mul(bottom, 1) == bottom);
}

TEST_CASE("divisions round as they say") {
    struct Row {
        std::int64_t a, b, floor, mod, ceil;
    };
    for (const Row& row : std::vector<Row>{{7, 2, 3, 1, 4},
                                           {-7, 2, -4, 1, -3},
                                           {6, 3, 2, 0, 2},
                                           {-6, 3, -2, 0, -2},
                                           {0, 5, 0, 0, 0},
                                           {-1, 8, -1, 7, 0},
                                           {1, 8, 0, 1, 1}}) {
        CAPTURE(row.a);
        CHECK(floor_div(row.a, row.b) == row.floor);
        CHECK(floor_mod(row.a, row.b) == row.mod);
        CHECK(ceil_div(row.a, row.b) == row.ceil);
    }
}

TEST_CASE("random numbers are the same everywhere") {
    // The first outputs of SplitMix64 from seed 1234567, as published with the reference implementation.
    Random random(1234567);
    for (const std::uint64_t expected : {6457827717110365317ULL, 3203168211198807973ULL, 9817491932198370423ULL,
                                         4593380528125082431ULL, 16408922859458223821ULL})
        CHECK(random.bits() == expected);
}

TEST_CASE("random numbers stay in their ranges and reach all of them") {
    Random random(7);
    std::array<int, 10> counts{};
    for (int i = 0; i < 10'000; ++i) ++counts.at(random.below(10));
    CHECK(*std::min_element(counts.begin(), counts.end()) > 900);
    CHECK(*std::max_element(counts.begin(), counts.end()) < 1100);
    bool low = false, high = false;
    for (int i = 0; i < 200; ++i) {
        const std::int64_t value = random.between(-2, 2);
        CHECK((value >= -2 && value <= 2));
        low |= value == -2;
        high |= value == 2;
        const double unit = random.unit();
        CHECK((unit >= 0 && unit < 1));
    }
    CHECK(low);
    CHECK(high);
    CHECK(random.between(5, 5) == 5);
}

}  // namespace
}  // namespace saku
