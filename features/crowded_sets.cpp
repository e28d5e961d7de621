#include "features/crowded_sets.h"

#include <algorithm>
#include <cstddef>

namespace saku::features {

namespace {

constexpr auto lines = static_cast<std::size_t>(Grain::line);

/// Lines that one row of code writes at once.
double burst_of(const Footprints& footprints, const Group& group) {
    double most = 0;
    for (int t = group.first_touch; t < group.first_touch + group.touch_count; ++t)
        most = std::max(most, footprints.touches[static_cast<std::size_t>(t)].lines[lines]);
    return most;
}

/// One set's part of the time, where what the loop touches falls into a few sets and is more than these hold.
double part_of_set(const Measured& touched, std::size_t cache, const ReuseLevel& level) {
    constexpr double few_sets = 3.5;
    const double lines_per_set = touched.pressure[cache];
    if (lines_per_set <= level.ways_until) return 0;
    const double sets = std::max(1.0, touched.count[lines] / lines_per_set);
    return sets > few_sets ? 0 : (1 - falling(lines_per_set, level.ways_until, 2 * level.ways_nothing_from)) / sets;
}

}  // namespace

double crowding(const Footprints& footprints, const Group& group, const ReuseLevel& level) {
    constexpr double one_by_one = 18.0 / 32;
    if (level.set_cache < 0 || level.collision_weight <= 0) return 0;
    double most = 0;
    for (int u = group.first_use; u < group.first_use + group.use_count; ++u) {
        const Use& use = footprints.uses[static_cast<std::size_t>(u)];
        if (use.moves) most = std::max(most, part_of_set(use.full, static_cast<std::size_t>(level.set_cache), level));
    }
    if (most <= 0) return 0;
    return most * (1 - (1 - one_by_one) * falling(burst_of(footprints, group), 2, 6));
}

}  // namespace saku::features
