#include "frontends/notation/tensors.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/checked.h"

namespace saku::frontends {

namespace {

Error error(const Scope& scope, Position at, std::string what) { return {to_string(scope.file, at), std::move(what)}; }

std::string to_text(double value) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    return std::string(digits, end);
}

bool is_integer_type(ir::DType type) {
    return type == ir::DType::i8 || type == ir::DType::u8 || type == ir::DType::i32 || type == ir::DType::i64;
}

bool has_blocks(const std::string& layout) { return layout.find_first_of("0123456789") != std::string::npos; }

/// Where the innermost dimension, the next one, ... stand, as positions in `dimensions`.
Result<std::vector<std::size_t>> innermost_first(const TensorSyntax& syntax, const FlagSyntax* layout,
                                                 const Scope& scope) {
    std::vector<std::size_t> order(syntax.dimensions.size());
    std::iota(order.rbegin(), order.rend(), std::size_t{0});
    if (layout == nullptr || layout->layout == "any" || has_blocks(layout->layout)) return order;
    std::string letters;
    for (const DimensionSyntax& dimension : syntax.dimensions) letters += dimension.letter;
    if (!std::is_permutation(letters.begin(), letters.end(), layout->layout.begin(), layout->layout.end())) {
        return error(scope, layout->at,
                     "layout '" + layout->layout + "' of '" + syntax.name + "', expected 'any' or the letters " +
                         letters + " in some order");
    }
    for (std::size_t d = 0; d < order.size(); ++d) order[d] = letters.find(layout->layout[order.size() - 1 - d]);
    return order;
}

/// Dense strides, innermost first, but for those given (`fixed`, by dimension), which the dimensions outside them build
/// on. Products that do not fit stay at the largest integer: the tensor's check refuses them.
std::vector<std::int64_t> strides_of(const std::vector<std::int64_t>& shape, const std::vector<std::size_t>& order,
                                     const std::vector<std::optional<std::int64_t>>& fixed) {
    std::vector<std::int64_t> strides(shape.size(), 1);
    std::int64_t stride = 1;
    for (const std::size_t dimension : order) {
        if (fixed[dimension]) stride = *fixed[dimension];
        strides[dimension] = stride;
        stride = checked_mul(stride, shape[dimension]).value_or(std::numeric_limits<std::int64_t>::max());
    }
    return strides;
}

/// The flags whose condition holds, at most one of each kind.
Result<std::vector<const FlagSyntax*>> active_flags(const TensorSyntax& syntax, const Scope& scope) {
    std::vector<const FlagSyntax*> active;
    for (const FlagSyntax& flag : syntax.flags) {
        if (flag.condition) {
            SAKU_TRY(holds, evaluate(flag.condition, scope));
            if (holds == 0) continue;
        }
        const bool is_repeated = std::any_of(active.begin(), active.end(), [&](const FlagSyntax* other) {
            return other->kind == flag.kind && other->letter == flag.letter;
        });
        if (is_repeated) return error(scope, flag.at, "'" + syntax.name + "' has this flag twice, expected once");
        active.push_back(&flag);
    }
    return active;
}

/// The dimension whose stride the flag gives: `ld` is for the one next to the innermost.
Result<std::size_t> strided_dimension(const FlagSyntax& flag, const ir::Tensor& tensor,
                                      const std::vector<std::size_t>& order, const Scope& scope) {
    if (flag.kind == FlagSyntax::Kind::leading_dimension) {
        if (order.size() >= 2) return order[1];
        return error(scope, flag.at, "'" + tensor.name + "' has one dimension, expected at least two for 'ld'");
    }
    const auto found = std::find(tensor.dimensions.begin(), tensor.dimensions.end(), std::string(1, flag.letter));
    if (found != tensor.dimensions.end()) return static_cast<std::size_t>(found - tensor.dimensions.begin());
    return error(scope, flag.at, "'" + tensor.name + "' has no dimension " + flag.letter + " to give a stride");
}

/// Fills in the stride that `ld` or `stride` gives.
Result<Done> add_stride(const FlagSyntax& flag, const ir::Tensor& tensor, const std::vector<std::size_t>& order,
                        const Scope& scope, std::vector<std::optional<std::int64_t>>& fixed) {
    SAKU_TRY(dimension, strided_dimension(flag, tensor, order, scope));
    SAKU_TRY(elements, evaluate(flag.elements, scope));
    if (flag.kind == FlagSyntax::Kind::leading_dimension && elements < tensor.shape[order[0]]) {
        return error(scope, flag.at,
                     "the leading dimension of '" + tensor.name + "' is " + std::to_string(elements) +
                         ", expected at least its row of " + std::to_string(tensor.shape[order[0]]));
    }
    if (fixed[dimension]) {
        return error(scope, flag.at,
                     "dimension " + tensor.dimensions[dimension] + " of '" + tensor.name +
                         "' is given two strides, expected one");
    }
    fixed[dimension] = elements;
    return Done{};
}

/// A layout with blocks: kernels convert from the dense order as declared.
Result<Done> set_blocks(const FlagSyntax& layout, ir::Tensor& tensor, const Scope& scope) {
    const std::optional<ir::LayoutOrder> order = ir::read_layout_order(layout.layout, tensor.dimensions);
    if (!order) {
        return error(scope, layout.at,
                     "layout '" + layout.layout + "' of '" + tensor.name + "', expected 'any' or " +
                         ir::expected_layouts(tensor.dimensions));
    }
    if (tensor.is_constant) {
        return error(scope, layout.at,
                     "layout '" + layout.layout + "' of the constant '" + tensor.name +
                         "', expected no blocks: constants are packed as the schedule likes");
    }
    tensor.any_layout = true;
    tensor.layout = *order;
    return Done{};
}

}  // namespace

Result<double> rounded_to(ir::DType type, double value) {
    const std::string refusal = "the number " + to_text(value) + " does not fit " + ir::to_string(type);
    if (is_integer_type(type)) {
        // i64 is limited to what a double holds exactly.
        const int bits = type == ir::DType::i64 ? 53 : 8 * ir::size_bytes(type);
        const bool is_unsigned = type == ir::DType::u8;
        const double limit = std::ldexp(1.0, is_unsigned ? bits : bits - 1);
        if (value != std::floor(value) || value >= limit || value < (is_unsigned ? 0 : -limit)) {
            return Error{"", refusal};
        }
        return value;
    }
    if (type == ir::DType::f64 || std::isinf(value)) return value;
    const auto single = static_cast<float>(value);
    // Neither infinite nor nothing when it was a number.
    if (std::isinf(single) || (single == 0 && value != 0)) return Error{"", refusal};
    return static_cast<double>(single);
}

Result<ir::Tensor> instantiate_tensor(const TensorSyntax& syntax, const Scope& scope) {
    ir::Tensor tensor{
        .name = syntax.name, .type = syntax.type, .dimensions = {}, .shape = {}, .strides = {}, .pad = {}};
    for (const DimensionSyntax& dimension : syntax.dimensions) {
        const std::string letter(1, dimension.letter);
        if (std::find(tensor.dimensions.begin(), tensor.dimensions.end(), letter) != tensor.dimensions.end()) {
            return error(scope, dimension.at, "'" + syntax.name + "' has two dimensions " + letter + ", expected one");
        }
        SAKU_TRY(extent, evaluate(dimension.extent, scope));
        if (extent < 1) {
            return error(scope, dimension.at,
                         "dimension " + letter + " of '" + syntax.name + "' is " + std::to_string(extent) +
                             ", expected at least 1");
        }
        tensor.dimensions.push_back(letter);
        tensor.shape.push_back(extent);
    }
    const FlagSyntax* layout = nullptr;
    std::vector<const FlagSyntax*> steps;
    SAKU_TRY(flags, active_flags(syntax, scope));
    for (const FlagSyntax* flag : flags) {
        switch (flag->kind) {
            case FlagSyntax::Kind::constant:
                tensor.is_constant = true;
                break;
            case FlagSyntax::Kind::output:
                tensor.is_output = true;
                break;
            case FlagSyntax::Kind::accumulate:
                tensor.is_accumulated = true;
                break;
            case FlagSyntax::Kind::layout:
                layout = flag;
                break;
            case FlagSyntax::Kind::leading_dimension:
            case FlagSyntax::Kind::stride:
                steps.push_back(flag);
                break;
            case FlagSyntax::Kind::pad: {
                const Result<double> pad = rounded_to(syntax.type, flag->pad);
                if (!pad) return error(scope, flag->at, pad.error().what);
                tensor.pad = *pad;
                break;
            }
        }
    }
    // Constants are packed as the schedule likes anyway.
    tensor.any_layout = layout != nullptr && layout->layout == "any" && !tensor.is_constant;
    if (layout != nullptr && has_blocks(layout->layout)) SAKU_TRY_DONE(set_blocks(*layout, tensor, scope));
    SAKU_TRY(order, innermost_first(syntax, layout, scope));
    std::vector<std::optional<std::int64_t>> fixed(tensor.shape.size());
    for (const FlagSyntax* step : steps) SAKU_TRY_DONE(add_stride(*step, tensor, order, scope, fixed));
    tensor.strides = strides_of(tensor.shape, order, fixed);
    if (Result<Done> checked = ir::check_tensor(tensor); !checked) return error(scope, syntax.at, checked.error().what);
    return tensor;
}

}  // namespace saku::frontends
