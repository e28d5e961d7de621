// Numbers for schedules: what searches see.
//
// A space is a few sketches; a sketch has holes; a hole has values. A point is a sketch and one digit (the position of
// the chosen value) per hole. Its id is a mixed-radix number: the sketch's first id, plus the digits, the first hole
// most significant. So spaces can be counted, sampled, sharded and replayed, and a search needs to know nothing else.
//
// Many points mean the same schedule (a cache block as large as the axis, an order of loops that are not there). Each
// space has a function that maps a point to the one of its class that stands for it; ids of such points are canonical.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/random.h"

namespace saku::tuner {

using Id = std::uint64_t;

struct Point {
    int sketch = 0;
    std::vector<int> digits;
    friend bool operator==(const Point&, const Point&) = default;
};

/// The mixed-radix numbering of several sketches, one after the other.
struct Numbering {
    std::vector<std::vector<int>> radices;  ///< [sketch][hole], all positive
    std::vector<Id> first = {};             ///< [sketch]: the id of its point with all digits zero
    Id size = 0;
    std::vector<std::vector<Id>> weights = {};  ///< [sketch][hole]: what a step of the digit adds to the id
};

/// Sketches that would push the size beyond 2^63 are refused by an empty result.
[[nodiscard]] std::optional<Numbering> number_sketches(std::vector<std::vector<int>> radices);
[[nodiscard]] Id id_of(const Numbering& numbering, const Point& point);
/// Which sketch the id belongs to. `id` must be below `size`, here and below.
[[nodiscard]] inline std::size_t sketch_number(const Numbering& numbering, Id id) {
    const auto after = std::upper_bound(numbering.first.begin(), numbering.first.end(), id);
    return static_cast<std::size_t>(after - numbering.first.begin()) - 1;
}
[[nodiscard]] Point point_of(const Numbering& numbering, Id id);

struct IdSpace {
    Numbering numbering;
    std::vector<std::vector<bool>> ordered;  ///< [sketch][hole]: neighbouring values are similar
    std::function<void(Point&)> canonical;   ///< makes the point the one that stands for its class
    std::vector<Id> seeds;                   ///< canonical ids worth looking at first
};

[[nodiscard]] Id canonical_id(const IdSpace& space, Id id);

/// Uniform over the canonical ids, by rejection; empty when 1000 draws found none.
[[nodiscard]] std::optional<Id> random_id(const IdSpace& space, Random& random);
/// Uniform digits in one sketch, then the canonical id of that.
[[nodiscard]] Id random_id_in(const IdSpace& space, int sketch, Random& random);

/// Canonical ids that differ from `id` in one hole (before canonicalisation), itself left out; ascending, distinct.
/// Of an ordered hole, the values up to two places away and the first and last; of any other hole, all values.
[[nodiscard]] std::vector<Id> neighbours(const IdSpace& space, Id id);

}  // namespace saku::tuner
