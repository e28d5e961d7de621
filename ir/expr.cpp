#include "ir/expr.h"

#include <array>
#include <bit>
#include <utility>

#include "base/result.h"

namespace saku::ir {

namespace {

struct DTypeRow {
    DType type;
    const char* name;
    int bytes;
};
constexpr std::array<DTypeRow, 7> dtypes{{{DType::f32, "f32", 4},
                                          {DType::f64, "f64", 8},
                                          {DType::bf16, "bf16", 2},
                                          {DType::i8, "i8", 1},
                                          {DType::u8, "u8", 1},
                                          {DType::i32, "i32", 4},
                                          {DType::i64, "i64", 8}}};

}  // namespace

std::string to_string(DType type) { return dtypes[static_cast<std::size_t>(type)].name; }
int size_bytes(DType type) { return dtypes[static_cast<std::size_t>(type)].bytes; }

std::optional<DType> dtype_named(const std::string& name) {
    for (const DTypeRow& row : dtypes) {
        if (name == row.name) return row.type;
    }
    return std::nullopt;
}

std::string to_string(UnaryOp op) {
    constexpr std::array<const char*, 5> names{"neg", "abs", "sqrt", "exp", "rcp"};
    return names[static_cast<std::size_t>(op)];
}

std::string to_string(BinaryOp op) {
    constexpr std::array<const char*, 6> names{"+", "-", "*", "/", "max", "min"};
    return names[static_cast<std::size_t>(op)];
}

Expr constant(double value) { return std::make_shared<const ExprNode>(ExprNode{Constant{value}}); }
Expr load(Access access) { return std::make_shared<const ExprNode>(ExprNode{Load{std::move(access)}}); }
Expr index_value(Index index) { return std::make_shared<const ExprNode>(ExprNode{IndexValue{std::move(index)}}); }
Expr unary(UnaryOp op, Expr operand) {
    return std::make_shared<const ExprNode>(ExprNode{Unary{op, std::move(operand)}});
}
Expr binary(BinaryOp op, Expr left, Expr right) {
    return std::make_shared<const ExprNode>(ExprNode{Binary{op, std::move(left), std::move(right)}});
}

bool operator==(const Access& a, const Access& b) {
    const auto bits = [](const std::optional<double>& pad) {
        return pad ? std::optional(std::bit_cast<std::uint64_t>(*pad)) : std::nullopt;
    };
    return a.buffer == b.buffer && a.indices == b.indices && bits(a.pad) == bits(b.pad);
}

bool same(const Expr& a, const Expr& b) {
    if (a == b) return true;
    if (!a || !b || a->node.index() != b->node.index()) return false;
    return std::visit(Overloaded{
                          [&](const Constant& x) {
                              return std::bit_cast<std::uint64_t>(x.value) ==
                                     std::bit_cast<std::uint64_t>(std::get<Constant>(b->node).value);
                          },
                          [&](const Load& x) { return x.access == std::get<Load>(b->node).access; },
                          [&](const IndexValue& x) { return x.index == std::get<IndexValue>(b->node).index; },
                          [&](const Unary& x) {
                              const Unary& y = std::get<Unary>(b->node);
                              return x.op == y.op && same(x.operand, y.operand);
                          },
                          [&](const Binary& x) {
                              const Binary& y = std::get<Binary>(b->node);
                              return x.op == y.op && same(x.left, y.left) && same(x.right, y.right);
                          },
                      },
                      a->node);
}

void for_each_load(const Expr& expr, const std::function<void(const Access&)>& visit) {
    std::visit(Overloaded{
                   [](const Constant&) {},
                   [&](const Load& x) { visit(x.access); },
                   [](const IndexValue&) {},
                   [&](const Unary& x) { for_each_load(x.operand, visit); },
                   [&](const Binary& x) {
                       for_each_load(x.left, visit);
                       for_each_load(x.right, visit);
                   },
               },
               expr->node);
}

void for_each_index_value(const Expr& expr, const std::function<void(const Index&)>& visit) {
    std::visit(Overloaded{
                   [](const Constant&) {},
                   [](const Load&) {},
                   [&](const IndexValue& x) { visit(x.index); },
                   [&](const Unary& x) { for_each_index_value(x.operand, visit); },
                   [&](const Binary& x) {
                       for_each_index_value(x.left, visit);
                       for_each_index_value(x.right, visit);
                   },
               },
               expr->node);
}

Expr map_index_values(const Expr& expr, const std::function<Index(const Index&)>& change) {
    bool has_any = false;
    for_each_index_value(expr, [&](const Index&) { has_any = true; });
    if (!has_any) return expr;  // the rule; its nodes stay shared
    return std::visit(Overloaded{
                          [&](const Constant&) { return expr; },
                          [&](const Load&) { return expr; },
                          [&](const IndexValue& x) { return index_value(change(x.index)); },
                          [&](const Unary& x) { return unary(x.op, map_index_values(x.operand, change)); },
                          [&](const Binary& x) {
                              return binary(x.op, map_index_values(x.left, change), map_index_values(x.right, change));
                          },
                      },
                      expr->node);
}

Expr map_loads(const Expr& expr, const std::function<Expr(const Access&)>& replace) {
    return std::visit(
        Overloaded{
            [&](const Constant&) { return expr; },
            [&](const Load& x) {
                Expr replaced = replace(x.access);
                return replaced ? replaced : expr;
            },
            [&](const IndexValue&) { return expr; },
            [&](const Unary& x) { return unary(x.op, map_loads(x.operand, replace)); },
            [&](const Binary& x) { return binary(x.op, map_loads(x.left, replace), map_loads(x.right, replace)); },
        },
        expr->node);
}

}  // namespace saku::ir
