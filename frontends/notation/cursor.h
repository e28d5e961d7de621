// Reading tokens one after the other: what every part of the parser shares.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "frontends/notation/lexer.h"

namespace saku::frontends {

class Cursor {
public:
    Cursor(std::vector<Token> tokens, std::string_view text, std::string file)
        : tokens_(std::move(tokens)), text_(text), file_(std::move(file)) {}

    [[nodiscard]] const Token& now() const { return peek(0); }
    [[nodiscard]] const Token& peek(std::size_t ahead) const {
        return tokens_[position_ + ahead < tokens_.size() ? position_ + ahead : tokens_.size() - 1];
    }
    /// Gives the current token and moves on; the end stays the end.
    const Token& take() {
        const Token& token = now();
        if (position_ + 1 < tokens_.size()) ++position_;
        return token;
    }

    [[nodiscard]] bool at_end() const { return now().kind == Token::Kind::end; }
    /// The token is this symbol or word.
    [[nodiscard]] bool is(std::string_view text, std::size_t ahead = 0) const {
        const Token& token = peek(ahead);
        return (token.kind == Token::Kind::symbol || token.kind == Token::Kind::name) && token.text == text;
    }
    bool skip(std::string_view text) {
        if (!is(text)) return false;
        take();
        return true;
    }

    [[nodiscard]] Error error(const Token& token, std::string what) const {
        return {to_string(file_, token.at), std::move(what)};
    }
    [[nodiscard]] Error expected(std::string_view what) const {
        return error(now(), "expected " + std::string(what) + ", found " + describe(now()));
    }
    [[nodiscard]] Result<Done> expect(std::string_view text) {
        if (skip(text)) return Done{};
        return expected("'" + std::string(text) + "'");
    }
    /// The token of a name; `what` says of what, for the message.
    [[nodiscard]] Result<Token> expect_name(std::string_view what) {
        if (now().kind != Token::Kind::name) return expected(what);
        return take();
    }

    [[nodiscard]] const std::string& file() const { return file_; }
    /// The text between the starts of two tokens, without the white space at its end.
    [[nodiscard]] std::string source(const Token& first, const Token& end) const {
        std::string_view slice = text_.substr(first.offset, end.offset - first.offset);
        const std::size_t last = slice.find_last_not_of(" \t\r\n");
        return std::string(slice.substr(0, last == std::string_view::npos ? 0 : last + 1));
    }

private:
    std::vector<Token> tokens_;
    std::size_t position_ = 0;
    std::string_view text_;
    std::string file_;
};

}  // namespace saku::frontends
