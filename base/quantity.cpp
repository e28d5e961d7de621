#include "base/quantity.h"

#include <array>
#include <cstdio>

namespace saku {

std::string bytes_text(double bytes) {
    constexpr double step = 1024;
    constexpr std::array<const char*, 4> units{"B", "KiB", "MiB", "GiB"};
    std::size_t unit = 0;
    while (unit + 1 < units.size() && bytes >= step) {
        bytes /= step;
        ++unit;
    }
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
    return text.data();
}

}  // namespace saku
