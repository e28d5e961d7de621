// Is this nest well formed? Everything later relies on a yes.
#pragma once

#include "base/result.h"
#include "ir/loop_nest.h"

namespace saku::ir {

/// Refuses every malformed nest with the construct it stands at:
///  * names that are no names, or taken twice; variables used outside their loop, or looped over twice inside one
///  another
///  * extents below 1; buffers, layouts and loops beyond 2^40 bytes, elements or iterations; indices that may exceed
///  2^42;
///    blocks nested deeper than 256
///  * layouts without room for the shape, or in which two coordinates share an element (strides must nest: each at
///  least
///    what all smaller ones reach, so that some exotic layouts are refused that would not overlap)
///  * a wrong number of subscripts; accesses without pad that can leave the shape, taking guards into account
///  * writes to inputs, constants and packed buffers; offline packs that touch anything but their source and buffer;
///  packed
///    buffers without exactly one offline pack
///  * loops, prefetches and intrinsics inside vector loops; parallel loops inside parallel loops
///  * iterations of a parallel loop, or lanes of a vector loop, that may touch an element another one writes
///  * registers used across the border of a parallel loop, scratch that parallel iterations write used outside of it
///  * reads of scratch that nothing writes
/// Proofs are sufficient conditions: a sound nest that cannot be proven so is refused (see facts.h, separation.h).
/// Reads of scratch before the write that fills it are left to the interpreter, which sees them.
[[nodiscard]] Result<Done> verify(const LoopNest& nest);

}  // namespace saku::ir
