// The notation's text, cut into tokens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "frontends/notation/syntax.h"

namespace saku::frontends {

struct Token {
    enum class Kind : std::uint8_t { name, integer, real, string, symbol, end };
    Kind kind = Kind::end;
    Position at;
    std::string_view text;     ///< as written; of strings, what is between the quotes
    std::int64_t integer = 0;  ///< of integers
    double real = 0;           ///< of integers and reals
    std::size_t offset = 0;    ///< of the first byte, in the text
};

/// All tokens of `text`, the last of kind `end`; white space and comments (from '#' to the end of the line) are left
/// out. Tokens point into `text`. Positions start at `start`. Errors: bytes and numbers that are no token, strings that
/// do not end on their line.
[[nodiscard]] Result<std::vector<Token>> lex(std::string_view text, const std::string& file, Position start = {});

/// How messages name a token: "'name'", "the end of the text".
[[nodiscard]] std::string describe(const Token& token);

}  // namespace saku::frontends
