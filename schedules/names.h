// Names in steps: the loops and buffers they mean, and whether a new name is free.
#pragma once

#include <string>

#include "base/result.h"
#include "ir/loop_nest.h"

namespace saku::schedules {

/// The variable of at least one loop in the nest's body; "unknown loop" otherwise.
[[nodiscard]] Fitted<ir::VarId> loop_named(const ir::LoopNest& nest, const std::string& name);

/// "unknown buffer" when there is none.
[[nodiscard]] Fitted<ir::BufferId> buffer_named(const ir::LoopNest& nest, const std::string& name);

/// A letter or `_`, then letters, digits and `_`; at most 64 characters; not `body`, which names a place.
[[nodiscard]] bool is_valid_name(const std::string& name);

/// "invalid name", or "name taken" when a variable has it already.
[[nodiscard]] Fitted<Done> is_free_variable(const ir::LoopNest& nest, const std::string& name);

/// "invalid name", or "name taken" when a buffer has it already.
[[nodiscard]] Fitted<Done> is_free_buffer(const ir::LoopNest& nest, const std::string& name);

[[nodiscard]] const std::string& name_of(const ir::LoopNest& nest, ir::VarId variable);
[[nodiscard]] const ir::Buffer& buffer_of(const ir::LoopNest& nest, ir::BufferId buffer);

}  // namespace saku::schedules
