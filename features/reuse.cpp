#include "features/reuse.h"

#include <algorithm>
#include <cstddef>

namespace saku::features {

namespace {

using PerLevel = std::array<double, max_levels>;

/// What is known of one use on the way out.
struct State {
    double share;                             ///< executions of the children that touch the group, per iteration
    PerGrain first_touches;                   ///< lines that the children touch, each on its own
    PerGrain distance;                        ///< bytes touched until the group is touched again, weighted by share
    PerSets pressure;                         ///< of the group at that distance, weighted by share
    std::array<PerLevel, max_phases> misses;  ///< only the phases of the group are filled
};

/// The phases in which a group is touched, as a list.
struct Phases {
    std::array<int, max_phases> list;
    int count;
};

class GroupReuse {
public:
    GroupReuse(const LoopTable& table, std::span<const double> trips, const Footprints& footprints,
               std::span<const ReuseLevel> levels, Start start)
        : table_(table), trips_(trips), footprints_(footprints), levels_(levels), start_(start) {}

    void run(const Group& group, Traffic& traffic, std::span<BufferTraffic> by_buffer) {
        begin(group);
        for (int u = group.first_use; u < group.first_use + group.use_count; ++u) {
            const Use& use = footprints_.uses[static_cast<std::size_t>(u)];
            State& state = states_[static_cast<std::size_t>(u - group.first_use)];
            settle_body(use, state);
            if (use.loop == no_loop) {
                finish(group, state, traffic, by_buffer);
            } else {
                leave_loop(use, state, states_[static_cast<std::size_t>(use.parent - group.first_use)]);
            }
        }
    }

private:
    void begin(const Group& group) {
        phases_.count = 0;
        for (int t = group.first_touch; t < group.first_touch + group.touch_count; ++t) {
            const int phase = footprints_.touches[static_cast<std::size_t>(t)].phase;
            const auto end = phases_.list.begin() + phases_.count;
            if (std::find(phases_.list.begin(), end, phase) == end) {
                phases_.list[static_cast<std::size_t>(phases_.count++)] = phase;
            }
        }
        for (int u = 0; u < group.use_count; ++u) {
            State& state = states_[static_cast<std::size_t>(u)];
            state.share = 0;
            state.first_touches = state.distance = {};
            state.pressure = {};
            for (int p = 0; p < phases_.count; ++p) state.misses[phase(p)].fill(0);
        }
        for (int t = group.first_touch; t < group.first_touch + group.touch_count; ++t) {
            const Touch& touch = footprints_.touches[static_cast<std::size_t>(t)];
            const Use& use = footprints_.uses[static_cast<std::size_t>(touch.use)];
            State& state = states_[static_cast<std::size_t>(touch.use - group.first_use)];
            // A row comes again only after the whole body of its loop.
            add_child(state, touch.share, touch.lines, footprints_.body_bytes[position(use.loop)], use.body.pressure);
            for (std::size_t l = 0; l < levels_.size(); ++l) {
                state.misses[static_cast<std::size_t>(touch.phase)][l] += touch.share * touch.lines[grain(l)];
            }
        }
    }

    static void add_child(State& state, double share, const PerGrain& lines, const PerGrain& distance,
                          const PerSets& pressure) {
        state.share += share;
        for (std::size_t g = 0; g < grain_count; ++g) {
            state.first_touches[g] += share * lines[g];
            state.distance[g] += share * distance[g];
        }
        for (std::size_t c = 0; c < set_caches; ++c) state.pressure[c] += share * pressure[c];
    }

    /// The children of one body together: their reuse among each other, and the distance to the next iteration.
    void settle_body(const Use& use, State& state) {
        const PerGrain& body_bytes = footprints_.body_bytes[position(use.loop)];
        const bool one_at_a_time = use.children == 1 || state.share <= 1 + 1e-9;
        if (one_at_a_time) {
            const double weight = 1 / state.share;
            for (double& value : state.distance) value *= weight;
            for (double& value : state.pressure) value *= weight;
            return;
        }
        state.distance = body_bytes;
        state.pressure = use.body.pressure;
        for (std::size_t l = 0; l < levels_.size(); ++l) {
            const double again = state.first_touches[grain(l)] - use.body.count[grain(l)];
            if (again <= 0) continue;
            double all = 0;
            for (int p = 0; p < phases_.count; ++p) all += state.misses[phase(p)][l];
            const double kept = 1 - std::min(1.0, fit(l, state.distance, state.pressure) * again / all);
            for (int p = 0; p < phases_.count; ++p) state.misses[phase(p)][l] *= kept;
        }
    }

    /// Applies the recursion for the loop and hands the result to the use one loop further out.
    void leave_loop(const Use& use, State& state, State& parent) {
        const double trips = trips_[static_cast<std::size_t>(use.loop)];
        for (std::size_t l = 0; l < levels_.size(); ++l) {
            const std::size_t g = grain(l);
            const double growth =
                use.moves ? std::clamp(use.full.count[g] / use.body.count[g], 1.0, std::max(1.0, trips)) : 1.0;
            const double h = fit(l, state.distance, state.pressure);
            const double factor = h * growth + (1 - h) * trips;
            for (int p = 0; p < phases_.count; ++p) state.misses[phase(p)][l] *= factor;
        }
        const Loop& loop = table_.loops[static_cast<std::size_t>(use.loop)];
        const PerGrain& own = footprints_.full_bytes[position(use.loop)];
        const PerGrain& around = footprints_.body_bytes[position(loop.parent)];
        PerGrain distance = use.moves ? own : state.distance;
        // What stands beside this loop in the parent's body is touched in between as well.
        for (std::size_t g = 0; g < grain_count; ++g) {
            distance[g] = std::min(around[g], distance[g] + std::max(0.0, around[g] - own[g]));
        }
        add_child(parent, loop.share, use.full.count, distance, use.moves ? use.full.pressure : state.pressure);
        for (int p = 0; p < phases_.count; ++p) {
            for (std::size_t l = 0; l < levels_.size(); ++l) {
                parent.misses[phase(p)][l] += loop.share * state.misses[phase(p)][l];
            }
        }
    }

    /// The endless loop of repeated runs: what fits is not fetched again.
    void finish(const Group& group, const State& state, Traffic& traffic, std::span<BufferTraffic> by_buffer) const {
        const bool fetches = !group.writes_only;
        const bool writes = group.writes_only || (group.writes && !group.reads);
        for (std::size_t l = 0; l < levels_.size(); ++l) {
            const double lost = start_ == Start::cold ? 1 : 1 - fit(l, state.distance, state.pressure);
            for (int p = 0; p < phases_.count; ++p) {
                const double lines = lost * state.misses[phase(p)][l];
                if (fetches) traffic.fetched[l][phase(p)] += lines;
                if (writes) traffic.written[l][phase(p)] += lines;
                if (by_buffer.empty()) continue;
                BufferTraffic& own = by_buffer[static_cast<std::size_t>(group.buffer)];
                if (fetches) own.fetched[l] += lines;
                if (writes) own.written[l] += lines;
            }
        }
    }

    [[nodiscard]] double fit(std::size_t l, const PerGrain& distance, const PerSets& pressure) const {
        const ReuseLevel& level = levels_[l];
        const double filled = distance[grain(l)] / level.capacity_bytes;
        const double fits = falling(filled, level.fits_until, level.fits_nothing_from);
        if (level.set_cache < 0 || level.collision_weight <= 0) return fits;
        const double lines_per_set = pressure[static_cast<std::size_t>(level.set_cache)];
        const double apart = falling(lines_per_set, level.ways_until, level.ways_nothing_from);
        return fits * (1 - level.collision_weight * (1 - apart));
    }

    [[nodiscard]] std::size_t phase(int p) const {
        return static_cast<std::size_t>(phases_.list[static_cast<std::size_t>(p)]);
    }
    [[nodiscard]] std::size_t grain(std::size_t l) const { return static_cast<std::size_t>(levels_[l].grain); }
    static std::size_t position(int loop) { return static_cast<std::size_t>(loop + 1); }

    const LoopTable& table_;
    std::span<const double> trips_;
    const Footprints& footprints_;
    std::span<const ReuseLevel> levels_;
    Start start_;
    Phases phases_{};
    std::array<State, max_loops + 1> states_;
};

}  // namespace

double falling(double value, double low, double high) {
    if (value <= low) return 1;
    if (value >= high) return 0;
    const double t = (high - value) / (high - low);
    return t * t * (3 - 2 * t);
}

void count_traffic(const LoopTable& table, std::span<const double> trips, const Footprints& footprints,
                   std::span<const ReuseLevel> levels, Traffic& traffic, Start start,
                   std::span<BufferTraffic> by_buffer) {
    for (std::size_t l = 0; l < levels.size(); ++l) {
        traffic.fetched[l].fill(0);
        traffic.written[l].fill(0);
    }
    GroupReuse reuse(table, trips, footprints, levels, start);
    for (int g = 0; g < footprints.group_count; ++g) {
        reuse.run(footprints.groups[static_cast<std::size_t>(g)], traffic, by_buffer);
    }
}

}  // namespace saku::features
