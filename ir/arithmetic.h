// The scalar arithmetic of the IR, in double: what operators compute and what stores round to. Inline, for the
// interpreter's inner loop.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "ir/expr.h"
#include "ir/loop_nest.h"

namespace saku::ir {

[[nodiscard]] inline double rounded_to_bf16(double value) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
    if (std::isnan(value)) return value;
    const std::uint32_t nearest_even = bits + 0x7fffU + ((bits >> 16U) & 1U);
    return static_cast<double>(std::bit_cast<float>(nearest_even & 0xffff0000U));
}

[[nodiscard]] inline double rounded_to_integer(double value, double low, double high) {
    if (std::isnan(value)) return 0;
    return std::clamp(std::nearbyint(value), low, high);
}

/// What an element of this type holds after `value` is stored: nearest even, within the range of the integer types.
[[nodiscard]] inline double rounded(DType type, double value) {
    switch (type) {
        case DType::f32:
            return static_cast<double>(static_cast<float>(value));
        case DType::f64:
            return value;
        case DType::bf16:
            return rounded_to_bf16(value);
        case DType::i8:
            return rounded_to_integer(value, -128, 127);
        case DType::u8:
            return rounded_to_integer(value, 0, 255);
        case DType::i32:
            return rounded_to_integer(value, -0x1p31, 0x1p31 - 1);
        case DType::i64:
            return rounded_to_integer(value, -0x1p63, 0x1p63);
    }
    return value;
}

[[nodiscard]] inline double computed(UnaryOp op, double x) {
    switch (op) {
        case UnaryOp::negate:
            return -x;
        case UnaryOp::absolute:
            return std::fabs(x);
        case UnaryOp::square_root:
            return std::sqrt(x);
        case UnaryOp::exponential:
            return std::exp(x);
        case UnaryOp::reciprocal:
            return 1 / x;
    }
    return x;
}

[[nodiscard]] inline double computed(BinaryOp op, double a, double b) {
    switch (op) {
        case BinaryOp::add:
            return a + b;
        case BinaryOp::subtract:
            return a - b;
        case BinaryOp::multiply:
            return a * b;
        case BinaryOp::divide:
            return a / b;
        case BinaryOp::maximum:
            return a < b ? b : a;
        case BinaryOp::minimum:
            return b < a ? b : a;
    }
    return a;
}

[[nodiscard]] inline double updated(Update update, double old_value, double value) {
    switch (update) {
        case Update::assign:
            return value;
        case Update::add:
            return old_value + value;
        case Update::multiply:
            return old_value * value;
        case Update::maximum:
            return computed(BinaryOp::maximum, old_value, value);
        case Update::minimum:
            return computed(BinaryOp::minimum, old_value, value);
    }
    return value;
}

}  // namespace saku::ir
