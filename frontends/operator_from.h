// From what a user types to an operator.
#pragma once

#include <string>

#include "base/result.h"
#include "ir/operator.h"

namespace saku::frontends {

/// `text` is one of
///   * the shorthand of a built-in: "matmul:m=128,n=768,k=768" (see built_ins.h for names and parameters);
///   * a path (with a '/', or ending in .saku or .json), with parameters behind it where the operator has any:
///     "ops/mttkrp.saku:i=256,j=32,k=64,l=64". Files are notation (docs/notation.md) or, ending in .json, operator
///     files (operator_json.h), to which parameters behind the path are added.
/// Errors: `where` is the built-in's name, the path, or `file:line:column`; it is empty for text that names nothing.
[[nodiscard]] Result<ir::Operator> operator_from(const std::string& text);

}  // namespace saku::frontends
