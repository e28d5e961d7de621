#include <algorithm>
#include <limits>
#include <utility>

#include "frontends/notation/expression_parts.h"
#include "frontends/notation/parse_expression.h"

namespace saku::frontends {

namespace {

class ValueParser {
public:
    explicit ValueParser(Cursor& cursor) : cursor_(cursor), size_(cursor) {}

    Result<ValueExpr> value() {
        constexpr std::array<OpName<ir::BinaryOp>, 2> ops{{{"+", ir::BinaryOp::add}, {"-", ir::BinaryOp::subtract}}};
        return chain(ops, &ValueParser::term);
    }

private:
    using Rule = Result<ValueExpr> (ValueParser::*)();

    static ValueExpr make(
        const Token& at, std::variant<ValueNumber, ValueName, AccessSyntax, ValueIndex, ValueUnary, ValueBinary> node) {
        return std::make_shared<const ValueNode>(ValueNode{at.at, std::move(node)});
    }

    template <std::size_t N>
    Result<ValueExpr> chain(const std::array<OpName<ir::BinaryOp>, N>& ops, Rule operand) {
        SAKU_TRY(left, (this->*operand)());
        ValueExpr result = left;
        while (const std::optional<ir::BinaryOp> op = op_at(cursor_, ops)) {
            const Token at = cursor_.take();
            SAKU_TRY_DONE(size_.operation());
            SAKU_TRY(right, (this->*operand)());
            result = make(at, ValueBinary{*op, result, right});
        }
        return result;
    }

    Result<ValueExpr> term() {
        constexpr std::array<OpName<ir::BinaryOp>, 2> ops{{{"*", ir::BinaryOp::multiply}, {"/", ir::BinaryOp::divide}}};
        return chain(ops, &ValueParser::atom);
    }

    Result<ValueExpr> atom() {
        SAKU_TRY_DONE(size_.enter());
        Result<ValueExpr> result = unguarded_atom();
        size_.leave();
        return result;
    }

    Result<ValueExpr> unguarded_atom() {
        const Token first = cursor_.now();
        if (cursor_.skip("-")) {
            SAKU_TRY_DONE(size_.operation());
            SAKU_TRY(operand, atom());
            return make(first, ValueUnary{ir::UnaryOp::negate, operand});
        }
        if (cursor_.skip("(")) {
            SAKU_TRY(inner, value());
            SAKU_TRY_DONE(cursor_.expect(")"));
            return inner;
        }
        if (first.kind == Token::Kind::integer || first.kind == Token::Kind::real) {
            cursor_.take();
            return make(first, ValueNumber{first.real});
        }
        if (first.kind != Token::Kind::name) return cursor_.expected("a number, a tensor's element or '('");
        if (first.text == "index" && cursor_.is("(", 1)) {
            cursor_.take();
            cursor_.take();
            SAKU_TRY(index, parse_sum(cursor_));
            SAKU_TRY_DONE(cursor_.expect(")"));
            return make(first, ValueIndex{index});
        }
        if (cursor_.is("(", 1)) return call();
        if (cursor_.is("[", 1)) {
            SAKU_TRY(access, parse_access(cursor_));
            return make(first, access);
        }
        if (first.text == "inf") {
            cursor_.take();
            return make(first, ValueNumber{std::numeric_limits<double>::infinity()});
        }
        if (is_keyword(first.text)) return cursor_.expected("a number, a tensor's element or '('");
        cursor_.take();
        return make(first, ValueName{std::string(first.text)});
    }

    Result<ValueExpr> call() {
        constexpr std::array<OpName<ir::UnaryOp>, 5> unary{{{"neg", ir::UnaryOp::negate},
                                                            {"abs", ir::UnaryOp::absolute},
                                                            {"sqrt", ir::UnaryOp::square_root},
                                                            {"exp", ir::UnaryOp::exponential},
                                                            {"rcp", ir::UnaryOp::reciprocal}}};
        constexpr std::array<OpName<ir::BinaryOp>, 2> binary{
            {{"max", ir::BinaryOp::maximum}, {"min", ir::BinaryOp::minimum}}};
        const std::optional<ir::UnaryOp> one = op_at(cursor_, unary);
        const std::optional<ir::BinaryOp> two = op_at(cursor_, binary);
        if (!one && !two) {
            return cursor_.expected("one of the functions neg, abs, sqrt, exp, rcp, max, min, index");
        }
        const Token name = cursor_.take();
        SAKU_TRY_DONE(size_.operation());
        SAKU_TRY_DONE(cursor_.expect("("));
        SAKU_TRY(left, value());
        if (one) {
            SAKU_TRY_DONE(cursor_.expect(")"));
            return make(name, ValueUnary{*one, left});
        }
        SAKU_TRY_DONE(cursor_.expect(","));
        SAKU_TRY(right, value());
        SAKU_TRY_DONE(cursor_.expect(")"));
        return make(name, ValueBinary{*two, left, right});
    }

    Cursor& cursor_;
    Size size_;
};

}  // namespace

bool is_keyword(std::string_view word) {
    // The second half are words of the text form of nests, in which tensors and axes keep their names.
    constexpr std::array<std::string_view, 29> keywords{
        "op",    "require", "let",   "axes",     "when",   "else",     "if",        "and",      "or",  "not",
        "inf",   "neg",     "abs",   "sqrt",     "exp",    "rcp",      "max",       "min",      "for", "mod",
        "floor", "vscale",  "first", "parallel", "vector", "unrolled", "intrinsic", "prefetch", "nan"};
    return std::find(keywords.begin(), keywords.end(), word) != keywords.end();
}

Result<ValueExpr> parse_value(Cursor& cursor) { return ValueParser(cursor).value(); }

Result<AccessSyntax> parse_access(Cursor& cursor) {
    SAKU_TRY(name, cursor.expect_name("a tensor's name"));
    AccessSyntax access{.at = name.at, .tensor = std::string(name.text), .subscripts = {}};
    SAKU_TRY_DONE(cursor.expect("["));
    do {
        SAKU_TRY(subscript, parse_sum(cursor));
        access.subscripts.push_back(subscript);
    } while (cursor.skip(","));
    if (!cursor.skip("]")) return cursor.expected("',' or ']'");
    return access;
}

}  // namespace saku::frontends
