#include "bench/problem.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "frontends/operator_from.h"
#include "frontends/suite.h"
#include "tuner/operands.h"

namespace saku::bench {
namespace {

std::string text(std::int64_t value) { return std::to_string(value); }

std::string label_of(const Gemm& g) {
    std::string label = "gemm " + text(g.m) + "x" + text(g.n) + "x" + text(g.k);
    if (g.batch != 1) label += " b" + text(g.batch);
    return label + (g.ta ? " ta" : "") + (g.tb ? " tb" : "");
}

/// " 56x56 3x3 s2 n4" of anything with a window.
template <class Windowed>
std::string window_of(const Windowed& w) {
    std::string label = " " + text(w.h) + "x" + text(w.w) + " " + text(w.r) + "x" + text(w.s);
    if (w.stride != 1) label += " s" + text(w.stride);
    if (w.n != 1) label += " n" + text(w.n);
    return label;
}

std::string label_of(const Conv& c) {
    if (c.is_depthwise()) return "depthwise " + text(c.c) + window_of(c);
    return std::string(c.channels_last ? "conv nhwc " : "conv ") + text(c.c) + "->" + text(c.k) + window_of(c) +
           (c.groups != 1 ? " g" + text(c.groups) : "") + (c.dilation != 1 ? " d" + text(c.dilation) : "");
}

std::string label_of(const Pool& p) {
    return (p.kind == Pool::Kind::maximum ? "max pool " : "avg pool ") + text(p.c) + window_of(p);
}

template <class Matrix>
std::string label_of(const Matrix& matrix, const ir::Operator& op) {
    return op.name + " " + text(matrix.m) + "x" + text(matrix.n);
}

std::string label_of(const ir::Operator& op, const Shape& shape) {
    return std::visit(
        Overloaded{[](const Gemm& g) { return label_of(g); }, [](const Conv& c) { return label_of(c); },
                   [](const Pool& p) { return label_of(p); }, [&](const Elementwise& e) { return label_of(e, op); },
                   [&](const RowReduction& r) { return label_of(r, op); },
                   [&](const Other&) { return ir::shorthand(op); }},
        shape);
}

std::string group_of(const Shape& shape) {
    constexpr std::int64_t thin = 64;
    return std::visit(Overloaded{[](const Gemm& g) -> std::string {
                                     return std::min({g.m, g.n, g.k}) >= thin ? "gemm 64+" : "gemm thin";
                                 },
                                 [](const Conv& c) -> std::string {
                                     if (c.is_depthwise()) return "depthwise, pooling";
                                     if (c.channels_last) return "conv nhwc";
                                     return "conv " + text(c.r) + "x" + text(c.s);
                                 },
                                 [](const Pool&) -> std::string { return "depthwise, pooling"; },
                                 [](const Elementwise&) -> std::string { return "element-wise"; },
                                 [](const RowReduction&) -> std::string { return "rows"; },
                                 [](const Other&) -> std::string { return "other"; }},
                      shape);
}

Problem standard(const std::string& operator_text, const std::string& group) {
    auto problem = problem_from(operator_text);
    SAKU_CHECK(problem.ok(), operator_text);
    problem->group = group;
    return *std::move(problem);
}

}  // namespace

std::vector<Problem> standard_problems() {
    using Sizes = std::array<std::int64_t, 3>;
    std::vector<Problem> problems;
    for (const auto& [m, n, k] :
         {Sizes{1024, 1024, 1024}, Sizes{128, 768, 768}, Sizes{128, 3072, 768}, Sizes{128, 768, 3072},
          Sizes{128, 512, 13}, Sizes{128, 256, 512}, Sizes{128, 1024, 479}})
        problems.push_back(standard("matmul:m=" + text(m) + ",n=" + text(n) + ",k=" + text(k), "gemm"));
    for (const char* conv : {"c=64,h=56,w=56,k=64,r=3,s=3,pad=1", "c=128,h=28,w=28,k=128,r=3,s=3,pad=1",
                             "c=256,h=14,w=14,k=256,r=3,s=3,pad=1", "c=512,h=7,w=7,k=512,r=3,s=3,pad=1"})
        problems.push_back(standard(std::string("conv2d:") + conv, "conv 3x3"));
    for (const char* conv :
         {"c=64,h=56,w=56,k=256,r=1,s=1", "c=1024,h=14,w=14,k=256,r=1,s=1", "c=512,h=28,w=28,k=1024,r=1,s=1,stride=2"})
        problems.push_back(standard(std::string("conv2d:") + conv, "conv 1x1"));
    return problems;
}

Result<Problem> problem_of(const ir::Operator& op, const std::string& text) {
    const auto refused = [&](const std::string& found) {
        return Error{.where = text, .what = found + ", expected one output that can be computed again and again"};
    };
    std::size_t outputs = 0;
    for (const ir::Tensor& tensor : op.tensors) {
        outputs += tensor.is_output ? 1 : 0;
        if (tensor.is_accumulated) return refused("adds to '" + tensor.name + "'");
        if (tensor.type != ir::DType::f32)
            return Error{.where = text, .what = tensor.name + " is " + to_string(tensor.type) + ", expected f32"};
    }
    if (outputs != 1) return refused("has " + std::to_string(outputs) + " outputs");
    const Shape shape = shape_of(op);
    return Problem{.label = label_of(op, shape), .group = group_of(shape), .text = text, .op = op, .shape = shape};
}

Result<Problem> problem_from(const std::string& operator_text) {
    SAKU_TRY(op, frontends::operator_from(operator_text));
    return problem_of(op, operator_text);
}

Result<std::vector<Problem>> problems_of_suite(const std::string& suite) {
    SAKU_TRY(work, frontends::work_from(suite));
    std::vector<Problem> problems;
    for (const frontends::Task& task : work.tasks) {
        SAKU_TRY(problem, problem_of(task.op, task.text));
        problem.count = task.count;
        problems.push_back(std::move(problem));
    }
    return problems;
}

double flops(const Problem& problem) { return ir::flops(problem.op); }

double bytes(const Problem& problem) { return ir::tensor_bytes(problem.op); }

double written_bytes(const Problem& problem) {
    double bytes = sizeof(float);  // problems are f32
    for (const std::int64_t extent : problem.op.tensors[output_of(problem)].shape) bytes *= static_cast<double>(extent);
    return bytes;
}

std::size_t output_of(const Problem& problem) {
    const auto& tensors = problem.op.tensors;
    const auto found = std::find_if(tensors.begin(), tensors.end(), [](const auto& t) { return t.is_output; });
    return static_cast<std::size_t>(found - tensors.begin());
}

}  // namespace saku::bench
