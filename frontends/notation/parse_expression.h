// The expressions of the notation: integers, conditions, element values.
#pragma once

#include "base/result.h"
#include "frontends/notation/cursor.h"
#include "frontends/notation/syntax.h"

namespace saku::frontends {

/// Words with a meaning of their own in expressions and items; nothing may be called so.
[[nodiscard]] bool is_keyword(std::string_view word);

/// Each of these reads the longest expression at the cursor. Expressions of more than 256 operations, and parentheses
/// nested deeper than 64, are errors.
[[nodiscard]] Result<IntExpr> parse_sum(Cursor& cursor);
[[nodiscard]] Result<IntExpr> parse_condition(Cursor& cursor);
[[nodiscard]] Result<ValueExpr> parse_value(Cursor& cursor);
/// NAME "[" sum, ... "]"
[[nodiscard]] Result<AccessSyntax> parse_access(Cursor& cursor);

}  // namespace saku::frontends
