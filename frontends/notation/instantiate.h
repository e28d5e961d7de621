// Tree and values to operator.
#pragma once

#include "base/result.h"
#include "frontends/notation/arguments.h"
#include "frontends/notation/syntax.h"
#include "ir/operator.h"

namespace saku::frontends {

/// The operator that the template describes for these arguments; it passes `ir::check`. Errors about arguments have no
/// `where` (see `bind`); errors about the text carry `file:line:column`.
[[nodiscard]] Result<ir::Operator> instantiate(const OpTemplate& op, const Arguments& given);

}  // namespace saku::frontends
