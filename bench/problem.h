// What is measured: matrix products and convolutions with the sizes that papers and libraries report.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"

namespace saku::bench {

/// out[m,n] = a[m,k] * b[k,n], row-major; b is constant (weights).
struct Gemm {
    std::int64_t m = 1, n = 1, k = 1;
};

/// out[n,k,y,x] from in[n,c,h,w] and constant wt[k,c,r,s]; same padding and stride in both directions.
struct Conv {
    std::int64_t n = 1, c = 1, h = 1, w = 1, k = 1, r = 1, s = 1, stride = 1, pad = 0;
    [[nodiscard]] std::int64_t out_height() const { return (h + 2 * pad - r) / stride + 1; }
    [[nodiscard]] std::int64_t out_width() const { return (w + 2 * pad - s) / stride + 1; }
};

struct Problem {
    std::string label;  ///< "gemm 1024x1024x1024", "conv 64->64 56x56 3x3"
    std::string group;  ///< what it is averaged with: "gemm", "conv 3x3", "conv 1x1"
    std::variant<Gemm, Conv> shape;
};

/// The fourteen problems of `make bench`: seven matrix products of m >= 128, four 3x3 and three 1x1 convolutions of
/// ResNet-50.
[[nodiscard]] std::vector<Problem> standard_problems();

/// The problem of an operator that saku's notation names: matmul and conv2d without their extras (transposition, bias,
/// groups, dilation, ...). Groups are "gemm", "conv 1x1", "conv 3x3" and so on by window.
[[nodiscard]] Result<Problem> problem_from(const std::string& operator_text);

/// "matmul:m=..,n=..,k=.." or "conv2d:..", as saku's program takes it.
[[nodiscard]] std::string operator_text(const Problem& problem);

/// Two for each multiply-add of the definition, padding included.
[[nodiscard]] double flops(const Problem& problem);

[[nodiscard]] std::int64_t activation_elements(const Problem& problem);  ///< of `a` or `in`
[[nodiscard]] std::int64_t weight_elements(const Problem& problem);      ///< of `b` or `wt`
[[nodiscard]] std::int64_t output_elements(const Problem& problem);
/// Terms in the sum that makes one output element.
[[nodiscard]] std::int64_t reduction_length(const Problem& problem);

}  // namespace saku::bench
