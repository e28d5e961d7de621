// Does each iteration of a loop write the scratch that it reads?
#pragma once

#include <cstddef>
#include <vector>

#include "ir/loop_nest.h"
#include "schedules/place.h"

namespace saku::schedules {

/// Is every access of the buffer in the nest's body inside a loop over `variable`?
[[nodiscard]] bool is_used_only_inside(const ir::LoopNest& nest, ir::VarId variable, ir::BufferId buffer);

/// True when the buffer is scratch (workspace or registers), used nowhere but inside loops over `variable`, and each
/// read in `body`, the body of such a loop, gets what the same iteration has written before. Sufficient, not necessary.
[[nodiscard]] bool is_private(const ir::LoopNest& nest, ir::VarId variable, const ir::Block& body, ir::BufferId buffer);

/// Has every element that the read names been assigned by what runs before it in `body`? `place` is the read's place
/// inside `body`; `read` is found by its address.
[[nodiscard]] bool is_written_before(const ir::Block& body, const ir::Store& reader, const ir::Access& read,
                                     const Place& place);

/// Is each element that the subscripts `wanted` name at `place` also named by `others` at `other_place`, in the same
/// iteration of the first `shared` loops, which are around both? Sufficient, not necessary.
[[nodiscard]] bool names_all_of(const std::vector<ir::Index>& others, const Place& other_place, std::size_t shared,
                                const std::vector<ir::Index>& wanted, const Place& place);

}  // namespace saku::schedules
