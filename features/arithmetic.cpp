#include "features/arithmetic.h"

#include <variant>

#include "base/result.h"

namespace saku::features {

namespace {

using Counts = std::array<double, arithmetic_count>;

void add(Counts& counts, Arithmetic kind) { counts[static_cast<std::size_t>(kind)] += 1; }

Arithmetic kind_of(ir::UnaryOp op) {
    switch (op) {
        case ir::UnaryOp::negate:
        case ir::UnaryOp::absolute:
            return Arithmetic::logic;
        case ir::UnaryOp::square_root:
            return Arithmetic::square_root;
        case ir::UnaryOp::exponential:
            return Arithmetic::exponential;
        case ir::UnaryOp::reciprocal:
            return Arithmetic::divide;
    }
    return Arithmetic::logic;
}

Arithmetic kind_of(ir::BinaryOp op) {
    switch (op) {
        case ir::BinaryOp::add:
        case ir::BinaryOp::subtract:
            return Arithmetic::add;
        case ir::BinaryOp::multiply:
            return Arithmetic::multiply;
        case ir::BinaryOp::divide:
            return Arithmetic::divide;
        case ir::BinaryOp::maximum:
        case ir::BinaryOp::minimum:
            return Arithmetic::minmax;
    }
    return Arithmetic::add;
}

const ir::Binary* as_product(const ir::Expr& expr) {
    const ir::Binary* binary = std::get_if<ir::Binary>(&expr->node);
    return binary != nullptr && binary->op == ir::BinaryOp::multiply ? binary : nullptr;
}

/// Of subscripts and constants alone, cheap to work out (no division, root or exponential): compilers do so once a row
/// or column of a tile, in scalar code where lanes are alike.
bool is_of_indices(const ir::Expr& expr) {
    return std::visit(Overloaded{
                          [](const ir::Constant&) { return true; },
                          [](const ir::Load&) { return false; },
                          [](const ir::IndexValue&) { return true; },
                          [](const ir::Unary& unary) {
                              return kind_of(unary.op) == Arithmetic::logic && is_of_indices(unary.operand);
                          },
                          [](const ir::Binary& binary) {
                              return binary.op != ir::BinaryOp::divide && is_of_indices(binary.left) &&
                                     is_of_indices(binary.right);
                          },
                      },
                      expr->node);
}

void count(const ir::Expr& expr, Counts& counts);

/// `a*b + c` in one instruction: counts it, the operands of the product and nothing for the product itself.
void count_fused(const ir::Binary& product, Counts& counts) {
    add(counts, Arithmetic::fma);
    count(product.left, counts);
    count(product.right, counts);
}

void count_binary(const ir::Binary& binary, Counts& counts) {
    if (is_of_indices(binary.left) && is_of_indices(binary.right)) return add(counts, kind_of(binary.op));
    if (kind_of(binary.op) == Arithmetic::add) {
        if (const ir::Binary* product = as_product(binary.left)) {
            count_fused(*product, counts);
            return count(binary.right, counts);
        }
        if (const ir::Binary* product = as_product(binary.right)) {
            count_fused(*product, counts);
            return count(binary.left, counts);
        }
    }
    add(counts, kind_of(binary.op));
    count(binary.left, counts);
    count(binary.right, counts);
}

void count(const ir::Expr& expr, Counts& counts) {
    std::visit(Overloaded{
                   [](const ir::Constant&) {},
                   [](const ir::Load&) {},
                   // A conversion, and at most an addition for the lanes.
                   [&](const ir::IndexValue&) { add(counts, Arithmetic::add); },
                   [&](const ir::Unary& unary) {
                       add(counts, kind_of(unary.op));
                       count(unary.operand, counts);
                   },
                   [&](const ir::Binary& binary) { count_binary(binary, counts); },
               },
               expr->node);
}

}  // namespace

std::array<double, arithmetic_count> operations_of(const ir::Store& store) {
    Counts counts{};
    const ir::Binary* product = as_product(store.value);
    if (store.update == ir::Update::add && product != nullptr) {
        count_fused(*product, counts);
    } else {
        count(store.value, counts);
        switch (store.update) {
            case ir::Update::assign:
                break;
            case ir::Update::add:
                add(counts, Arithmetic::add);
                break;
            case ir::Update::multiply:
                add(counts, Arithmetic::multiply);
                break;
            case ir::Update::maximum:
            case ir::Update::minimum:
                add(counts, Arithmetic::minmax);
                break;
        }
    }
    if (store.first && !store.first->empty()) add(counts, Arithmetic::logic);
    return counts;
}

}  // namespace saku::features
