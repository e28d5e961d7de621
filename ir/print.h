// A nest as text, in the grammar of loop_nest.h, and back.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "ir/loop_nest.h"

namespace saku::ir {

/// Deterministic, two spaces a level; `parse(print(nest)) == nest` for every nest that `verify` accepts.
[[nodiscard]] std::string print(const LoopNest& nest);
[[nodiscard]] std::string print(const LoopNest& nest, const Block& block, int indent = 0);
/// The body alone, with what `note` says of a loop behind its line ("; ..."); for people, `parse` does not read it.
[[nodiscard]] std::string print_annotated(const LoopNest& nest, const std::function<std::string(const Loop&)>& note);
[[nodiscard]] std::string print(const LoopNest& nest, const Expr& expr);
[[nodiscard]] std::string print(const LoopNest& nest, const Access& access);
[[nodiscard]] std::string print(const LoopNest& nest, const Index& index);

/// Reads what `print` writes. Errors have `file:line:column` in `where` and say what was expected. The nest is not yet
/// verified. Nesting deeper than 256 blocks or 256 parentheses, and texts over 1 MiB, are errors.
[[nodiscard]] Result<LoopNest> parse(const std::string& text, const std::string& file = "nest");

}  // namespace saku::ir
