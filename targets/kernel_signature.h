// What the generated headers of a kernel say of its arguments: names, types, where elements lie. Shared by the C header
// and the C++ wrapper.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ir/loop_nest.h"

namespace saku::targets {

/// A keyword of C17 or C++20.
[[nodiscard]] bool is_keyword(const std::string& name);

/// The C type of elements: "float"; types that C lacks as the integer of their size ("uint16_t" for bf16).
[[nodiscard]] std::string c_type(ir::DType type);

/// "float [1][64][56][56] (NCHW)": extents, and the names of the dimensions where they have some.
[[nodiscard]] std::string type_and_shape(const ir::Buffer& buffer);

/// Where the elements lie: the order in memory, elements between neighbours along each dimension as declared (where
/// blocks leave one such number), and the offset of an element, "NHWC, strides [200704][1][3584][64], element offset
/// 200704*n + 3584*h + 64*w + c"; empty for row-major order without gaps.
[[nodiscard]] std::string layout_text(const ir::Buffer& buffer, const ir::Layout& layout);

/// Elements between neighbours in each dimension; empty where a dimension lies in several parts.
[[nodiscard]] std::vector<std::int64_t> strides_of(const ir::Buffer& buffer, const ir::Layout& layout);

/// Where the caller's own elements lie: `plain` where the layout is free.
[[nodiscard]] const ir::Layout& callers_layout(const ir::Buffer& buffer);

/// One argument of the kernel.
struct Parameter {
    const ir::Buffer* buffer = nullptr;  ///< of the nest it was made from
    std::string name;                    ///< an identifier of C and C++, no two the same; "packed_wt" when packed
    bool is_packed = false;              ///< passed as made by the pack function
    bool is_free = false;                ///< passed as made by the function that lays it out
};

/// The arguments in declaration order, without `workspace` and `workers`, which no argument is called.
[[nodiscard]] std::vector<Parameter> parameters_of(const ir::LoopNest& nest);

/// Text that neither ends a C comment nor begins a new line.
[[nodiscard]] std::string in_comment(std::string text);

}  // namespace saku::targets
