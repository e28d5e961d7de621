// Operators as JSON files.
#pragma once

#include <string>

#include "base/result.h"
#include "frontends/request.h"
#include "ir/operator.h"

namespace saku::frontends {

/// Reads {"schema": 1, "kind": "operator", "operator": "matmul", "parameters": {"m": 128, "n": 768, "k": 768}}. Instead
/// of the name of a built-in under "operator", the notation of an operator may stand under "notation". "parameters" may
/// be left out; those of 0 or 1 may be true or false; "layout": "any" may be there. Anything else is an error with a
/// JSON pointer.
[[nodiscard]] Result<Request> request_from_json(const std::string& text, const std::string& file);

/// The operator of that request.
[[nodiscard]] Result<ir::Operator> operator_from_json(const std::string& text, const std::string& file);

}  // namespace saku::frontends
