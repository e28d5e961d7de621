#include "features/reuse.h"

#include <algorithm>
#include <cstddef>

#include "features/crowded_sets.h"

namespace saku::features {

namespace {

using PerLevel = std::array<double, max_levels>;

/// What is known of one use on the way out.
struct State {
    double share;            ///< executions of the children that touch the group, per iteration
    PerGrain first_touches;  ///< lines that the children touch, each on its own
    PerGrain distance;       ///< bytes touched until the group is touched again, weighted by share
    PerSets pressure;        ///< of the group at that distance, weighted by share
    /// By position in the lists of the group's phases and of the levels that it is worked out for, which are filled.
    std::array<PerLevel, max_phases> misses;
    std::array<double, max_phases> peak;  ///< of the first level, if it went on as during bursts
};

/// The phases in which a group is touched, as a list.
struct Phases {
    std::array<int, max_phases> list;
    int count;
};

/// A level, and the distances in bytes where it certainly keeps everything and certainly nothing: between them, and
/// within rounding of them, `falling` decides.
struct Level {
    std::size_t number;
    std::size_t grain;
    ReuseLevel of;
    double keeps_all;
    double keeps_nothing;
};

Level level_with_edges(const ReuseLevel& level, std::size_t number) {
    constexpr double rounding = 1e-12;
    return {.number = number,
            .grain = static_cast<std::size_t>(level.grain),
            .of = level,
            .keeps_all = level.fits_until * level.capacity_bytes * (1 - rounding),
            .keeps_nothing = level.fits_nothing_from * level.capacity_bytes * (1 + rounding)};
}

class GroupReuse {
public:
    GroupReuse(const LoopTable& table, std::span<const double> trips, const Footprints& footprints,
               std::span<const ReuseLevel> levels, const TrafficOptions& options)
        : table_(table), trips_(trips), footprints_(footprints), options_(options) {
        for (std::size_t l = 0; l < levels.size(); ++l) all_levels_[l] = level_with_edges(levels[l], l);
        all_count_ = levels.size();
    }

    void run(const Group& group, Traffic& traffic, std::span<BufferTraffic> by_buffer) {
        choose_levels(group);
        if (level_count_ == 0) return;
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
    /// Levels that hold the group from one run to the next fetch nothing of it, whatever happens inside: the distance
    /// at the root is at most what the whole nest touches, and its pressure at most the group's largest.
    void choose_levels(const Group& group) {
        constexpr double rounding = 1e-9;
        const PerGrain& bytes = footprints_.body_bytes[0];
        PerSets pressure{};
        bool has_pressure = false;
        level_count_ = 0;
        for (std::size_t l = 0; l < all_count_; ++l) {
            const Level& level = all_levels_[l];
            bool stays =
                options_.residence == Residence::warm && bytes[level.grain] <= level.keeps_all * (1 - rounding);
            if (stays && level.of.set_cache >= 0 && level.of.collision_weight > 0) {
                if (!has_pressure) pressure = largest_pressure(group);
                has_pressure = true;
                stays = pressure[static_cast<std::size_t>(level.of.set_cache)] <= level.of.ways_until * (1 - rounding);
            }
            if (!stays) levels_[level_count_++] = &level;
        }
    }

    [[nodiscard]] PerSets largest_pressure(const Group& group) const {
        PerSets largest{};
        for (int u = group.first_use; u < group.first_use + group.use_count; ++u) {
            const Use& use = footprints_.uses[static_cast<std::size_t>(u)];
            for (std::size_t c = 0; c < set_caches; ++c)
                largest[c] = std::max({largest[c], use.body.pressure[c], use.full.pressure[c]});
        }
        return largest;
    }

    void begin(const Group& group) {
        phases_.count = 0;
        for (int u = 0; u < group.use_count; ++u) {
            State& state = states_[static_cast<std::size_t>(u)];
            state.share = 0;
            state.first_touches = state.distance = {};
            state.pressure = {};
        }
        for (int t = group.first_touch; t < group.first_touch + group.touch_count; ++t) {
            const Touch& touch = footprints_.touches[static_cast<std::size_t>(t)];
            const Use& use = footprints_.uses[static_cast<std::size_t>(touch.use)];
            State& state = states_[static_cast<std::size_t>(touch.use - group.first_use)];
            // A row comes again only after the whole body of its loop.
            add_child(state, touch.share, touch.lines, footprints_.body_bytes[position(use.loop)], use.body.pressure);
            const std::size_t place = phase_position(touch.phase, group);
            PerLevel& misses = state.misses[place];
            for (std::size_t l = 0; l < level_count_; ++l) misses[l] += touch.share * touch.lines[levels_[l]->grain];
            if (levels_[0]->number == 0) state.peak[place] += touch.share * touch.lines[levels_[0]->grain];
        }
    }

    /// Where the phase stands in the group's list; one that is new gets a place, and no misses yet.
    std::size_t phase_position(int phase, const Group& group) {
        const auto end = phases_.list.begin() + phases_.count;
        const auto found = std::find(phases_.list.begin(), end, phase);
        const auto place = static_cast<std::size_t>(found - phases_.list.begin());
        if (found != end) return place;
        phases_.list[static_cast<std::size_t>(phases_.count++)] = phase;
        for (int u = 0; u < group.use_count; ++u) {
            states_[static_cast<std::size_t>(u)].misses[place].fill(0);
            states_[static_cast<std::size_t>(u)].peak[place] = 0;
        }
        return place;
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

    /// Of children that take turns (a whole tile or the last one) an iteration touches one: on the average less than
    /// what holds all of them.
    static double lines_of_an_iteration(const Use& use, const State& state, std::size_t grain) {
        return takes_turns(use, state) ? state.first_touches[grain] : use.body.count[grain];
    }

    [[nodiscard]] static bool takes_turns(const Use& use, const State& state) {
        return use.children == 1 || state.share <= 1 + 1e-9;
    }

    /// The children of one body together: their reuse among each other, and the distance to the next iteration.
    void settle_body(const Use& use, State& state) {
        const PerGrain& body_bytes = footprints_.body_bytes[position(use.loop)];
        if (takes_turns(use, state)) {
            if (state.share == 1) return;
            const double weight = 1 / state.share;
            for (double& value : state.distance) value *= weight;
            for (double& value : state.pressure) value *= weight;
            return;
        }
        state.distance = body_bytes;
        state.pressure = use.body.pressure;
        for (std::size_t l = 0; l < level_count_; ++l) {
            const std::size_t g = levels_[l]->grain;
            const double again = state.first_touches[g] - use.body.count[g];
            if (again <= 0) continue;
            double all = 0;
            for (std::size_t p = 0; p < phase_count(); ++p) all += state.misses[p][l];
            const double kept = 1 - std::min(1.0, fit(*levels_[l], state.distance, state.pressure) * again / all);
            for (std::size_t p = 0; p < phase_count(); ++p) state.misses[p][l] *= kept;
            if (levels_[l]->number != 0) continue;
            for (std::size_t p = 0; p < phase_count(); ++p) state.peak[p] *= kept;
        }
    }

    /// Applies the recursion for the loop and hands the result to the use one loop further out.
    void leave_loop(const Use& use, State& state, State& parent) {
        const double trips = trips_[static_cast<std::size_t>(use.loop)];
        const Loop& loop = table_.loops[static_cast<std::size_t>(use.loop)];
        PerGrain growth{1, 1};
        PerGrain touched = use.full.count;
        if (use.moves) {
            for (std::size_t g = 0; g < grain_count; ++g) {
                const double each = lines_of_an_iteration(use, state, g);
                growth[g] = std::clamp(use.full.count[g] / each, 1.0, std::max(1.0, trips));
                touched[g] = std::min(touched[g], each * growth[g]);
            }
        }
        for (std::size_t l = 0; l < level_count_; ++l) {
            const double h = fit(*levels_[l], state.distance, state.pressure);
            const double factor = h * growth[levels_[l]->grain] + (1 - h) * trips;
            for (std::size_t p = 0; p < phase_count(); ++p)
                parent.misses[p][l] += loop.share * (state.misses[p][l] * factor);
            if (levels_[l]->number != 0) continue;
            const double kept = h * growth[levels_[l]->grain];
            const double peak = kept / spread_of(use.loop, growth[levels_[l]->grain], trips) + (1 - h) * trips;
            for (std::size_t p = 0; p < phase_count(); ++p) parent.peak[p] += loop.share * (state.peak[p] * peak);
        }
        const PerGrain& own = footprints_.full_bytes[position(use.loop)];
        const PerGrain& around = footprints_.body_bytes[position(loop.parent)];
        PerGrain distance = use.moves ? own : state.distance;
        // What stands beside this loop in the parent's body is touched in between as well.
        for (std::size_t g = 0; g < grain_count; ++g) {
            distance[g] = std::min(around[g], distance[g] + std::max(0.0, around[g] - own[g]));
        }
        add_child(parent, loop.share, touched, distance, use.moves ? use.full.pressure : state.pressure);
    }

    /// Over which part of a loop's iterations are misses spread that are those of `fetching` of them?
    [[nodiscard]] double spread_of(int loop, double fetching, double trips) const {
        if (options_.work.empty() || fetching >= trips) return 1;
        const double period = trips / fetching * options_.work[static_cast<std::size_t>(loop)];
        return std::min(1.0, fetching / trips + options_.window / std::max(period, 1e-9));
    }

    /// The endless loop of repeated runs: what fits is not fetched again, unless each run begins with cold caches. What
    /// is written and fits does not leave during the run either way.
    void finish(const Group& group, const State& state, Traffic& traffic, std::span<BufferTraffic> by_buffer) const {
        const bool fetches = !group.writes_only;
        const double share_along_rows = along_rows(group.innermost);
        const bool writes = group.writes_only || (group.writes && !group.reads);
        const double share_crowded = writes ? crowding(footprints_, group, all_levels_[0].of) : 0;
        for (std::size_t l = 0; l < level_count_; ++l) {
            const std::size_t number = levels_[l]->number;
            const double lost = 1 - fit(*levels_[l], state.distance, state.pressure);
            const double entering = options_.residence == Residence::cold ? 1 : lost;
            for (std::size_t p = 0; p < phase_count(); ++p) {
                const auto phase = static_cast<std::size_t>(phases_.list[p]);
                const double lines = state.misses[p][l];
                if (fetches) traffic.fetched[number][phase] += entering * lines;
                if (fetches && group.goes_on) traffic.streamed[number][phase] += entering * lines;
                if (fetches && number == 0) {
                    traffic.along_rows[phase] += entering * lines * share_along_rows;
                    note_burst(lines, state.peak[p],
                               {.phase = phases_.list[p],
                                .streamed = group.goes_on,
                                .lines = entering * lines,
                                .along_rows = entering * lines * share_along_rows,
                                .part = 1},
                               traffic);
                }
                if (writes) traffic.written[number][phase] += lost * lines;
                if (writes && number == 0) traffic.crowded[phase] += lost * lines * share_crowded;
                if (by_buffer.empty()) continue;
                BufferTraffic& own = by_buffer[static_cast<std::size_t>(group.buffer)];
                if (fetches) own.fetched[number] += entering * lines;
                if (writes) own.written[number] += lost * lines;
            }
        }
    }

    static void note_burst(double lines, double peak, Burst burst, Traffic& traffic) {
        constexpr double rounding = 1e-9;
        if (burst.lines <= 0) return;
        burst.part = lines / peak;
        if (burst.part < 1 - rounding) traffic.bursts.push_back(burst);
    }

    [[nodiscard]] static double fit(const Level& level, const PerGrain& distance, const PerSets& pressure) {
        const double bytes = distance[level.grain];
        const ReuseLevel& of = level.of;
        if (bytes >= level.keeps_nothing) return 0;
        const double fits =
            bytes <= level.keeps_all ? 1 : falling(bytes / of.capacity_bytes, of.fits_until, of.fits_nothing_from);
        if (of.set_cache < 0 || of.collision_weight <= 0) return fits;
        const double lines_per_set = pressure[static_cast<std::size_t>(of.set_cache)];
        if (lines_per_set <= of.ways_until) return fits;
        const double apart = falling(lines_per_set, of.ways_until, of.ways_nothing_from);
        return fits * (1 - of.collision_weight * (1 - apart));
    }

    [[nodiscard]] std::size_t phase_count() const { return static_cast<std::size_t>(phases_.count); }
    static std::size_t position(int loop) { return static_cast<std::size_t>(loop + 1); }

    const LoopTable& table_;
    std::span<const double> trips_;
    const Footprints& footprints_;
    const TrafficOptions& options_;
    std::array<Level, max_levels> all_levels_;
    std::array<const Level*, max_levels> levels_;  ///< those that the group's traffic has to be worked out for
    std::size_t all_count_ = 0;
    std::size_t level_count_ = 0;
    Phases phases_{};
    std::array<State, max_loops + 1> states_;
};

}  // namespace

double along_rows(const Runs& runs) {
    constexpr double followed_lines = 16;
    constexpr double lost_lines = 40;
    if (runs.lines > followed_lines)
        return std::min(1.0, (runs.lines - followed_lines) / (lost_lines - followed_lines));
    if (runs.count <= 1 || runs.lines < 1 || runs.lines > 2) return 0;
    return std::min(1.0, (runs.count - 1) / (2 * runs.lines - 1)) / runs.lines;
}

void count_traffic(const LoopTable& table, std::span<const double> trips, const Footprints& footprints,
                   std::span<const ReuseLevel> levels, Traffic& traffic, const TrafficOptions& options) {
    for (std::size_t l = 0; l < levels.size(); ++l) {
        traffic.fetched[l].fill(0);
        traffic.streamed[l].fill(0);
        traffic.written[l].fill(0);
    }
    traffic.along_rows.fill(0);
    traffic.crowded.fill(0);
    traffic.bursts.clear();
    GroupReuse reuse(table, trips, footprints, levels, options);
    for (int g = 0; g < footprints.group_count; ++g) {
        reuse.run(footprints.groups[static_cast<std::size_t>(g)], traffic, options.by_buffer);
    }
}

}  // namespace saku::features
