#include "cli/format.h"

#include <array>
#include <cstdio>

namespace saku::cli {

std::string fixed(double value, int digits) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", digits, value);
    return text.data();
}

std::string scientific(double value) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.2e", value);
    return text.data();
}

std::string duration(double seconds) {
    struct Unit {
        double scale;
        const char* name;
    };
    constexpr std::array<Unit, 4> units{{{1, "s"}, {1e3, "ms"}, {1e6, "us"}, {1e9, "ns"}}};
    std::size_t chosen = 0;
    while (chosen + 1 < units.size() && seconds * units[chosen].scale < 0.9999) ++chosen;
    const double value = seconds * units[chosen].scale;
    const int digits = value < 9.9995 ? 3 : value < 99.995 ? 2 : value < 999.95 ? 1 : 0;
    return fixed(value, digits) + " " + units[chosen].name;
}

std::string counted(long long count, const std::string& noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string indented(const std::string& text) {
    std::string result;
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        result += "  " + text.substr(start, end - start) + "\n";
        start = end + 1;
    }
    return result;
}

}  // namespace saku::cli
