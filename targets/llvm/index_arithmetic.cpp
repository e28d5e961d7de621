#include "targets/llvm/index_arithmetic.h"

#include <cmath>
#include <cstdint>

#include "targets/llvm/indices.h"

namespace saku::targets {

using namespace saku::ir;

namespace {

constexpr std::int64_t most_exact = std::int64_t{1} << 24;  ///< what f32 has all integers up to

/// The index, if its values are whole numbers that no float rounds.
std::optional<Index> if_exact(const Frame& frame, Index index, const Lanes& lanes) {
    const auto range = range_here(frame, index, lanes);
    if (!range || range->low < -most_exact || range->high > most_exact) return std::nullopt;
    return index;
}

std::optional<Index> whole_number(double value) {
    if (value != std::floor(value) || std::abs(value) > static_cast<double>(most_exact)) return std::nullopt;
    if (value == 0 && std::signbit(value)) return std::nullopt;
    return Index(static_cast<std::int64_t>(value));
}

/// Which of two is never above the other; nothing where that changes.
std::optional<Index> extremum(const Frame& frame, const Index& a, const Index& b, bool is_maximum, const Lanes& lanes) {
    const auto difference = range_here(frame, a - b, lanes);
    if (!difference) return std::nullopt;
    if (difference->high <= 0) return is_maximum ? b : a;
    if (difference->low >= 0) return is_maximum ? a : b;
    return std::nullopt;
}

std::optional<Index> as_index(const Frame& frame, const Binary& binary, const Lanes& lanes) {
    const bool is_sum = binary.op == BinaryOp::add || binary.op == BinaryOp::subtract;
    if (!is_sum && binary.op != BinaryOp::minimum && binary.op != BinaryOp::maximum) return std::nullopt;
    const auto left = as_index(frame, binary.left, lanes);
    if (!left) return std::nullopt;
    const auto right = as_index(frame, binary.right, lanes);
    if (!right) return std::nullopt;
    if (!is_sum) return extremum(frame, *left, *right, binary.op == BinaryOp::maximum, lanes);
    return if_exact(frame, binary.op == BinaryOp::add ? *left + *right : *left - *right, lanes);
}

}  // namespace

std::optional<Index> as_index(const Frame& frame, const Expr& expr, const Lanes& lanes) {
    if (const Constant* number = std::get_if<Constant>(&expr->node)) return whole_number(number->value);
    if (const IndexValue* value = std::get_if<IndexValue>(&expr->node))
        return if_exact(frame, resolve(frame, value->index), lanes);
    if (const Binary* binary = std::get_if<Binary>(&expr->node)) return as_index(frame, *binary, lanes);
    return std::nullopt;
}

}  // namespace saku::targets
