// Tables and blocks of generated text in markdown files.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace saku::fidelity {

/// "0.852".
[[nodiscard]] std::string fixed(double value, int digits);
/// With its sign: "+0.012", "-0.003"; "0" where all digits are.
[[nodiscard]] std::string change(double value, int digits);
/// "28 %".
[[nodiscard]] std::string percent(double fraction);
/// "224,000".
[[nodiscard]] std::string grouped(double count);

/// A table; the first row is its head. Cells hold no '|'.
[[nodiscard]] std::string table(const std::vector<std::vector<std::string>>& rows);

/// The text with what stands between "<!-- NAME: begin -->" and "<!-- NAME: end -->" replaced, the markers kept. Error:
/// a text without them; `file` is for messages.
[[nodiscard]] Result<std::string> with_block(const std::string& text, const std::string& name,
                                             const std::string& content, const std::string& file);

}  // namespace saku::fidelity
