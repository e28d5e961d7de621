// What is computed in one iteration: scalar expressions over tensor elements.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ir/index.h"

namespace saku::ir {

enum class DType : std::uint8_t { f32, f64, bf16, i8, u8, i32, i64 };

[[nodiscard]] std::string to_string(DType type);
[[nodiscard]] std::optional<DType> dtype_named(const std::string& name);
/// Bytes of one element.
[[nodiscard]] int size_bytes(DType type);

/// A position in `LoopNest::buffers`, or in `Operator::tensors` inside an operator's statements.
using BufferId = std::int32_t;

/// One element of a buffer, by logical coordinates. With `pad`, coordinates outside the buffer's shape are allowed and
/// read as that value (a guarded, "padded" read); without, they are a bug that `verify` and `interpret` report.
struct Access {
    BufferId buffer = 0;
    std::vector<Index> indices;
    std::optional<double> pad;
    /// Pads compare by bits, as constants do.
    friend bool operator==(const Access& a, const Access& b);
};

enum class UnaryOp : std::uint8_t { negate, absolute, square_root, exponential, reciprocal };
enum class BinaryOp : std::uint8_t { add, subtract, multiply, divide, maximum, minimum };

[[nodiscard]] std::string to_string(UnaryOp op);   ///< "neg", "abs", "sqrt", "exp", "rcp"
[[nodiscard]] std::string to_string(BinaryOp op);  ///< "+", "-", "*", "/", "max", "min"

struct ExprNode;

/// An immutable expression; copies share their nodes. An empty Expr (default constructed) is not a valid operand.
using Expr = std::shared_ptr<const ExprNode>;

struct Constant {
    double value = 0;
};
struct Load {
    Access access;
};
/// An index as a number: exact up to 2^24 in f32, else rounded to the nearest.
struct IndexValue {
    Index index;
};
struct Unary {
    UnaryOp op{};
    Expr operand;
};
struct Binary {
    BinaryOp op{};
    Expr left;
    Expr right;
};

struct ExprNode {
    std::variant<Constant, Load, IndexValue, Unary, Binary> node;
};

[[nodiscard]] Expr constant(double value);
[[nodiscard]] Expr load(Access access);
[[nodiscard]] Expr index_value(Index index);
[[nodiscard]] Expr unary(UnaryOp op, Expr operand);
[[nodiscard]] Expr binary(BinaryOp op, Expr left, Expr right);

/// Structural equality; constants compare by bits, so NaN equals itself.
[[nodiscard]] bool same(const Expr& a, const Expr& b);

/// Calls `visit` for each load, left to right.
void for_each_load(const Expr& expr, const std::function<void(const Access&)>& visit);

/// Calls `visit` for the index of each IndexValue, left to right.
void for_each_index_value(const Expr& expr, const std::function<void(const Index&)>& visit);

/// The expression with the index of every IndexValue passed through `change`.
[[nodiscard]] Expr map_index_values(const Expr& expr, const std::function<Index(const Index&)>& change);

/// The expression with every access replaced by what `replace` gives for it; empty = keep.
[[nodiscard]] Expr map_loads(const Expr& expr, const std::function<Expr(const Access&)>& replace);

}  // namespace saku::ir
