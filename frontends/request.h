// What a text asks for, before any size is put in: an operator's template and the keys it is given.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "frontends/notation/syntax.h"
#include "ir/operator.h"

namespace saku::frontends {

/// key=value, values not yet understood.
using Keys = std::vector<std::pair<std::string, std::string>>;

struct Request {
    OpTemplate op;
    Keys keys;
    std::string where;          ///< of complaints that have no place in the template's text
    bool hides_places = false;  ///< of all complaints: a place in the text of a built-in tells its user nothing
};

/// Of what `operator_from` takes.
[[nodiscard]] Result<Request> request_from(const std::string& text);

[[nodiscard]] Result<ir::Operator> operator_of(const Request& request);

/// A text with more keys behind it.
struct Completed {
    std::string text;
    std::vector<bool> taken;  ///< by option: was it added?
};

/// `text` with those of the options that its operator takes and does not hold itself. It takes `layout` where it has a
/// tensor, not a constant one, of at least three dimensions, and the value fits its letters.
[[nodiscard]] Result<Completed> with_options(const std::string& text, const Keys& options);

}  // namespace saku::frontends
