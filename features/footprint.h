// Which part of memory does a loop touch? Lines and pages of every buffer, per loop.
//
// Model. The accesses of one buffer inside a loop are a box of positions per dimension of its layout: the hull of what
// its rows touch in one iteration ("body"), stretched by the loop's own steps ("full"). Rows of elements that lie
// closer together than a line are one run; a run of R bytes whose start is a multiple of g bytes covers (R + B - g)/B
// lines of B bytes on average, one more than R/B where it is not aligned.
//
// Limits. A hull is a box: accesses to far apart parts of one buffer (a[i,k] and a[k,j]) are overstated where they are
// smaller than their hull. Loops
// that move two accesses of a buffer by different steps stretch both by either. Different buffers are taken to share no
// line.
#pragma once

#include <array>
#include <span>

#include "features/hull.h"
#include "features/loop_table.h"

namespace saku::features {

inline constexpr int max_uses = 3072;
inline constexpr int max_groups = 2 * max_buffers;
inline constexpr int max_touches = 2048;

// The three structs below have no initial values: arrays of them are filled as far as they are counted, and clearing
// the rest would cost more than the analysis.

/// One group of accesses inside one loop.
struct Use {
    int loop;       ///< no_loop: the whole nest
    int parent;     ///< the group's use one loop further out; -1 at the root
    int children;   ///< rows and loops directly inside that touch the group
    bool moves;     ///< an iteration of the loop touches other positions than the one before
    Measured body;  ///< distinct lines (pages) touched by one iteration
    Measured full;  ///< by one execution of the loop
};

/// One access in its row.
struct Touch {
    int use;         ///< of the loop around the row
    int phase;       ///< as the row's
    double share;    ///< as the row's
    PerGrain lines;  ///< touched by one execution of the row
};

/// All accesses to one buffer, or the writes among them (which become writebacks).
struct Group {
    int buffer;
    bool writes_only;
    bool reads;
    bool writes;
    int first_use;  ///< uses of inner loops before those of outer ones; the root's is the last
    int use_count;
    int first_touch;
    int touch_count;
    Runs innermost;  ///< that straight code of the innermost loop touches; of what is only read
    bool goes_on;    ///< the next iteration of that loop (the last in program order) goes on where these runs end
};

struct Footprints {
    int group_count;
    int use_count;
    int touch_count;
    std::array<Group, max_groups> groups;
    std::array<Use, max_uses> uses;
    std::array<Touch, max_touches> touches;
    /// Bytes of all buffers (in lines or pages); position 0 is the whole nest, i + 1 is loop i.
    std::array<PerGrain, max_loops + 1> body_bytes;
    std::array<PerGrain, max_loops + 1> full_bytes;
};

/// `trips` are the iterations of each loop that one core runs. False when the table is beyond the capacities above.
[[nodiscard]] bool measure_footprints(const LoopTable& table, std::span<const double> trips, const MemoryUnits& units,
                                      Footprints& out);

}  // namespace saku::features
