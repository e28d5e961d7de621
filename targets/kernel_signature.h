// What the generated headers of a kernel say of its arguments: names, types, where elements lie. Shared by the C header
// and the C++ wrapper.
#pragma once

#include <string>
#include <vector>

#include "ir/loop_nest.h"

namespace saku::targets {

/// A keyword of C17 or C++20.
[[nodiscard]] bool is_keyword(const std::string& name);

/// The C type of elements: "float"; types that C lacks as the integer of their size ("uint16_t" for bf16).
[[nodiscard]] std::string c_type(ir::DType type);

/// "float [64][3][3]", with what is unusual about where its elements lie: ", element offset 100*i0 + i1".
[[nodiscard]] std::string type_and_layout(const ir::Buffer& buffer);

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
