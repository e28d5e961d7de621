#include <utility>

#include "frontends/notation/expression_parts.h"
#include "frontends/notation/parse_expression.h"

namespace saku::frontends {

namespace {

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

}  // namespace

Result<IntExpr> parse_sum(Cursor& cursor) { return IntParser(cursor).sum(); }
Result<IntExpr> parse_condition(Cursor& cursor) { return IntParser(cursor).condition(); }

}  // namespace saku::frontends
