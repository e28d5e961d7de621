// The words, numbers and signs of a nest's text, with their places. Used by `parse` only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace saku::ir {

struct Token {
    enum class Kind : std::uint8_t { word, number, sign, end };
    Kind kind = Kind::end;
    std::string_view text;   ///< into the text given to `tokenize`
    std::size_t offset = 0;  ///< bytes from its start
};

/// Words are names and keywords; numbers are unsigned decimals (`12`, `0.5`, `1e-05`); signs are `{ } [ ] ( ) , : < <=
/// >= = += *= + - * / %`. Spaces and line ends separate. The last token is `end`. The failure is the offset of a byte
/// that begins none of these.
[[nodiscard]] Result<std::vector<Token>, std::size_t> tokenize(std::string_view text);

/// The token for a message: 'text', cut when it is long, or "the end of the text".
[[nodiscard]] std::string quoted(const Token& token);

/// "file:line:column" of a byte; lines and columns count from 1, columns in bytes.
[[nodiscard]] std::string place_of(const std::string& file, std::string_view text, std::size_t offset);

}  // namespace saku::ir
