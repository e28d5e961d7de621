#include "frontends/notation/parse_expression.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

namespace saku::frontends {

namespace {

constexpr int max_operations = 256;
constexpr int max_depth = 64;

/// How large the expression that is being read has become.
class Size {
public:
    explicit Size(Cursor& cursor) : cursor_(cursor) {}

    [[nodiscard]] Result<Done> operation() {
        if (++operations_ <= max_operations) return Done{};
        return cursor_.error(cursor_.now(), "the expression has more than " + std::to_string(max_operations) +
                                                " operations, expected fewer");
    }
    [[nodiscard]] Result<Done> enter() {
        if (++depth_ <= max_depth) return Done{};
        return cursor_.error(cursor_.now(), "the expression is nested deeper than " + std::to_string(max_depth) +
                                                " levels, expected fewer");
    }
    void leave() { --depth_; }

private:
    Cursor& cursor_;
    int operations_ = 0;
    int depth_ = 0;
};

/// A symbol or word and what it stands for.
template <class Op>
struct OpName {
    std::string_view text;
    Op op;
};

template <class Op, std::size_t N>
std::optional<Op> op_at(const Cursor& cursor, const std::array<OpName<Op>, N>& names) {
    for (const OpName<Op>& name : names) {
        if (cursor.is(name.text)) return name.op;
    }
    return std::nullopt;
}

class IntParser {
public:
    explicit IntParser(Cursor& cursor) : cursor_(cursor), size_(cursor) {}

    Result<IntExpr> condition() {
        constexpr std::array<OpName<IntOp>, 1> ops{{{"or", IntOp::either}}};
        return chain(ops, &IntParser::conjunction);
    }

    Result<IntExpr> sum() {
        constexpr std::array<OpName<IntOp>, 2> ops{{{"+", IntOp::add}, {"-", IntOp::subtract}}};
        return chain(ops, &IntParser::product);
    }

private:
    using Rule = Result<IntExpr> (IntParser::*)();

    static IntExpr make(const Token& at, std::variant<IntNumber, IntName, IntNegate, IntNot, IntBinary> node) {
        return std::make_shared<const IntNode>(IntNode{at.at, std::move(node)});
    }

    /// operand (op operand)*, grouped from the left.
    template <std::size_t N>
    Result<IntExpr> chain(const std::array<OpName<IntOp>, N>& ops, Rule operand) {
        SAKU_TRY(left, (this->*operand)());
        IntExpr result = left;
        while (const std::optional<IntOp> op = op_at(cursor_, ops)) {
            const Token at = cursor_.take();
            SAKU_TRY_DONE(size_.operation());
            SAKU_TRY(right, (this->*operand)());
            result = make(at, IntBinary{*op, result, right});
        }
        return result;
    }

    Result<IntExpr> conjunction() {
        constexpr std::array<OpName<IntOp>, 1> ops{{{"and", IntOp::both}}};
        return chain(ops, &IntParser::test);
    }

    Result<IntExpr> test() {
        if (cursor_.is("not")) {
            const Token at = cursor_.take();
            SAKU_TRY_DONE(size_.operation());
            SAKU_TRY_DONE(size_.enter());
            SAKU_TRY(operand, test());
            size_.leave();
            return make(at, IntNot{operand});
        }
        constexpr std::array<OpName<IntOp>, 6> ops{{{"==", IntOp::equal},
                                                    {"!=", IntOp::not_equal},
                                                    {"<", IntOp::less},
                                                    {"<=", IntOp::less_equal},
                                                    {">", IntOp::greater},
                                                    {">=", IntOp::greater_equal}}};
        SAKU_TRY(left, sum());
        const std::optional<IntOp> op = op_at(cursor_, ops);
        if (!op) return left;
        const Token at = cursor_.take();
        SAKU_TRY_DONE(size_.operation());
        SAKU_TRY(right, sum());
        if (op_at(cursor_, ops)) return cursor_.expected("'and' or 'or' between two comparisons");
        return make(at, IntBinary{*op, left, right});
    }

    Result<IntExpr> product() {
        constexpr std::array<OpName<IntOp>, 3> ops{
            {{"*", IntOp::multiply}, {"/", IntOp::divide}, {"%", IntOp::modulo}}};
        return chain(ops, &IntParser::factor);
    }

    Result<IntExpr> factor() {
        SAKU_TRY_DONE(size_.enter());
        Result<IntExpr> result = unguarded_factor();
        size_.leave();
        return result;
    }

    Result<IntExpr> unguarded_factor() {
        const Token first = cursor_.now();
        if (cursor_.skip("-")) {
            SAKU_TRY_DONE(size_.operation());
            SAKU_TRY(operand, factor());
            return make(first, IntNegate{operand});
        }
        if (cursor_.skip("(")) {
            SAKU_TRY(inner, condition());
            SAKU_TRY_DONE(cursor_.expect(")"));
            return inner;
        }
        if ((cursor_.is("min") || cursor_.is("max")) && cursor_.is("(", 1)) return smaller_or_larger();
        if (first.kind == Token::Kind::integer) {
            cursor_.take();
            return make(first, IntNumber{first.integer});
        }
        if (first.kind == Token::Kind::name && !is_keyword(first.text)) {
            cursor_.take();
            return make(first, IntName{std::string(first.text)});
        }
        return cursor_.expected("an integer, a name or '('");
    }

    Result<IntExpr> smaller_or_larger() {
        const Token name = cursor_.take();
        SAKU_TRY_DONE(size_.operation());
        SAKU_TRY_DONE(cursor_.expect("("));
        SAKU_TRY(left, sum());
        SAKU_TRY_DONE(cursor_.expect(","));
        SAKU_TRY(right, sum());
        SAKU_TRY_DONE(cursor_.expect(")"));
        return make(name, IntBinary{name.text == "min" ? IntOp::minimum : IntOp::maximum, left, right});
    }

    Cursor& cursor_;
    Size size_;
};

class ValueParser {
public:
    explicit ValueParser(Cursor& cursor) : cursor_(cursor), size_(cursor) {}

    Result<ValueExpr> value() {
        constexpr std::array<OpName<ir::BinaryOp>, 2> ops{{{"+", ir::BinaryOp::add}, {"-", ir::BinaryOp::subtract}}};
        return chain(ops, &ValueParser::term);
    }

private:
    using Rule = Result<ValueExpr> (ValueParser::*)();

    static ValueExpr make(const Token& at,
                          std::variant<ValueNumber, ValueName, AccessSyntax, ValueUnary, ValueBinary> node) {
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
            return cursor_.expected("one of the functions neg, abs, sqrt, exp, rcp, max, min");
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

Result<IntExpr> parse_sum(Cursor& cursor) { return IntParser(cursor).sum(); }
Result<IntExpr> parse_condition(Cursor& cursor) { return IntParser(cursor).condition(); }
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
