// pack: the elements that inner loops read are copied together first.
//
// By region, at a loop: the box of a tensor that one iteration of `at` touches is copied to scratch; padded reads are
// resolved by the copy, so the inner loops read without guards.
//
//     for y_o { for c { for u { for x { .. in[c, 4*y_o + u - 1, x - 1] pad 0 .. } } } }
//  => pack(in, y_o, in_p, region)
//     workspace in_p: f32[C, 6, X + 2]
//     for y_o { for c { for h < 6 { for w < X+2 { in_p[c, h, w] = in[c, 4*y_o + h - 1, w - 1] pad 0 } } }
//               for c { .. in_p[c, u, x] .. } }
//
// By axes, at a loop: one dimension per listed loop variable (all of them inside `at`), outermost first; this is im2col when the axes
// are those of a convolution, and BLIS's panels for a GEMM.
//
//     for i_m { for k { for i_i { .. a[96*i_o + 8*i_m + i_i, k] .. } } }
//  => pack(a, i_o, a_p, axes(i_m, k, i_i))
//     workspace a_p: f32[12, K, 8];   for i_m { for k { for i_i { a_p[i_m, k, i_i] = a[96*i_o + 8*i_m + i_i, k] } } }
//
// Offline (`at` empty): for `const` tensors, by axes only; the axes are all loops the subscripts use, and the copy becomes
// part of the operator's pack function, outside the kernel. At the top (`at` = "body") packs once a run.
// Reads beyond the tensor in ragged tiles are padded with 0 by the copy, so that guards on the inner loops need not hold
// for packed reads. The innermost loop of the copy is a vector loop of `vector` lanes (0: serial) where it is long enough.
// `order` permutes the dimensions of a region pack (empty: as the tensor's).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "ir/loop_nest.h"

namespace saku::schedules {

struct Pack {
    enum class By : std::uint8_t { region, axes };
    std::string tensor;
    std::string at;      ///< a loop; "" offline; "body" once, before everything
    std::string buffer;  ///< name of the copy
    By by = By::region;
    std::vector<std::string> axes;  ///< by axes: loop variables, outermost first
    std::vector<int> order;         ///< by region: the tensor's dimensions in the copy's order
    std::int64_t vector = 0;
    friend bool operator==(const Pack&, const Pack&) = default;
};

[[nodiscard]] Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Pack& step);

}  // namespace saku::schedules
