// The text form of steps, before it is known what they mean: calls with arguments.
//
//   schedule := call*                                 separated by white space; `#` starts a comment to the line's end
//   call     := NAME "(" (argument ("," argument)*)? ")"
//   argument := NAME | INTEGER | '""' | call
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"

namespace saku::schedules {

struct Argument {
    enum class Kind : std::uint8_t { name, integer, nothing, call };
    Kind kind = Kind::name;
    std::string name;          ///< of a name or call
    std::int64_t integer = 0;
    std::vector<Argument> arguments;  ///< of a call
    std::string where;         ///< file:line:column
};

/// The calls of a text. Limits: 1 MiB of text, 4096 calls, calls at most 2 deep, 4096 arguments each.
[[nodiscard]] Result<std::vector<Argument>> read_calls(const std::string& text, const std::string& file);

}  // namespace saku::schedules
