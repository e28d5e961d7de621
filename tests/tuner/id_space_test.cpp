#include "tuner/id_space.h"

#include <doctest/doctest.h>

namespace saku::tuner {

namespace {

IdSpace plain_space() {
    IdSpace space;
    space.numbering = *number_sketches({{3, 5, 2}, {}, {4}});
    space.ordered = {{true, true, false}, {}, {false}};
    space.canonical = [](Point&) {};
    return space;
}

}  // namespace

TEST_CASE("ids count points one after the other") {
    const Numbering numbering = *number_sketches({{3, 5, 2}, {}, {4}});
    CHECK(numbering.size == 35);
    CHECK(numbering.first == std::vector<Id>{0, 30, 31});
    CHECK(numbering.weights == std::vector<std::vector<Id>>{{10, 2, 1}, {}, {1}});
    for (Id id = 0; id < numbering.size; ++id) CHECK(id_of(numbering, point_of(numbering, id)) == id);
    CHECK(point_of(numbering, 29) == Point{.sketch = 0, .digits = {2, 4, 1}});
    CHECK(point_of(numbering, 30) == Point{.sketch = 1, .digits = {}});
    CHECK(point_of(numbering, 34) == Point{.sketch = 2, .digits = {3}});
}

TEST_CASE("sizes beyond 2^63 are refused") {
    CHECK_FALSE(number_sketches({std::vector<int>(63, 2), {1}}).has_value());
    CHECK(number_sketches({std::vector<int>(62, 2)}).has_value());
    CHECK_FALSE(number_sketches({std::vector<int>(100, 1000)}).has_value());
}

TEST_CASE("neighbours differ in one hole") {
    const IdSpace space = plain_space();
    // (1, 2, 0): the first hole to 0 and 2, the second to 0, 1, 3, 4, the third to 1.
    const Id id = id_of(space.numbering, Point{.sketch = 0, .digits = {1, 2, 0}});
    CHECK(neighbours(space, id) == std::vector<Id>{4, 10, 12, 15, 16, 18, 24});
    CHECK(neighbours(space, 30).empty());
}

TEST_CASE("random ids are canonical") {
    IdSpace space = plain_space();
    space.canonical = [](Point& point) {
        for (int& digit : point.digits) digit -= digit % 2;
    };
    Random random(1);
    for (int i = 0; i < 200; ++i) {
        const auto id = random_id(space, random);
        REQUIRE(id.has_value());
        CHECK(canonical_id(space, *id) == *id);
        CHECK(random_id_in(space, 0, random) < 30);
    }
}

}  // namespace saku::tuner
