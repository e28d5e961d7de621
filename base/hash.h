// Fingerprints of text, the same on every host.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace saku {

/// FNV-1a with 64 bits (Fowler, Noll, Vo): names things, does not protect them. Who must tell different texts apart
/// for certain compares the texts too.
[[nodiscard]] constexpr std::uint64_t fnv1a(std::string_view text, std::uint64_t hash = 0xcbf29ce484222325ULL) {
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3ULL;
    }
    return hash;
}

/// Sixteen hexadecimal digits.
[[nodiscard]] inline std::string hex(std::uint64_t value) {
    std::string text(16, '0');
    for (std::size_t i = 16; i-- > 0; value >>= 4) text[i] = "0123456789abcdef"[value & 15];
    return text;
}

}  // namespace saku
