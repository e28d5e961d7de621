// Where register tiles begin: code that sets elements of a register buffer anew, whatever was there.
//
// The elements that such a beginning leaves out are dead when nothing reads them before they are set: the last tile of
// a ragged axis fills half of its last vectors, and the other half need not be carried along from tile to tile.
#pragma once

#include <optional>
#include <vector>

#include "ir/loop_nest.h"

namespace saku::ir {

/// The register buffer that `node` begins: straight code (unrolled and vector loops, guards on their variables alone,
/// or both branches of any guard, setting the same) around one assignment that does not read the buffer. Nothing for
/// any other code, and beyond 65536 elements or iterations.
[[nodiscard]] std::optional<BufferId> begun_by(const LoopNest& nest, const Node& node);

/// By BufferId: whether every element of the register buffer that is read was set by the last beginning before, in the
/// same block or around it. Then a beginning may forget all that the buffer holds. False for buffers of other scopes,
/// and where guards on running loops decide.
[[nodiscard]] std::vector<bool> begins_afresh(const LoopNest& nest);

}  // namespace saku::ir
