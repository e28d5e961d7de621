// `name:key=value,...`: how operators are written on a command line.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "frontends/notation/instantiate.h"

namespace saku::frontends {

/// The keys of a shorthand, values not yet understood.
struct Shorthand {
    std::string head;  ///< a built-in's name or a path
    bool is_path = false;
    std::vector<std::pair<std::string, std::string>> keys;
};

/// Cuts the text at its colon and commas. A head with a '/' or ending in .saku or .json is a path.
[[nodiscard]] Result<Shorthand> parse_shorthand(const std::string& text);

/// The operator of a template under the keys of a shorthand. The key `layout` (where the operator has no parameter of
/// that name) takes `any`, all tensors that are not constant may have blocked layouts, or the order they
/// lie in, see ir::with_layouts.
[[nodiscard]] Result<ir::Operator> instantiate_keys(const OpTemplate& op,
                                                    const std::vector<std::pair<std::string, std::string>>& keys);

/// Text for a message: quoted, at most 64 characters, unprintable bytes as '?'.
[[nodiscard]] std::string in_quotes(const std::string& text);

}  // namespace saku::frontends
