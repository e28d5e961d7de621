// Numbers as people read them.
#pragma once

#include <string>

namespace saku::cli {

/// Four significant digits with a unit: "580.3 us", "1.204 ms", "2.000 s".
[[nodiscard]] std::string duration(double seconds);

/// With so many digits after the point.
[[nodiscard]] std::string fixed(double value, int digits);

/// "3.58e-02".
[[nodiscard]] std::string scientific(double value);

/// "1 thread", "2 threads".
[[nodiscard]] std::string counted(long long count, const std::string& noun);

/// The text with each line moved to the right by two spaces.
[[nodiscard]] std::string indented(const std::string& text);

}  // namespace saku::cli
