// The header that goes with an emitted kernel: C, usable from C++ too.
//
//     /* Kernel for matmul:m=128,n=768,k=768.
//      * ...
//      *   a   input   float [128][768]
//      *   b   input   float [768][768], packed by mm_pack_b
//      *   out output  float [128][768]
//      */
//     size_t mm_packed_bytes_b(void);
//     void mm_pack_b(const float *b, void *packed_b);
//     size_t mm_workspace_bytes(int workers);
//     int mm(const float *a, const void *packed_b, float *out, void *workspace, int workers);
//
// Tensors with a free layout have size_t mm_bytes_a(void), void mm_to_a(const float *plain, float *laid_out) and
// void mm_from_a(const float *laid_out, float *plain).
#pragma once

#include <string>

#include "ir/loop_nest.h"

namespace saku::targets {

/// `description` is what the kernel computes, for the comment at the top (an operator's shorthand). Names of tensors
/// that are keywords, or taken, get an underscore as parameters. Depends on nothing but its arguments.
[[nodiscard]] std::string c_header(const ir::LoopNest& nest, const std::string& name, const std::string& description);

}  // namespace saku::targets
