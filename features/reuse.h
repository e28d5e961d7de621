// How many lines does each level of the memory hierarchy have to fetch? The reuse recursion.
//
// For the accesses X of one buffer, going from the innermost loop outwards, with N trips and F lines touched:
//
//     misses(loop) = h * misses(body) * F(loop)/F(body)  +  (1 - h) * misses(body) * N
//
// h says how well what is touched between two visits of the same line of X fits into the level. That distance is not
// the footprint of the whole body: loops between here and the innermost loop that moves X visit the same lines again at
// once, so it is the footprint of that inner loop, plus what the rest of the body touches beside it. This one rule
// covers operands that a loop does not move (F(loop) = F(body): fetched once or N times), neighbours on one line,
// sliding windows and walks without reuse. (Generalises the rule of MOpt, Li et al., ASPLOS 2021, from tile boundaries
// to any nest and from elements to lines.)
//
// In a body with several children that touch X, what one has fetched the next finds, as far as the body fits; branches
// of a guard share their iterations by their weights. Around everything there is one more, endless loop: a kernel runs
// again and again, and what fits stays (warm caches). Without that loop (cold caches) all of it is fetched once.
//
// h falls smoothly from 1 to 0 around the capacity, and with the lines of X that fall into the same cache set. TLBs are
// levels like any other, in units of pages.
//
// Limits. LRU replacement; what a level keeps although the footprint passes its capacity is only met by the smoothing.
// Levels do not know of each other: misses of L2 are computed as if L1 did not filter its accesses.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/fixed_vector.h"
#include "features/footprint.h"
#include "features/loop_table.h"
#include "features/residence.h"

namespace saku::features {

inline constexpr int max_levels = 8;

struct ReuseLevel {
    Grain grain = Grain::line;
    double capacity_bytes = 0;
    double fits_until = 0.55;         ///< part of the capacity up to which everything stays
    double fits_nothing_from = 1.15;  ///< and from which nothing does
    int set_cache = -1;               ///< position in `MemoryUnits::sets` of this cache; -1: collisions do not matter
    double ways_until = 0;            ///< lines per set up to which nothing collides
    double ways_nothing_from = 0;
    double collision_weight = 1;  ///< 1: colliding lines are lost; less: only that part of them
};

/// Lines of one operand that the first level fetches during a part of a phase's work only: where a loop's first
/// iteration brings what the others find, and those take longer than what runs side by side with it
/// (`TrafficOptions`), they come faster than on the average.
struct Burst {
    int phase;
    bool streamed;      ///< as in `Traffic`
    double lines;       ///< per run of the nest
    double along_rows;  ///< as in `Traffic`
    double part;        ///< of the work during which they come, below 1
};

/// One of each group in each phase.
inline constexpr std::size_t max_bursts = std::size_t{max_groups} * max_phases;

/// Lines (or pages) per run of the nest, by level and phase.
struct Traffic {
    std::array<std::array<double, max_phases>, max_levels> fetched{};
    /// Of those: of operands in which each iteration of the innermost loop goes on where the one before it ended.
    std::array<std::array<double, max_phases>, max_levels> streamed{};
    std::array<std::array<double, max_phases>, max_levels> written{};  ///< dirty lines that leave the level
    /// Lines that the first level fetches for straight code that goes along several short rows at once, as far as that
    /// hides the rows from prefetchers: `along_rows`.
    std::array<double, max_phases> along_rows{};
    FixedVector<Burst, max_bursts> bursts;  ///< those of the lines that the first level fetches
    /// Lines written beyond the first level, as far as they wait for one another in its sets: `crowding`.
    std::array<double, max_phases> crowded{};
};

/// How far a prefetcher loses track of code that touches so many runs of so many lines at once: from 0 to 1. Measured
/// on a Zen 5 core, out of L2: runs of one line from two rows on; runs of two from four on, half as much, for the
/// second line follows the first. Longer ones lead a prefetcher whatever lies beside them, up to 16 lines; beyond,
/// compilers leave loads in less and less of an order, until 40 are as bad as lines apart. Less than a line (elements
/// for broadcasts) comes again before it is fetched.
[[nodiscard]] double along_rows(const Runs& runs);

/// The same by buffer, over all phases.
struct BufferTraffic {
    std::array<double, max_levels> fetched{};
    std::array<double, max_levels> written{};
};

/// A value from 1 (at `low` or less) to 0 (at `high` or more), smooth in between.
[[nodiscard]] inline double falling(double value, double low, double high) {
    if (value <= low) return 1;
    if (value >= high) return 0;
    const double t = (high - value) / (high - low);
    return t * t * (3 - 2 * t);
}

struct TrafficOptions {
    Residence residence = Residence::warm;
    /// Empty, or one entry per buffer of the table, to which its traffic is added.
    std::span<BufferTraffic> by_buffer = {};
    std::span<const double> work = {};  ///< issue slots of one iteration of each loop; empty: nothing comes in bursts
    double window = 0;                  ///< issue slots that run side by side: the reorder buffer
};

/// `trips` as for the footprints; at most `max_levels` levels.
void count_traffic(const LoopTable& table, std::span<const double> trips, const Footprints& footprints,
                   std::span<const ReuseLevel> levels, Traffic& traffic, const TrafficOptions& options = {});

}  // namespace saku::features
