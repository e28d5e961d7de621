#include "bench/problem.h"

#include <algorithm>

#include "frontends/operator_from.h"

namespace saku::bench {
namespace {

std::string text(std::int64_t value) { return std::to_string(value); }

Problem problem_of(const Gemm& g) {
    return {.label = "gemm " + text(g.m) + "x" + text(g.n) + "x" + text(g.k), .group = "gemm", .shape = g};
}

Problem problem_of(const Conv& c) {
    const std::string window = text(c.r) + "x" + text(c.s);
    std::string label = "conv " + text(c.c) + "->" + text(c.k) + " " + text(c.h) + "x" + text(c.w) + " " + window;
    if (c.stride != 1) label += " s" + text(c.stride);
    if (c.n != 1) label += " n" + text(c.n);
    return {.label = label, .group = "conv " + window, .shape = c};
}

Problem gemm(std::int64_t m, std::int64_t n, std::int64_t k) { return problem_of(Gemm{m, n, k}); }

/// Square images and windows, padded so that a window at each pixel fits.
Problem conv(std::int64_t channels, std::int64_t size, std::int64_t filters, std::int64_t window, std::int64_t stride) {
    return problem_of(Conv{.c = channels,
                           .h = size,
                           .w = size,
                           .k = filters,
                           .r = window,
                           .s = window,
                           .stride = stride,
                           .pad = window / 2});
}

/// The parameters that `known` names go where it points; others must have the value that leaves them without effect.
Result<Done> read_parameters(const ir::Operator& op, const std::vector<std::pair<std::string, std::int64_t*>>& known) {
    for (const auto& [name, value] : op.parameters) {
        const auto place =
            std::find_if(known.begin(), known.end(), [&, &wanted = name](const auto& k) { return k.first == wanted; });
        const std::int64_t neutral = name == "dilation" || name == "groups" ? 1 : 0;
        if (place != known.end())
            *place->second = value;
        else if (value != neutral)
            return Error{.where = op.name, .what = name + "=" + text(value) + " is not measured"};
    }
    return Done{};
}

}  // namespace

std::vector<Problem> standard_problems() {
    return {gemm(1024, 1024, 1024),    gemm(128, 768, 768),      gemm(128, 3072, 768),    gemm(128, 768, 3072),
            gemm(128, 512, 13),        gemm(128, 256, 512),      gemm(128, 1024, 479),    conv(64, 56, 64, 3, 1),
            conv(128, 28, 128, 3, 1),  conv(256, 14, 256, 3, 1), conv(512, 7, 512, 3, 1), conv(64, 56, 256, 1, 1),
            conv(1024, 14, 256, 1, 1), conv(512, 28, 1024, 1, 2)};
}

Result<Problem> problem_from(const std::string& operator_text) {
    SAKU_TRY(op, frontends::operator_from(operator_text));
    if (op.name == "matmul") {
        Gemm g;
        SAKU_TRY_DONE(read_parameters(op, {{"m", &g.m}, {"n", &g.n}, {"k", &g.k}}));
        return problem_of(g);
    }
    if (op.name == "conv2d") {
        Conv c;
        SAKU_TRY_DONE(read_parameters(op, {{"n", &c.n},
                                           {"c", &c.c},
                                           {"h", &c.h},
                                           {"w", &c.w},
                                           {"k", &c.k},
                                           {"r", &c.r},
                                           {"s", &c.s},
                                           {"stride", &c.stride},
                                           {"pad", &c.pad}}));
        return problem_of(c);
    }
    return Error{.where = op.name, .what = "found no operator that is measured, expected matmul or conv2d"};
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
