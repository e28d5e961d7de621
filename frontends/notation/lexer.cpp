#include "frontends/notation/lexer.h"

#include <array>
#include <charconv>
#include <optional>
#include <system_error>

namespace saku::frontends {

namespace {

// Not <cctype>: its answers depend on the locale.
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool starts_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool continues_name(char c) { return starts_name(c) || is_digit(c); }

// "/=" and "-=" mean nothing; as tokens they make better messages.
constexpr std::array<std::string_view, 9> long_symbols{"..", "==", "!=", "<=", ">=", "+=", "*=", "/=", "-="};
constexpr std::string_view short_symbols = "()[]{},:=<>+-*/%";

class Lexer {
public:
    Lexer(std::string_view text, const std::string& file, Position start) : text_(text), file_(file), at_(start) {}

    Result<std::vector<Token>> run() {
        std::vector<Token> tokens;
        for (;;) {
            skip_space();
            SAKU_TRY(token, next());
            tokens.push_back(token);
            if (token.kind == Token::Kind::end) return tokens;
        }
    }

private:
    [[nodiscard]] bool done() const { return offset_ >= text_.size(); }
    [[nodiscard]] char peek(std::size_t ahead = 0) const {
        return offset_ + ahead < text_.size() ? text_[offset_ + ahead] : '\0';
    }

    void advance(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            if (text_[offset_++] == '\n') {
                ++at_.line;
                at_.column = 1;
            } else {
                ++at_.column;
            }
        }
    }

    void skip_space() {
        while (!done()) {
            const char c = peek();
            if (c == '#') {
                while (!done() && peek() != '\n') advance(1);
            } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
                advance(1);
            } else {
                return;
            }
        }
    }

    Token take(Token::Kind kind, std::size_t length) {
        Token token{.kind = kind, .at = at_, .text = text_.substr(offset_, length), .offset = offset_};
        advance(length);
        return token;
    }

    [[nodiscard]] Error error(std::string what) const { return {to_string(file_, at_), std::move(what)}; }

    Result<Token> next() {
        if (done()) return take(Token::Kind::end, 0);
        if (starts_name(peek())) return name();
        if (is_digit(peek())) return number();
        if (peek() == '"') return string();
        for (std::string_view symbol : long_symbols) {
            if (text_.substr(offset_, 2) == symbol) return take(Token::Kind::symbol, 2);
        }
        if (short_symbols.find(peek()) != std::string_view::npos) return take(Token::Kind::symbol, 1);
        return error("expected a name, a number or a symbol, found " + byte_name(peek()));
    }

    static std::string byte_name(char c) {
        if (c > ' ' && c <= '~') return std::string("'") + c + "'";
        constexpr std::string_view digits = "0123456789abcdef";
        const auto byte = static_cast<unsigned char>(c);
        return std::string("the byte 0x") + digits[byte / 16] + digits[byte % 16];
    }

    Result<Token> name() {
        std::size_t length = 1;
        while (continues_name(peek(length))) ++length;
        if (length > 64)
            return error("expected a name of at most 64 characters, found one of " + std::to_string(length));
        return take(Token::Kind::name, length);
    }

    Result<Token> number() {
        std::size_t length = 1;
        bool is_real = false;
        while (is_digit(peek(length))) ++length;
        if (peek(length) == '.' && is_digit(peek(length + 1))) {
            is_real = true;
            ++length;
            while (is_digit(peek(length))) ++length;
        }
        if (peek(length) == 'e' || peek(length) == 'E') {
            const std::size_t sign = peek(length + 1) == '-' || peek(length + 1) == '+' ? 1 : 0;
            if (is_digit(peek(length + 1 + sign))) {
                is_real = true;
                length += 1 + sign;
                while (is_digit(peek(length))) ++length;
            }
        }
        if (continues_name(peek(length))) {
            while (continues_name(peek(length))) ++length;
            return error("expected a number, found '" + shortened(text_.substr(offset_, length)) + "'");
        }
        return number_token(is_real, length);
    }

    Result<Token> number_token(bool is_real, std::size_t length) {
        const std::string_view digits = text_.substr(offset_, length);
        const auto fails = [&](auto& value) {
            return std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc();
        };
        double real = 0;
        std::int64_t integer = 0;
        if (fails(real)) return error("the number " + shortened(digits) + " does not fit a double");
        if (!is_real && fails(integer)) return error("the number " + shortened(digits) + " does not fit 64 bits");
        Token token = take(is_real ? Token::Kind::real : Token::Kind::integer, length);
        token.real = real;
        token.integer = integer;
        return token;
    }

    static std::string shortened(std::string_view text) {
        return text.size() <= 40 ? std::string(text) : std::string(text.substr(0, 37)) + "...";
    }

    Result<Token> string() {
        std::size_t length = 1;
        while (offset_ + length < text_.size() && peek(length) != '"') {
            if (peek(length) < ' ' || peek(length) > '~') {
                return error("expected a closing '\"' on the same line, found " + byte_name(peek(length)));
            }
            ++length;
        }
        if (offset_ + length >= text_.size()) return error("expected a closing '\"', found the end of the text");
        Token token = take(Token::Kind::string, length + 1);
        token.text = token.text.substr(1, length - 1);
        return token;
    }

    std::string_view text_;
    const std::string& file_;
    Position at_;
    std::size_t offset_ = 0;
};

}  // namespace

std::string to_string(const std::string& file, Position at) {
    return file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

Result<std::vector<Token>> lex(std::string_view text, const std::string& file, Position start) {
    return Lexer(text, file, start).run();
}

std::string describe(const Token& token) {
    if (token.kind == Token::Kind::end) return "the end of the text";
    if (token.kind == Token::Kind::string) return "the string \"" + std::string(token.text) + "\"";
    return "'" + std::string(token.text) + "'";
}

}  // namespace saku::frontends
