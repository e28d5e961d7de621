// Values of options: checked before they are converted, with messages that say what was found and what was expected.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

namespace saku::cli {

/// A decimal integer within [low, high].
[[nodiscard]] CLI::Validator integer_between(std::int64_t low, std::int64_t high);
/// A decimal number above zero and at most `high`.
[[nodiscard]] CLI::Validator positive_number(double high);

}  // namespace saku::cli
