// Groups of costmodel/coefficients.json that are written from measurements, in a text that people write.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace saku::fidelity {

/// "    \"name\": value", as lines of such a group are.
[[nodiscard]] std::string group_line(const std::string& name, const Json& value);

/// The coefficients' text with the lines of a group replaced and all else as it was. Error: a text without the group,
/// or one that would be no coefficients any more; `file` is for messages.
[[nodiscard]] Result<std::string> with_group(const std::string& coefficients, const std::string& name,
                                             const std::string& lines, const std::string& file);

}  // namespace saku::fidelity
