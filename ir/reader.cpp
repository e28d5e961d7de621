#include "ir/reader.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <limits>
#include <utility>

namespace saku::ir {

namespace {

/// The double whose bits the word "nan_HEX" spells, if it is one.
std::optional<double> nan_spelled(std::string_view word) {
    constexpr std::string_view prefix = "nan_";
    if (word.substr(0, prefix.size()) != prefix) return std::nullopt;
    const std::string_view digits = word.substr(prefix.size());
    std::uint64_t bits = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), bits, 16);
    if (failure != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    const double value = std::bit_cast<double>(bits);
    return value != value ? std::optional<double>(value) : std::nullopt;
}

}  // namespace

// ---- tokens

const Token& Reader::peek(std::size_t ahead) const { return tokens_[std::min(next_ + ahead, tokens_.size() - 1)]; }

const Token& Reader::take() {
    const Token& token = peek();
    if (token.kind != Token::Kind::end) ++next_;
    return token;
}

bool Reader::at_sign(std::string_view sign, std::size_t ahead) const {
    return peek(ahead).kind == Token::Kind::sign && peek(ahead).text == sign;
}

bool Reader::at_word(std::string_view word, std::size_t ahead) const {
    return peek(ahead).kind == Token::Kind::word && peek(ahead).text == word;
}

bool Reader::accept_sign(std::string_view sign) {
    if (!at_sign(sign)) return false;
    take();
    return true;
}

bool Reader::accept_word(std::string_view word) {
    if (!at_word(word)) return false;
    take();
    return true;
}

Result<Done> Reader::expect_sign(std::string_view sign) {
    if (!accept_sign(sign)) return expected("'" + std::string(sign) + "'");
    return Done{};
}

Result<Done> Reader::expect_word(std::string_view word) {
    if (!accept_word(word)) return expected("'" + std::string(word) + "'");
    return Done{};
}

Error Reader::error_at(const Token& token, const std::string& what) const {
    return {.where = place_of(file_, text_, token.offset), .what = what};
}

Error Reader::expected(const std::string& what) const {
    return error_at(peek(), "expected " + what + ", found " + quoted(peek()));
}

// ---- names and numbers

Result<std::string> Reader::name(const std::string& what) {
    if (peek().kind != Token::Kind::word) return expected(what);
    return std::string(take().text);
}

Result<std::int64_t> Reader::integer(const std::string& what, std::int64_t least, std::int64_t most) {
    const Token& token = peek();
    if (token.kind != Token::Kind::number) return expected(what);
    std::int64_t value = 0;
    const char* last = token.text.data() + token.text.size();
    const auto [end, failure] = std::from_chars(token.text.data(), last, value);
    if (end != last && failure == std::errc()) return expected(what + ", an integer");
    if (failure != std::errc() || value < least || value > most) {
        return expected(what + " from " + std::to_string(least) + " to " + std::to_string(most));
    }
    take();
    return value;
}

bool Reader::at_number() const {
    const std::size_t at = at_sign("-") ? 1 : 0;
    if (peek(at).kind == Token::Kind::number) return true;
    return (at_word("inf", at) || at_word("nan", at) || (at == 0 && nan_spelled(peek().text))) && !at_sign("[", at + 1);
}

Result<double> Reader::number() {
    if (!at_number()) return expected("a number");
    const bool is_negative = accept_sign("-");
    const Token& token = take();
    double value = 0;
    if (token.text == "inf") {
        value = std::numeric_limits<double>::infinity();
    } else if (token.text == "nan") {
        value = std::numeric_limits<double>::quiet_NaN();
    } else if (const std::optional<double> spelled = nan_spelled(token.text)) {
        value = *spelled;
    } else {
        const char* last = token.text.data() + token.text.size();
        const auto [end, failure] = std::from_chars(token.text.data(), last, value);
        if (failure != std::errc() || end != last) return error_at(token, "number out of the range of a double");
    }
    return is_negative ? -value : value;
}

Result<Done> Reader::open_parenthesis() {
    const Token& token = peek();
    SAKU_TRY_DONE(expect_sign("("));
    if (++depth_ > max_nesting) {
        return error_at(token, "parentheses nested deeper than " + std::to_string(max_nesting));
    }
    return Done{};
}

}  // namespace saku::ir
