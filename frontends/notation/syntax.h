// The notation of operators as a tree: what the text of a .saku file says, before its parameters have values.
//
// An `OpTemplate` is a value; trees of expressions are immutable and shared. `parse` (parse.h) makes one from text,
// `instantiate` (instantiate.h) makes an `ir::Operator` from one and values for its parameters. The grammar, with
// worked examples, is in docs/notation.md:
//
//   op        := "op" NAME "(" (parameter ("," parameter)*)? ")" "{" item* "}"
//   parameter := NAME (":" int ".." int?)? ("=" int)? | NAME ":" "real" ("=" number)?
//   item      := require | let | axes | when | tensor | statement
//   require   := "require" condition STRING?
//   let       := "let" NAME "=" sum
//   axes      := "axes" NAME "<" sum ("," NAME "<" sum)*
//   when      := "when" condition "{" item* "}" ("else" (when | "{" item* "}"))?
//   tensor    := NAME ":" DTYPE "[" LETTER "=" sum ("," LETTER "=" sum)* "]" flag*
//   flag      := ("const" | "out" | "accumulate" | "pad" number | "layout" NAME | "ld" sum | "stride" LETTER sum)
//                ("if" condition)?
//   statement := access ("=" | "+=" | "*=" | "max=" | "min=") value
//   access    := NAME "[" sum ("," sum)* "]"
//
//   condition := both ("or" both)*            both  := test ("and" test)*
//   test      := "not" test | sum (("==" | "!=" | "<" | "<=" | ">" | ">=") sum)?
//   sum       := product (("+" | "-") product)*
//   product   := factor (("*" | "/" | "%") factor)*
//   factor    := "-" factor | INT | NAME | "(" condition ")" | ("min" | "max") "(" sum "," sum ")"
//
//   value     := term (("+" | "-") term)*     term  := atom (("*" | "/") atom)*
//   atom      := "-" atom | REAL | "inf" | NAME | access | "index" "(" sum ")" | "(" value ")" | call
//   call      := ("neg" | "abs" | "sqrt" | "exp" | "rcp") "(" value ")" | ("max" | "min") "(" value "," value ")"
//   int       := "-"? INT                     number := "-"? (REAL | "inf")
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ir/expr.h"
#include "ir/loop_nest.h"
#include "ir/operator.h"

namespace saku::frontends {

/// A place in a text; both count from 1, columns in bytes.
struct Position {
    int line = 1;
    int column = 1;
};

/// "file:line:column".
[[nodiscard]] std::string to_string(const std::string& file, Position at);

// ---- integers: sizes, conditions, subscripts

enum class IntOp : std::uint8_t {
    add,
    subtract,
    multiply,
    divide,
    modulo,
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    both,
    either,
    minimum,
    maximum
};

struct IntNode;
using IntExpr = std::shared_ptr<const IntNode>;

struct IntNumber {
    std::int64_t value = 0;
};
struct IntName {
    std::string name;
};
struct IntNegate {
    IntExpr operand;
};
struct IntNot {
    IntExpr operand;
};
struct IntBinary {
    IntOp op{};
    IntExpr left;
    IntExpr right;
};
struct IntNode {
    Position at;
    std::variant<IntNumber, IntName, IntNegate, IntNot, IntBinary> node;
};

// ---- elements: what a statement computes

struct AccessSyntax {
    Position at;
    std::string tensor;
    std::vector<IntExpr> subscripts;
};

struct ValueNode;
using ValueExpr = std::shared_ptr<const ValueNode>;

struct ValueNumber {
    double value = 0;
};
/// A parameter or `let` as a number.
struct ValueName {
    std::string name;
};
/// A subscript as a number.
struct ValueIndex {
    IntExpr index;
};
struct ValueUnary {
    ir::UnaryOp op{};
    ValueExpr operand;
};
struct ValueBinary {
    ir::BinaryOp op{};
    ValueExpr left;
    ValueExpr right;
};
struct ValueNode {
    Position at;
    std::variant<ValueNumber, ValueName, AccessSyntax, ValueIndex, ValueUnary, ValueBinary> node;
};

// ---- items

struct Item;

/// `message` is cut where "{...}" stands: pieces of text and expressions whose values are filled in.
struct RequireSyntax {
    Position at;
    IntExpr condition;
    std::string text;  ///< of the condition, as written
    std::vector<std::variant<std::string, IntExpr>> message;
};
struct LetSyntax {
    Position at;
    std::string name;
    IntExpr value;
};
struct AxisSyntax {
    Position at;
    std::string name;
    IntExpr extent;
};
struct AxesSyntax {
    std::vector<AxisSyntax> axes;
};
struct WhenSyntax {
    IntExpr condition;
    std::vector<Item> then;
    std::vector<Item> otherwise;
};

struct DimensionSyntax {
    Position at;
    char letter = 'N';
    IntExpr extent;
};
struct FlagSyntax {
    enum class Kind : std::uint8_t { constant, output, accumulate, pad, layout, leading_dimension, stride };
    Position at;
    Kind kind{};
    double pad = 0;
    std::string layout;  ///< "any" or the dimensions' letters, outermost first
    char letter = 0;     ///< of the dimension that `stride` is for
    IntExpr elements;    ///< of `ld` and `stride`
    IntExpr condition;   ///< null: always
};
struct TensorSyntax {
    Position at;
    std::string name;
    ir::DType type = ir::DType::f32;
    std::vector<DimensionSyntax> dimensions;
    std::vector<FlagSyntax> flags;
};

struct StatementSyntax {
    AccessSyntax destination;
    ir::Update update = ir::Update::assign;
    ValueExpr value;
};

struct Item {
    std::variant<RequireSyntax, LetSyntax, AxesSyntax, WhenSyntax, TensorSyntax, StatementSyntax> node;
};

// ---- the operator

/// The largest value a parameter may have where the text sets no other limit.
constexpr std::int64_t default_high = std::int64_t{1} << 40;

/// Integers outside [low, high] are refused; real numbers may be anything but NaN.
struct ParameterSyntax {
    Position at;
    std::string name;
    std::optional<ir::ParameterValue> default_value;
    bool is_real = false;
    std::int64_t low = 1;
    std::int64_t high = default_high;
};

struct OpTemplate {
    std::string file;  ///< for positions in messages
    Position at;
    std::string name;
    std::vector<ParameterSyntax> parameters;
    std::vector<Item> items;
    std::string comment;  ///< the comment lines above "op", without their '#'
};

}  // namespace saku::frontends
