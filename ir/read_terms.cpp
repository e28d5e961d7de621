#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/checked.h"
#include "ir/reader.h"

namespace saku::ir {

namespace {

std::optional<UnaryOp> unary_named(std::string_view name) {
    for (const UnaryOp op :
         {UnaryOp::negate, UnaryOp::absolute, UnaryOp::square_root, UnaryOp::exponential, UnaryOp::reciprocal}) {
        if (to_string(op) == name) return op;
    }
    return std::nullopt;
}

}  // namespace

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
    if (function.text == "index") {
        SAKU_TRY_DONE(open_parenthesis());
        SAKU_TRY(number, index());
        SAKU_TRY_DONE(expect_sign(")"));
        close_parenthesis();
        return Sized{.expr = index_value(std::move(number)), .height = 0};
    }
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
