#include "schedules/text_reader.h"

#include <cctype>
#include <limits>
#include <utility>

#include "base/checked.h"

namespace saku::schedules {

namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 20;
constexpr std::size_t most_items = 4096;
constexpr int deepest_call = 2;

class Reader {
public:
    Reader(const std::string& text, const std::string& file) : text_(text), file_(file) {}

    Result<std::vector<Argument>> calls() {
        std::vector<Argument> found;
        for (skip_blanks(); position_ < text_.size(); skip_blanks()) {
            if (found.size() == most_items) return error("expected at most " + std::to_string(most_items) + " steps");
            SAKU_TRY(one, argument(1));
            if (one.kind != Argument::Kind::call) {
                return Error{one.where, "expected a step such as split(i, 8, i_o, i_i)"};
            }
            found.push_back(std::move(one));
        }
        return found;
    }

private:
    [[nodiscard]] char here() const { return position_ < text_.size() ? text_[position_] : '\0'; }

    void advance() {
        if (here() == '\n') {
            ++line_;
            column_ = 1;
        } else {
            ++column_;
        }
        ++position_;
    }

    void skip_blanks() {
        while (position_ < text_.size()) {
            if (here() == '#') {
                while (position_ < text_.size() && here() != '\n') advance();
            } else if (here() == ' ' || here() == '\t' || here() == '\n' || here() == '\r') {
                advance();
            } else {
                return;
            }
        }
    }

    [[nodiscard]] std::string where() const {
        return file_ + ":" + std::to_string(line_) + ":" + std::to_string(column_);
    }

    /// "found X, expected Y" at the current position.
    [[nodiscard]] Error error(const std::string& expected) const {
        if (position_ >= text_.size()) return {where(), "found the end of the text, " + expected};
        const auto byte = static_cast<unsigned char>(here());
        const std::string found = std::isprint(byte) != 0 ? "'" + std::string(1, here()) + "'"
                                                          : "byte " + std::to_string(static_cast<int>(byte));
        return {where(), "found " + found + ", " + expected};
    }

    static bool starts_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
    static bool is_digit(char c) { return c >= '0' && c <= '9'; }

    std::string name() {
        std::string word;
        while (starts_name(here()) || is_digit(here())) {
            word += here();
            advance();
        }
        return word;
    }

    Result<std::int64_t> integer() {
        const Error too_large{where(), "expected an integer that fits 64 bits"};
        const bool negative = here() == '-';
        if (negative) advance();
        if (!is_digit(here())) return error("expected a digit");
        std::int64_t value = 0;
        for (; is_digit(here()); advance()) {
            const std::int64_t digit = here() - '0';
            const std::optional<std::int64_t> tenfold = checked_mul(value, 10);
            const std::optional<std::int64_t> next = tenfold ? checked_add(*tenfold, digit) : std::nullopt;
            if (!next) return too_large;
            value = *next;
        }
        return negative ? -value : value;
    }

    Result<Argument> argument(int depth) {
        Argument result;
        result.where = where();
        if (here() == '"') {
            advance();
            if (here() != '"') return error("expected '\"': only the empty string stands in quotes");
            advance();
            result.kind = Argument::Kind::nothing;
            return result;
        }
        if (is_digit(here()) || here() == '-') {
            SAKU_TRY(value, integer());
            result.kind = Argument::Kind::integer;
            result.integer = value;
            return result;
        }
        if (!starts_name(here())) return error("expected a name, an integer or \"\"");
        result.name = name();
        skip_blanks();
        if (here() != '(') return result;
        if (depth > deepest_call) return error("expected no further parentheses");
        result.kind = Argument::Kind::call;
        SAKU_TRY(arguments, list(depth));
        result.arguments = std::move(arguments);
        return result;
    }

    Result<std::vector<Argument>> list(int depth) {
        std::vector<Argument> found;
        advance();  // (
        skip_blanks();
        while (here() != ')') {
            if (!found.empty()) {
                if (here() != ',') return error("expected ',' or ')'");
                advance();
                skip_blanks();
            }
            if (found.size() == most_items) return error("expected fewer arguments");
            SAKU_TRY(one, argument(depth + 1));
            found.push_back(std::move(one));
            skip_blanks();
        }
        advance();  // )
        return found;
    }

    const std::string& text_;
    const std::string& file_;
    std::size_t position_ = 0;
    std::size_t line_ = 1;
    std::size_t column_ = 1;
};

}  // namespace

Result<std::vector<Argument>> read_calls(const std::string& text, const std::string& file) {
    if (text.size() > most_bytes) {
        return Error{file, "found " + std::to_string(text.size()) + " bytes, expected at most 1 MiB of schedule"};
    }
    return Reader(text, file).calls();
}

}  // namespace saku::schedules
