// --fix name=value: decisions that the user makes instead of the search.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace saku::cli {

void add_pins(CLI::App& command, std::vector<std::string>& pins);

/// {"tile_m", "8"} from "tile_m=8"; names twice are errors.
[[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> parse_pins(const std::vector<std::string>& pins);

}  // namespace saku::cli
