#include "targets/llvm/values.h"

#include "targets/llvm/exponential.h"
#include "targets/llvm/index_arithmetic.h"
#include "targets/llvm/index_numbers.h"
#include "targets/llvm/memory.h"
#include "targets/llvm/tiles.h"

namespace saku::targets {

using namespace saku::ir;

llvm::Value* read(Frame& frame, const Access& access, const Lanes& lanes, llvm::Value* mask) {
    if (frame.buffer(access.buffer).scope == Scope::registers) return read_tile(frame, access, lanes);
    return load_memory(frame, access, lanes, mask);
}

namespace {

/// max(a, b) is b where a < b, else a: one instruction on x86, and a NaN on the left stays.
llvm::Value* extremum(Frame& frame, llvm::Value* a, llvm::Value* b, bool is_maximum) {
    auto& builder = frame.builder;
    llvm::Value* takes_b = is_maximum ? builder.CreateFCmpOLT(a, b) : builder.CreateFCmpOLT(b, a);
    return builder.CreateSelect(takes_b, b, a);
}

const Binary* product_in(const Expr& expr) {
    const Binary* binary = std::get_if<Binary>(&expr->node);
    return binary != nullptr && binary->op == BinaryOp::multiply ? binary : nullptr;
}

llvm::Value* multiply_add(Frame& frame, const Binary& product, llvm::Value* addend, const Lanes& lanes,
                          llvm::Value* mask, bool is_negated) {
    auto& b = frame.builder;
    llvm::Value* left = evaluate(frame, product.left, lanes, mask);
    llvm::Value* right = evaluate(frame, product.right, lanes, mask);
    if (is_negated) left = b.CreateFNeg(left);
    return b.CreateIntrinsic(llvm::Intrinsic::fmuladd, {addend->getType()}, {left, right, addend});
}

llvm::Value* evaluate_sum(Frame& frame, const Binary& sum, const Lanes& lanes, llvm::Value* mask) {
    const bool is_difference = sum.op == BinaryOp::subtract;
    if (const Binary* product = product_in(sum.right)) {
        return multiply_add(frame, *product, evaluate(frame, sum.left, lanes, mask), lanes, mask, is_difference);
    }
    if (const Binary* product = product_in(sum.left)) {
        llvm::Value* addend = evaluate(frame, sum.right, lanes, mask);
        if (is_difference) addend = frame.builder.CreateFNeg(addend);
        return multiply_add(frame, *product, addend, lanes, mask, false);
    }
    llvm::Value* left = evaluate(frame, sum.left, lanes, mask);
    llvm::Value* right = evaluate(frame, sum.right, lanes, mask);
    return is_difference ? frame.builder.CreateFSub(left, right) : frame.builder.CreateFAdd(left, right);
}

llvm::Value* evaluate_binary(Frame& frame, const Expr& expr, const Lanes& lanes, llvm::Value* mask) {
    const Binary& x = std::get<Binary>(expr->node);
    if (const auto index = as_index(frame, expr, lanes)) return index_number(frame, *index, lanes);
    if (x.op == BinaryOp::add || x.op == BinaryOp::subtract) return evaluate_sum(frame, x, lanes, mask);
    llvm::Value* left = evaluate(frame, x.left, lanes, mask);
    llvm::Value* right = evaluate(frame, x.right, lanes, mask);
    switch (x.op) {
        case BinaryOp::multiply:
            return frame.builder.CreateFMul(left, right);
        case BinaryOp::divide:
            return frame.builder.CreateFDiv(left, right);
        case BinaryOp::maximum:
            return extremum(frame, left, right, true);
        default:
            return extremum(frame, left, right, false);
    }
}

llvm::Value* evaluate_unary(Frame& frame, const Unary& x, const Lanes& lanes, llvm::Value* mask) {
    auto& b = frame.builder;
    llvm::Value* operand = evaluate(frame, x.operand, lanes, mask);
    switch (x.op) {
        case UnaryOp::negate:
            return b.CreateFNeg(operand);
        case UnaryOp::absolute:
            return b.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, operand);
        case UnaryOp::square_root:
            return b.CreateUnaryIntrinsic(llvm::Intrinsic::sqrt, operand);
        case UnaryOp::reciprocal:
            return b.CreateFDiv(frame.number(1, lanes), operand);
        case UnaryOp::exponential:
            return exponential(frame, operand, lanes);
    }
    return operand;
}

}  // namespace

llvm::Value* evaluate(Frame& frame, const Expr& expr, const Lanes& lanes, llvm::Value* mask) {
    return std::visit(Overloaded{
                          [&](const Constant& x) { return frame.number(x.value, lanes); },
                          [&](const Load& x) { return read(frame, x.access, lanes, mask); },
                          [&](const IndexValue& x) { return index_number(frame, x.index, lanes); },
                          [&](const Unary& x) { return evaluate_unary(frame, x, lanes, mask); },
                          [&](const Binary&) { return evaluate_binary(frame, expr, lanes, mask); },
                      },
                      expr->node);
}

llvm::Value* combine(Frame& frame, Update update, llvm::Value* old_value, const Expr& value, const Lanes& lanes,
                     llvm::Value* mask) {
    if (update == Update::add) {
        if (const Binary* product = product_in(value)) {
            return multiply_add(frame, *product, old_value, lanes, mask, false);
        }
    }
    llvm::Value* fresh = evaluate(frame, value, lanes, mask);
    switch (update) {
        case Update::assign:
            return fresh;
        case Update::add:
            return frame.builder.CreateFAdd(old_value, fresh);
        case Update::multiply:
            return frame.builder.CreateFMul(old_value, fresh);
        case Update::maximum:
            return extremum(frame, old_value, fresh, true);
        case Update::minimum:
            return extremum(frame, old_value, fresh, false);
    }
    return fresh;
}

}  // namespace saku::targets
