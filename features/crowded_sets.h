// Lines that are written one after the other into the same few sets of a cache.
//
// A tile that walks down an array whose rows are a power of two apart comes back to a set with every row or two, and
// each line has to wait until the one before it has made room: Zen 5 takes some 32 cycles for each line of a set, in
// bursts of six lines and more, and 18 where they come one by one, measured on products of 13 terms with rows of 2 and
// 4 KiB in tiles of one to three lines. With four sets and more, nothing is left of it.
#pragma once

#include "features/footprint.h"
#include "features/reuse.h"

namespace saku::features {

/// The part of that wait which falls to each line that the group writes and the level does not keep: 1 where all of
/// them fall into one set, in long bursts; 0 where they are spread.
[[nodiscard]] double crowding(const Footprints& footprints, const Group& group, const ReuseLevel& level);

}  // namespace saku::features
