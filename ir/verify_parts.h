// The parts of `verify`, each one concern. `check_buffers` and `check_structure` suffice to run a nest with every
// access checked (the interpreter does); the others prove things about accesses.
#pragma once

#include <string>

#include "base/result.h"
#include "ir/loop_nest.h"

namespace saku::ir {

inline constexpr int max_depth = 256;                                  ///< blocks in blocks
inline constexpr std::int64_t max_bytes = std::int64_t{1} << 40;       ///< of one buffer
inline constexpr std::int64_t max_iterations = std::int64_t{1} << 40;  ///< of one loop
/// What the terms of an index may add up to, each as large as its loops let it be: keeps arithmetic on indices free of
/// overflow.
inline constexpr std::int64_t max_reach = std::int64_t{1} << 42;

/// Names, shapes, layouts, scopes and flags of the buffers; one offline pack for each packed buffer.
[[nodiscard]] Result<Done> check_buffers(const LoopNest& nest);
/// Loops, guards and stores: known names, variables used inside their loops only, extents, numbers of subscripts, who
/// may read and write what, what may stand in vector and parallel loops, sizes.
[[nodiscard]] Result<Done> check_structure(const LoopNest& nest);
/// No access without pad can leave its buffer's shape; no scratch is read that nothing writes.
[[nodiscard]] Result<Done> check_bounds(const LoopNest& nest);
/// Iterations of a parallel loop, and lanes of a vector loop, touch nothing that another one writes; scratch that is
/// private to parallel iterations, and registers, are not used across their border.
[[nodiscard]] Result<Done> check_independence(const LoopNest& nest);

/// [A-Za-z_][A-Za-z0-9_]*
[[nodiscard]] bool is_name(const std::string& text);
/// "nest NAME: `CONSTRUCT`: WHAT".
[[nodiscard]] Error complaint(const LoopNest& nest, const std::string& construct, const std::string& what);

}  // namespace saku::ir
