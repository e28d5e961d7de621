#include "ir/tokens.h"

#include <algorithm>
#include <array>

namespace saku::ir {

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

std::size_t word_length(std::string_view text) {
    std::size_t length = 1;
    while (length < text.size() && (begins_word(text[length]) || is_digit(text[length]))) ++length;
    return length;
}

std::size_t digits_length(std::string_view text, std::size_t from) {
    std::size_t end = from;
    while (end < text.size() && is_digit(text[end])) ++end;
    return end - from;
}

/// digits ("." digits)? ("e" ("+" | "-")? digits)?
std::size_t number_length(std::string_view text) {
    std::size_t length = digits_length(text, 0);
    if (length < text.size() && text[length] == '.') {
        if (const std::size_t fraction = digits_length(text, length + 1); fraction > 0) length += 1 + fraction;
    }
    if (length < text.size() && text[length] == 'e') {
        const bool is_signed = length + 1 < text.size() && (text[length + 1] == '+' || text[length + 1] == '-');
        const std::size_t start = length + (is_signed ? 2 : 1);
        if (const std::size_t exponent = digits_length(text, start); exponent > 0) length = start + exponent;
    }
    return length;
}

std::size_t sign_length(std::string_view text) {
    constexpr std::array<std::string_view, 4> pairs{"<=", ">=", "+=", "*="};
    constexpr std::string_view single = "{}[](),:<=+-*/%";
    if (std::find(pairs.begin(), pairs.end(), text.substr(0, 2)) != pairs.end()) return 2;
    return single.find(text[0]) != std::string_view::npos ? 1 : 0;
}

}  // namespace

Result<std::vector<Token>, std::size_t> tokenize(std::string_view text) {
    std::vector<Token> tokens;
    std::size_t at = 0;
    while (at < text.size()) {
        if (is_space(text[at])) {
            ++at;
            continue;
        }
        const std::string_view rest = text.substr(at);
        Token token{.kind = Token::Kind::sign, .text = {}, .offset = at};
        std::size_t length = 0;
        if (begins_word(rest[0])) {
            token.kind = Token::Kind::word;
            length = word_length(rest);
        } else if (is_digit(rest[0])) {
            token.kind = Token::Kind::number;
            length = number_length(rest);
        } else {
            length = sign_length(rest);
        }
        if (length == 0) return at;
        token.text = rest.substr(0, length);
        tokens.push_back(token);
        at += length;
    }
    tokens.push_back({.kind = Token::Kind::end, .text = {}, .offset = text.size()});
    return tokens;
}

std::string quoted(const Token& token) {
    constexpr std::size_t longest = 40;
    if (token.kind == Token::Kind::end) return "the end of the text";
    if (token.text.size() <= longest) return "'" + std::string(token.text) + "'";
    return "'" + std::string(token.text.substr(0, longest)) + "...'";
}

std::string place_of(const std::string& file, std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    return file + ":" + std::to_string(line) + ":" + std::to_string(offset - line_start + 1);
}

}  // namespace saku::ir
