// What the progress line says, for a terminal of any width.
//
//     [3/20] conv2d:c=64,h=56,w=56,k=64,r=3,s=3,pad=1  [############........]  61%  tier 1
//     [3/20] conv2d:c=64,h=56..,k=64,r=3,s=3,pad=1  61%  tier 1
#pragma once

#include <cstddef>
#include <string>

namespace saku::cli {

/// At most `width` columns of ASCII text. Where room is short the bar goes first; then the subject loses its middle, so
/// that operators which begin or end alike can still be told apart. `fraction` is limited to [0, 1].
[[nodiscard]] std::string progress_line(const std::string& subject, double fraction, const std::string& stage,
                                        std::size_t width);

/// The text, or its two ends around ".." in `width` columns.
[[nodiscard]] std::string without_middle(const std::string& text, std::size_t width);

}  // namespace saku::cli
