// Text to tree.
#pragma once

#include <string>

#include "base/result.h"
#include "frontends/notation/syntax.h"

namespace saku::frontends {

/// Reads one operator in the notation (grammar: syntax.h). `file` is its name in messages. Errors carry
/// `file:line:column`, what was expected and what was found. Texts over 1 MiB, blocks nested deeper than 64, and
/// expressions past the limits of parse_expression.h are errors; so is anything after the operator's closing brace.
[[nodiscard]] Result<OpTemplate> parse_notation(const std::string& text, const std::string& file);

}  // namespace saku::frontends
