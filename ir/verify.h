// Is this nest well formed? Everything later relies on a yes.
#pragma once

#include "base/result.h"
#include "ir/loop_nest.h"

namespace saku::ir {

/// Refuses every malformed nest with the construct it stands at: names unknown or taken twice, wrong number of
/// subscripts, extents below 1, layouts in which two coordinates share an element, accesses that can leave a buffer's
/// shape (taking guards into account), writes to inputs and constants, register buffers used across parallel loops,
/// loops inside vector loops, parallel iterations that write the same element, variables used outside their loop,
/// unpadded reads of scratch that nothing writes, offline packs that read anything but their source.
[[nodiscard]] Result<Done> verify(const LoopNest& nest);

}  // namespace saku::ir
