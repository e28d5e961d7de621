// The operators that come with the program: the .saku files of notation/builtins.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "frontends/notation/syntax.h"

namespace saku::frontends {

struct ParameterInfo {
    std::string name;
    std::optional<ir::ParameterValue> default_value;  ///< absent: must be given
    bool is_real = false;                             ///< any number; else an integer
    std::int64_t low = 1;                             ///< the values allowed, both ends included
    std::int64_t high = 1;
};

/// An operator as lists and help texts show it.
struct BuiltIn {
    std::string name;
    std::string summary;  ///< one line
    std::string example;  ///< a shorthand that works
    std::vector<ParameterInfo> parameters;
    std::string notation;  ///< the whole file
};

/// All of them, by name.
[[nodiscard]] std::vector<BuiltIn> built_ins();

/// Where it is: "built-in:NAME.saku" stands for the file in positions.
[[nodiscard]] std::optional<OpTemplate> find_built_in(const std::string& name);

/// "conv2d, depthwise_conv2d, matmul".
[[nodiscard]] std::string built_in_names();

}  // namespace saku::frontends
