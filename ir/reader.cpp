#include "ir/reader.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <limits>
#include <utility>

#include "base/checked.h"

namespace saku::ir {

namespace {

std::string quoted(const Token& token) {
    constexpr std::size_t longest = 40;
    if (token.kind == Token::Kind::end) return "the end of the text";
    if (token.text.size() <= longest) return "'" + std::string(token.text) + "'";
    return "'" + std::string(token.text.substr(0, longest)) + "...'";
}

std::optional<UnaryOp> unary_named(std::string_view name) {
    for (const UnaryOp op :
         {UnaryOp::negate, UnaryOp::absolute, UnaryOp::square_root, UnaryOp::exponential, UnaryOp::reciprocal}) {
        if (to_string(op) == name) return op;
    }
    return std::nullopt;
}

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

// ---- indices

Result<Index> Reader::index() {
    SAKU_TRY(piece, index_sum(false));
    return std::move(piece.index);
}

Result<Reader::Piece> Reader::index_sum(bool allow_group) {
    const Token& start = peek();
    bool is_negative = accept_sign("-");
    Piece sum;
    for (int count = 0;; ++count) {
        const Token& place = peek();
        SAKU_TRY(term, index_term());
        if (term.form == Piece::Form::group) {
            if (allow_group && count == 0 && !is_negative) return std::move(term);
            return error_at(place, "parentheses stand only inside floor(...) and around '... mod INT'");
        }
        const std::optional<std::int64_t> size = checked_add(sum.size, term.size);
        if (!size || *size > max_index) return error_at(start, "index too large, at most " + std::to_string(max_index));
        sum.size = *size;
        sum.index += is_negative ? term.index * -1 : term.index;
        const bool has_more = at_sign("+") || at_sign("-");
        if (count == 0 && !is_negative && !has_more) sum.form = term.form;
        if (!has_more) return sum;
        is_negative = take().text == "-";
    }
}

Result<Reader::Piece> Reader::index_term() {
    if (peek().kind != Token::Kind::number) return index_atom();
    const Token& start = peek();
    SAKU_TRY(factor, integer("an integer", 0, max_index));
    if (!accept_sign("*")) return Piece{.index = factor, .size = factor, .form = Piece::Form::sum};
    const Token& place = peek();
    SAKU_TRY(atom, index_atom());
    if (atom.form == Piece::Form::group) return error_at(place, "expected a variable, 'floor(' or '(... mod INT)'");
    const std::optional<std::int64_t> size = checked_mul(factor, atom.size);
    if (!size || *size > max_index) return error_at(start, "index too large, at most " + std::to_string(max_index));
    return Piece{.index = atom.index * factor, .size = *size, .form = Piece::Form::sum};
}

Result<Reader::Piece> Reader::index_atom() {
    if (at_sign("(")) return parenthesis();
    if (peek().kind != Token::Kind::word) return expected("an index: an integer, a variable or 'floor('");
    if (at_word("floor") && at_sign("(", 1)) return floor_atom();
    const auto known = variables.find(peek().text);
    if (known == variables.end()) {
        return error_at(peek(), "unknown variable " + quoted(peek()) + ": no loop over it begins before this place");
    }
    take();
    return Piece{.index = Index::variable(known->second), .size = 1, .form = Piece::Form::atom};
}

Result<Reader::Piece> Reader::floor_atom() {
    take();
    SAKU_TRY_DONE(open_parenthesis());
    const Token& place = peek();
    SAKU_TRY(inner, index_sum(true));
    if (inner.form == Piece::Form::sum)
        return error_at(place, "expected parentheses around what floor(.../INT) divides");
    SAKU_TRY_DONE(expect_sign("/"));
    SAKU_TRY(divisor, integer("a divisor", 1, max_index));
    SAKU_TRY_DONE(expect_sign(")"));
    close_parenthesis();
    return Piece{.index = quotient(inner.index, divisor), .size = inner.size, .form = Piece::Form::atom};
}

/// "(" whole "mod" INT ")", or "(" index ")" as a group.
Result<Reader::Piece> Reader::parenthesis() {
    SAKU_TRY_DONE(open_parenthesis());
    const Token& place = peek();
    SAKU_TRY(inner, index_sum(true));
    if (!at_word("mod")) {
        if (inner.form == Piece::Form::group) return expected("'mod'");
        SAKU_TRY_DONE(expect_sign(")"));
        close_parenthesis();
        inner.form = Piece::Form::group;
        return std::move(inner);
    }
    if (inner.form == Piece::Form::sum) return error_at(place, "expected parentheses around what is taken mod INT");
    take();
    SAKU_TRY(divisor, integer("a divisor", 1, max_index));
    SAKU_TRY_DONE(expect_sign(")"));
    close_parenthesis();
    return Piece{.index = remainder(inner.index, divisor), .size = inner.size, .form = Piece::Form::atom};
}

// ---- accesses and expressions

Result<Access> Reader::access() {
    if (peek().kind != Token::Kind::word) return expected("a buffer");
    const auto known = buffers.find(peek().text);
    if (known == buffers.end()) return error_at(peek(), "unknown buffer " + quoted(peek()));
    take();
    Access access{.buffer = known->second, .indices = {}, .pad = std::nullopt};
    SAKU_TRY_DONE(expect_sign("["));
    do {
        SAKU_TRY(subscript, index());
        access.indices.push_back(std::move(subscript));
    } while (accept_sign(","));
    SAKU_TRY_DONE(expect_sign("]"));
    if (at_word("pad") && !at_sign("[", 1)) {
        take();
        SAKU_TRY(pad, number());
        access.pad = pad;
    }
    return access;
}

Result<Expr> Reader::expression() {
    SAKU_TRY(sum, sum_expression());
    return std::move(sum.expr);
}

Result<Reader::Sized> Reader::combined(BinaryOp op, Sized left, Sized right) {
    const int height = std::max(left.height, right.height) + 1;
    if (height > max_operators) {
        return error_at(peek(), "more than " + std::to_string(max_operators) + " operators above one another");
    }
    return Sized{.expr = binary(op, std::move(left.expr), std::move(right.expr)), .height = height};
}

Result<Reader::Sized> Reader::sum_expression() {
    SAKU_TRY(sum, product_expression());
    while (at_sign("+") || at_sign("-")) {
        const BinaryOp op = take().text == "+" ? BinaryOp::add : BinaryOp::subtract;
        SAKU_TRY(right, product_expression());
        SAKU_TRY(both, combined(op, std::move(sum), std::move(right)));
        sum = std::move(both);
    }
    return std::move(sum);
}

Result<Reader::Sized> Reader::product_expression() {
    SAKU_TRY(product, operand());
    while (at_sign("*") || at_sign("/")) {
        const BinaryOp op = take().text == "*" ? BinaryOp::multiply : BinaryOp::divide;
        SAKU_TRY(right, operand());
        SAKU_TRY(both, combined(op, std::move(product), std::move(right)));
        product = std::move(both);
    }
    return std::move(product);
}

Result<Reader::Sized> Reader::operand() {
    if (at_number()) {
        SAKU_TRY(value, number());
        return Sized{.expr = constant(value), .height = 0};
    }
    if (at_sign("(")) {
        SAKU_TRY_DONE(open_parenthesis());
        SAKU_TRY(inner, sum_expression());
        SAKU_TRY_DONE(expect_sign(")"));
        close_parenthesis();
        return std::move(inner);
    }
    if (peek().kind == Token::Kind::word && at_sign("(", 1)) return call();
    if (peek().kind != Token::Kind::word) return expected("a number, a buffer, a function or '('");
    SAKU_TRY(read, access());
    return Sized{.expr = load(std::move(read)), .height = 0};
}

Result<Reader::Sized> Reader::call() {
    const Token& function = take();
    const std::optional<UnaryOp> op = unary_named(function.text);
    const bool is_maximum = function.text == "max";
    if (!op && !is_maximum && function.text != "min") {
        return error_at(function,
                        "unknown function " + quoted(function) + ", expected max, min, neg, abs, sqrt, exp or rcp");
    }
    SAKU_TRY_DONE(open_parenthesis());
    SAKU_TRY(first, sum_expression());
    if (op) {
        first = Sized{.expr = unary(*op, std::move(first.expr)), .height = first.height + 1};
    } else {
        SAKU_TRY_DONE(expect_sign(","));
        SAKU_TRY(second, sum_expression());
        SAKU_TRY(both,
                 combined(is_maximum ? BinaryOp::maximum : BinaryOp::minimum, std::move(first), std::move(second)));
        first = std::move(both);
    }
    SAKU_TRY_DONE(expect_sign(")"));
    close_parenthesis();
    return std::move(first);
}

}  // namespace saku::ir
