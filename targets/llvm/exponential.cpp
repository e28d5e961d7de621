#include "targets/llvm/exponential.h"

#include <llvm/IR/Intrinsics.h>

namespace saku::targets {

namespace {

// e^x = 2^n * e^r with n the integer nearest to x / ln 2, so that |r| <= ln(2)/2 (range reduction after Cody and Waite,
// Software Manual for the Elementary Functions, 1980, chapter 6). ln 2 in two parts: the first has 9 bits, hence its
// product with n is exact, with or without fused multiply-adds.
constexpr double one_by_ln2 = 1.4426950408889634;
constexpr double ln2_high = 355.0 / 512;
constexpr double ln2_low = -2.1219444005469057e-4;
// Beyond these the result is inf, or 0, in any rounding.
constexpr double highest = 89;
constexpr double lowest = -104;
// Taylor's terms up to r^7: what is left off is below (ln(2)/2)^8 / 8!, 5.2e-9 or 2^-27.
constexpr int terms = 7;
// Added to a number below 2^22, rounds it to an integer that then stands in the low bits.
constexpr double rounder = 12582912;  // 1.5 * 2^23
constexpr unsigned mantissa_bits = 23;
constexpr int exponent_bias = 127;

llvm::Value* multiply_add(Frame& frame, llvm::Value* a, llvm::Value* b, llvm::Value* c) {
    return frame.builder.CreateIntrinsic(llvm::Intrinsic::fmuladd, {a->getType()}, {a, b, c});
}

/// x within [lowest, highest]; NaN as it is.
llvm::Value* clamped(Frame& frame, llvm::Value* x, const Lanes& lanes) {
    auto& b = frame.builder;
    llvm::Value* high = frame.number(highest, lanes);
    llvm::Value* low = frame.number(lowest, lanes);
    x = b.CreateSelect(b.CreateFCmpOLT(high, x), high, x);
    return b.CreateSelect(b.CreateFCmpOLT(x, low), low, x);
}

llvm::Value* polynomial(Frame& frame, llvm::Value* r, const Lanes& lanes) {
    double factorial = 1;
    for (int i = 2; i <= terms; ++i) factorial *= i;
    llvm::Value* sum = frame.number(1 / factorial, lanes);
    for (int i = terms; i > 0; --i) {
        factorial /= i;
        sum = multiply_add(frame, sum, r, frame.number(1 / factorial, lanes));
    }
    return sum;
}

/// 2^n for an integer n whose result is a normal number.
llvm::Value* power_of_two(Frame& frame, llvm::Value* n, llvm::Type* type) {
    auto& b = frame.builder;
    llvm::Value* biased = b.CreateAdd(n, llvm::ConstantInt::get(n->getType(), exponent_bias));
    return b.CreateBitCast(b.CreateShl(biased, mantissa_bits), type);
}

}  // namespace

llvm::Value* exponential(Frame& frame, llvm::Value* x, const Lanes& lanes) {
    auto& b = frame.builder;
    llvm::Type* type = x->getType();
    llvm::Type* integer = type->getWithNewType(b.getInt32Ty());
    x = clamped(frame, x, lanes);
    llvm::Value* magic = frame.number(rounder, lanes);
    // No conversion to integers: that of NaN is undefined.
    llvm::Value* shifted = multiply_add(frame, x, frame.number(one_by_ln2, lanes), magic);
    llvm::Value* n = b.CreateFSub(shifted, magic);
    llvm::Value* r = multiply_add(frame, n, frame.number(-ln2_high, lanes), x);
    r = multiply_add(frame, n, frame.number(-ln2_low, lanes), r);
    llvm::Value* exponent = b.CreateSub(b.CreateBitCast(shifted, integer), b.CreateBitCast(magic, integer));
    // In two steps: neither 2^128 nor 2^-150 is a normal number.
    llvm::Value* half = b.CreateAShr(exponent, 1);
    llvm::Value* scaled = b.CreateFMul(polynomial(frame, r, lanes), power_of_two(frame, half, type));
    return b.CreateFMul(scaled, power_of_two(frame, b.CreateSub(exponent, half), type));
}

}  // namespace saku::targets
