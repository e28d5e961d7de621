#include "cli/progress_line.h"

#include <algorithm>
#include <string_view>

namespace saku::cli {

std::string without_middle(const std::string& text, std::size_t width) {
    constexpr std::string_view gap = "..";
    if (text.size() <= width) return text;
    if (width <= gap.size()) return text.substr(0, width);
    // The front holds the place in a suite, too.
    const std::size_t kept = width - gap.size();
    const std::size_t front = kept - kept / 2;
    return text.substr(0, front) + std::string(gap) + text.substr(text.size() - (kept - front));
}

std::string progress_line(const std::string& subject, double fraction, const std::string& stage, std::size_t width) {
    constexpr std::size_t cells = 20;
    fraction = std::clamp(fraction, 0.0, 1.0);
    const auto full = static_cast<std::size_t>(fraction * cells);
    const std::string bar = "  [" + std::string(full, '#') + std::string(cells - full, '.') + "]";
    const std::string rest = "  " + std::to_string(static_cast<int>(fraction * 100)) + "%  " + stage;
    if (subject.size() + bar.size() + rest.size() <= width) return subject + bar + rest;
    // The stage is what can be missed most.
    const std::size_t room = std::max(width / 2, width - std::min(width, rest.size()));
    return (without_middle(subject, room) + rest).substr(0, width);
}

}  // namespace saku::cli
