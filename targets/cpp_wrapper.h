// The C++20 header that goes with an emitted kernel: `<name>.hpp` around `<name>.h`, the standard library and nothing
// else. For `mm` of matmul:m=128,n=768,k=768 it gives
//
//     namespace saku::mm {
//     struct a_tensor { using element = const float; ... shape{128, 768}; ... };   what is known of each tensor
//     using a_view = saku_support::View<a_tensor>;       a span whose number of elements (or shape) is checked
//     using b_packed = saku_support::Packed<b_tensor>;   owns a packed operand: aligned, freed at the end
//     using in_laid_out = saku_support::LaidOut<in_tensor>;             owns a tensor with a free layout...
//     using in_laid_out_view = saku_support::LaidOutView<in_tensor>;    ... borrows one, also another kernel's output
//     inline constexpr int threads = 1;                  tuned for
//     class kernel {                                     owns the workspace
//         explicit kernel(int workers = threads);
//         void operator()(a_view a, const b_packed& packed_b, out_view out);   throws instead of a status
//     };
//     }
//
// What `View`, `Packed` and the exception mean stands in the header itself (targets/cpp_wrapper_support.cpp): every
// generated header carries the same guarded copy, so that headers of several kernels go together in one program.
#pragma once

#include <string>

#include "ir/loop_nest.h"

namespace saku::targets {

struct WrapperOptions {
    std::string name;         ///< of the kernel (c_header.h)
    std::string description;  ///< what it computes: the operator's shorthand
    int threads = 1;          ///< that it was tuned for: how many workers a `kernel` has when none are asked for
};

/// Depends on nothing but its arguments. Tensors become `<tensor>_view`, packed ones `<tensor>_packed` too.
[[nodiscard]] std::string cpp_wrapper(const ir::LoopNest& nest, const WrapperOptions& options);

/// The part that is the same in every generated header.
[[nodiscard]] std::string cpp_wrapper_support();

}  // namespace saku::targets
