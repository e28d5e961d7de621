// Values of options: checked before they are converted, with messages that say what was found and what was expected.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace saku::cli {

/// A decimal integer within [low, high].
[[nodiscard]] CLI::Validator integer_between(std::int64_t low, std::int64_t high);
/// One of these words.
[[nodiscard]] CLI::Validator one_of(std::vector<std::string> words);
/// Anything but nothing: `--out ""` is a script's empty variable, not a wish.
[[nodiscard]] CLI::Validator not_empty();
/// A decimal number above zero and at most `high`.
[[nodiscard]] CLI::Validator positive_number(double high);

}  // namespace saku::cli
