// Names with something behind them: the operator's parameters and tensors.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "frontends/notation/cursor.h"
#include "frontends/notation/syntax.h"

namespace saku::frontends {

/// A name that is being declared, so no keyword; `what` says of what, for the message.
[[nodiscard]] Result<Token> declared_name(Cursor& cursor, std::string_view what);

/// "(" parameter, ... ")"; at most 64.
[[nodiscard]] Result<std::vector<ParameterSyntax>> parse_parameters(Cursor& cursor);

/// NAME ":" DTYPE "[" dimensions "]" flags
[[nodiscard]] Result<TensorSyntax> parse_tensor(Cursor& cursor);

}  // namespace saku::frontends
