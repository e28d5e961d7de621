// Files that are part of the program: machine descriptions, built-in operators and suites, coefficients.
#pragma once

#include <iterator>
#include <span>
#include <string_view>

namespace saku {

struct EmbeddedFile {
    std::string_view name;  ///< file name without its folder
    std::string_view text;
};

/// Sorted by name. Defined in sources that the build generates (cmake/Embed.cmake).
[[nodiscard]] std::span<const EmbeddedFile> embedded_targets();
[[nodiscard]] std::span<const EmbeddedFile> embedded_costmodel();
[[nodiscard]] std::span<const EmbeddedFile> embedded_frontends();
[[nodiscard]] std::span<const EmbeddedFile> embedded_cli();
[[nodiscard]] std::span<const EmbeddedFile> embedded_suites();

}  // namespace saku
