// Decisions of emission that need no LLVM: where scratch lies, what a packed operand weighs, how register buffers are
// cut into vectors.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "ir/loop_nest.h"
#include "targets/machine.h"

namespace saku::targets {

/// Packed operands begin with this many bytes: the tag, then zeros, so that the data stays aligned to a cache line.
inline constexpr std::int64_t packed_header_bytes = 64;
inline constexpr std::int64_t buffer_alignment_bytes = 64;

/// Where one workspace buffer lies.
struct WorkspacePlace {
    std::int64_t offset_bytes = 0;  ///< from the shared part, or from the worker's private part
    bool is_private = false;        ///< one copy a worker: it is written inside a parallel loop
};

/// How a register buffer becomes vectors: dimension `lane_dimension` is cut into vectors of `lanes`, one vector a unit.
struct RegisterTile {
    int lane_dimension = 0;
    int lanes = 1;
    std::vector<std::int64_t> unit_shape;  ///< units along each dimension
    [[nodiscard]] std::int64_t units() const;
};

struct EmissionPlan {
    int native_lanes = 1;                   ///< f32 lanes of the widest vector
    int vector_registers = 16;              ///< of that width
    std::vector<WorkspacePlace> workspace;  ///< by BufferId; meaningful for workspace buffers
    std::int64_t shared_bytes = 0;
    std::int64_t private_bytes = 0;          ///< per worker
    std::vector<RegisterTile> tiles;         ///< by BufferId; meaningful for register buffers
    std::vector<bool> begins_afresh;         ///< by BufferId: ir/register_lives.h
    std::vector<bool> filled_in_order;       ///< by BufferId: ir/fill_order.h
    bool has_masked_loads = false;           ///< of the target: else a masked load costs a branch a lane
    bool has_mask_registers = false;         ///< of the target: zeros where a mask is off are free
    std::vector<std::uint64_t> tags;         ///< by offline pack
    std::vector<std::int64_t> packed_bytes;  ///< by offline pack, header included
};

/// Elements that a workspace buffer takes, up to the next one.
[[nodiscard]] std::int64_t allotted_elements(const ir::Buffer& buffer);

/// Lanes one vector instruction works on for a vector loop of this extent: the native width, or less for short loops.
[[nodiscard]] int chunk_lanes(std::int64_t extent, int native_lanes);

/// Vectors that a vector loop of this extent becomes.
[[nodiscard]] std::int64_t vectors_of(std::int64_t extent, int native_lanes);

/// Plans the emission of a verified nest, or says what emission does not support: element types other than f32,
/// run-time extents, intrinsics, scratch or code beyond the limits.
[[nodiscard]] Fitted<EmissionPlan> plan_emission(const ir::LoopNest& nest, const Codegen& codegen);

}  // namespace saku::targets
