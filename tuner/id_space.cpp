#include "tuner/id_space.h"

#include <algorithm>
#include <limits>

#include "base/check.h"

namespace saku::tuner {

std::optional<Numbering> number_sketches(std::vector<std::vector<int>> radices) {
    Numbering numbering{.radices = std::move(radices)};
    for (const std::vector<int>& sketch : numbering.radices) {
        numbering.first.push_back(numbering.size);
        std::vector<Id>& weights = numbering.weights.emplace_back(sketch.size());
        Id points = 1;
        for (std::size_t h = sketch.size(); h-- > 0;) {
            SAKU_CHECK(sketch[h] > 0, "a hole without values");
            weights[h] = points;
            if (__builtin_mul_overflow(points, static_cast<Id>(sketch[h]), &points)) return std::nullopt;
        }
        if (__builtin_add_overflow(numbering.size, points, &numbering.size)) return std::nullopt;
    }
    if (numbering.size > static_cast<Id>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    return numbering;
}

Id id_of(const Numbering& numbering, const Point& point) {
    const auto sketch = static_cast<std::size_t>(point.sketch);
    const int* const radices = numbering.radices[sketch].data();
    const int* const digits = point.digits.data();
    // Each product waits for the one before: two halves of the digits run side by side.
    const std::size_t size = point.digits.size();
    const std::size_t half = size / 2;
    Id upper = 0;
    Id lower = size % 2 == 0 ? 0 : static_cast<Id>(digits[half]);
    for (std::size_t h = 0, l = size - half; h < half; ++h, ++l) {
        upper = upper * static_cast<Id>(radices[h]) + static_cast<Id>(digits[h]);
        lower = lower * static_cast<Id>(radices[l]) + static_cast<Id>(digits[l]);
    }
    const Id weight = half == 0 ? 0 : numbering.weights[sketch][half - 1];
    return numbering.first[sketch] + upper * weight + lower;
}

Point point_of(const Numbering& numbering, Id id) {
    SAKU_CHECK(id < numbering.size, "an id beyond the space");
    const std::size_t sketch = sketch_number(numbering, id);
    const std::vector<int>& radices = numbering.radices[sketch];
    Point point{.sketch = static_cast<int>(sketch), .digits = std::vector<int>(radices.size(), 0)};
    Id rest = id - numbering.first[sketch];
    for (std::size_t h = radices.size(); h-- > 0;) {
        point.digits[h] = static_cast<int>(rest % static_cast<Id>(radices[h]));
        rest /= static_cast<Id>(radices[h]);
    }
    return point;
}

Id canonical_id(const IdSpace& space, Id id) {
    Point point = point_of(space.numbering, id);
    space.canonical(point);
    return id_of(space.numbering, point);
}

std::optional<Id> random_id(const IdSpace& space, Random& random) {
    if (space.numbering.size == 0) return std::nullopt;
    for (int attempt = 0; attempt < 1000; ++attempt) {
        const Id id = random.below(space.numbering.size);
        if (canonical_id(space, id) == id) return id;
    }
    return std::nullopt;
}

Id random_id_in(const IdSpace& space, int sketch, Random& random) {
    Point point{.sketch = sketch, .digits = {}};
    for (const int radix : space.numbering.radices[static_cast<std::size_t>(sketch)]) {
        point.digits.push_back(static_cast<int>(random.below(static_cast<std::uint64_t>(radix))));
    }
    space.canonical(point);
    return id_of(space.numbering, point);
}

std::vector<Id> neighbours(const IdSpace& space, Id id) {
    const Point point = point_of(space.numbering, id);
    const auto sketch = static_cast<std::size_t>(point.sketch);
    Point changed = point;
    std::vector<Id> found;
    for (std::size_t h = 0; h < point.digits.size(); ++h) {
        const int radix = space.numbering.radices[sketch][h];
        for (int digit = 0; digit < radix; ++digit) {
            const int distance = std::abs(digit - point.digits[h]);
            const bool is_near = !space.ordered[sketch][h] || distance <= 2 || digit == 0 || digit == radix - 1;
            if (distance == 0 || !is_near) continue;
            changed.digits = point.digits;
            changed.digits[h] = digit;
            space.canonical(changed);
            if (!(changed == point)) found.push_back(id_of(space.numbering, changed));
        }
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

}  // namespace saku::tuner
