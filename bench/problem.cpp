#include "bench/problem.h"

#include "base/result.h"

namespace saku::bench {
namespace {

std::string text(std::int64_t value) { return std::to_string(value); }

Problem gemm(std::int64_t m, std::int64_t n, std::int64_t k) {
    return {.label = "gemm " + text(m) + "x" + text(n) + "x" + text(k), .group = "gemm", .shape = Gemm{m, n, k}};
}

Problem conv(std::int64_t channels, std::int64_t size, std::int64_t filters, std::int64_t window, std::int64_t stride) {
    std::string label = "conv " + text(channels) + "->" + text(filters) + " " + text(size) + "x" + text(size) + " " +
                        text(window) + "x" + text(window);
    if (stride != 1) label += " s" + text(stride);
    return {.label = label,
            .group = window == 1 ? "conv 1x1" : "conv 3x3",
            .shape = Conv{.c = channels,
                          .h = size,
                          .w = size,
                          .k = filters,
                          .r = window,
                          .s = window,
                          .stride = stride,
                          .pad = window / 2}};
}

}  // namespace

std::vector<Problem> standard_problems() {
    return {gemm(1024, 1024, 1024),    gemm(128, 768, 768),      gemm(128, 3072, 768),    gemm(128, 768, 3072),
            gemm(128, 512, 13),        gemm(128, 256, 512),      gemm(128, 1024, 479),    conv(64, 56, 64, 3, 1),
            conv(128, 28, 128, 3, 1),  conv(256, 14, 256, 3, 1), conv(512, 7, 512, 3, 1), conv(64, 56, 256, 1, 1),
            conv(1024, 14, 256, 1, 1), conv(512, 28, 1024, 1, 2)};
}

std::string operator_text(const Problem& problem) {
    return std::visit(
        Overloaded{[](const Gemm& g) { return "matmul:m=" + text(g.m) + ",n=" + text(g.n) + ",k=" + text(g.k); },
                   [](const Conv& c) {
                       return "conv2d:n=" + text(c.n) + ",c=" + text(c.c) + ",h=" + text(c.h) + ",w=" + text(c.w) +
                              ",k=" + text(c.k) + ",r=" + text(c.r) + ",s=" + text(c.s) + ",stride=" + text(c.stride) +
                              ",pad=" + text(c.pad);
                   }},
        problem.shape);
}

double flops(const Problem& problem) {
    return 2.0 * static_cast<double>(output_elements(problem)) * static_cast<double>(reduction_length(problem));
}

std::int64_t activation_elements(const Problem& problem) {
    return std::visit(
        Overloaded{[](const Gemm& g) { return g.m * g.k; }, [](const Conv& c) { return c.n * c.c * c.h * c.w; }},
        problem.shape);
}

std::int64_t weight_elements(const Problem& problem) {
    return std::visit(
        Overloaded{[](const Gemm& g) { return g.k * g.n; }, [](const Conv& c) { return c.k * c.c * c.r * c.s; }},
        problem.shape);
}

std::int64_t output_elements(const Problem& problem) {
    return std::visit(Overloaded{[](const Gemm& g) { return g.m * g.n; },
                                 [](const Conv& c) { return c.n * c.k * c.out_height() * c.out_width(); }},
                      problem.shape);
}

std::int64_t reduction_length(const Problem& problem) {
    return std::visit(Overloaded{[](const Gemm& g) { return g.k; }, [](const Conv& c) { return c.c * c.r * c.s; }},
                      problem.shape);
}

}  // namespace saku::bench
