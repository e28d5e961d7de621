// What is measured: any operator with one output, and what libraries would call it.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "ir/operator.h"

namespace saku::bench {

/// out[b,m,n] = a[b,m,k] * b[b,k,n], row-major, a or b stored transposed on request; one matrix `b` of weights where
/// `constant_b`.
struct Gemm {
    std::int64_t batch = 1, m = 1, n = 1, k = 1;
    bool ta = false, tb = false;
    bool constant_b = true;
};

/// Square strides, padding and dilation. NCHW with weights [k, c/groups, r, s], or NHWC with [r, s, c/groups, k].
/// Depthwise: as many groups as channels.
struct Conv {
    std::int64_t n = 1, c = 1, h = 1, w = 1, k = 1, r = 1, s = 1, stride = 1, pad = 0, dilation = 1, groups = 1;
    bool channels_last = false;
    [[nodiscard]] std::int64_t out_height() const { return (h + 2 * pad - dilation * (r - 1) - 1) / stride + 1; }
    [[nodiscard]] std::int64_t out_width() const { return (w + 2 * pad - dilation * (s - 1) - 1) / stride + 1; }
    [[nodiscard]] bool is_depthwise() const { return groups > 1 && groups == c && groups == k; }
};

/// NCHW; averages leave the padding out.
struct Pool {
    enum class Kind : std::uint8_t { maximum, average };
    Kind kind = Kind::maximum;
    std::int64_t n = 1, c = 1, h = 1, w = 1, r = 1, s = 1, stride = 1, pad = 0;
    [[nodiscard]] std::int64_t out_height() const { return (h + 2 * pad - r) / stride + 1; }
    [[nodiscard]] std::int64_t out_width() const { return (w + 2 * pad - s) / stride + 1; }
};

/// On matrices of m rows and n columns.
struct Elementwise {
    enum class Kind : std::uint8_t { add, multiply, bias, clamp, relu, scale };
    Kind kind = Kind::add;
    std::int64_t m = 1, n = 1;
    double low = 0, high = 0;  ///< of clamp
    double factor = 1;         ///< of scale
};

/// Each row of m x n to one number.
struct RowReduction {
    enum class Kind : std::uint8_t { sum, maximum };
    Kind kind = Kind::sum;
    std::int64_t m = 1, n = 1;
};

/// Something that libraries have no single call for, or that nobody taught this benchmark: saku and plain C only.
struct Other {};

using Shape = std::variant<Gemm, Conv, Pool, Elementwise, RowReduction, Other>;

struct Problem {
    std::string label;       ///< "gemm 1024x1024x1024", "conv 64->64 56x56 3x3"
    std::string group;       ///< what it is averaged with
    std::string text;        ///< as the command line takes it
    std::int64_t count = 1;  ///< occurrences in the suite it is from
    ir::Operator op;
    Shape shape;
};

/// What libraries call the operator; Other for operators with epilogues, views and the like.
[[nodiscard]] Shape shape_of(const ir::Operator& op);

/// The fourteen problems of `make bench`, group "gemm" and convolutions by window: seven matrix products of m >= 128,
/// four 3x3 and three 1x1 convolutions of ResNet-50.
[[nodiscard]] std::vector<Problem> standard_problems();

/// The problem of an operator. Groups: "gemm 64+" where m, n and k are at least 64, else "gemm thin"; "conv 3x3" and so
/// on by window, "conv nhwc"; "depthwise, pooling"; "element-wise"; "rows"; "other". Errors: operators with several
/// outputs, or that add to their output (they could not be called twice), tensors that are not f32.
[[nodiscard]] Result<Problem> problem_from(const std::string& operator_text);
[[nodiscard]] Result<Problem> problem_of(const ir::Operator& op, const std::string& text);

/// All operators of a suite that comes with saku or is in a file.
[[nodiscard]] Result<std::vector<Problem>> problems_of_suite(const std::string& suite);

/// Two for each multiply-add of the definition, padding included.
[[nodiscard]] double flops(const Problem& problem);
/// All tensors once: what must move at least when nothing is in a cache.
[[nodiscard]] double bytes(const Problem& problem);
/// Of them, those of the output.
[[nodiscard]] double written_bytes(const Problem& problem);

/// Position of the output among the operator's tensors.
[[nodiscard]] std::size_t output_of(const Problem& problem);

}  // namespace saku::bench
