// The built-ins: what they lower to, their canonical shorthand, all their switches.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "frontends/built_ins.h"
#include "frontends/operator_from.h"
#include "ir/print.h"
#include "tests/golden.h"

namespace saku::frontends {
namespace {

ir::Operator must(const std::string& text) {
    Result<ir::Operator> op = operator_from(text);
    REQUIRE_MESSAGE(op.ok(), text << ": " << (op.ok() ? "" : op.error().text()));
    const Result<Done> checked = ir::check(*op);
    CHECK_MESSAGE(checked.ok(), text << ": " << (checked.ok() ? "" : checked.error().text()));
    return *op;
}

TEST_CASE("built-ins lower to their nests") {
    const char* texts[] = {
        "matmul:m=2,n=3,k=4",
        "matmul:m=2,n=3,k=4,ta=1",
        "matmul:m=2,n=3,k=4,tb=1,bias=1",
        "matmul:m=2,n=3,k=4,relu=1,accumulate=1",
        "conv2d:c=4,h=5,w=6,k=8,r=3,s=3,pad=1,stride=2,groups=2,bias=1,relu=1",
        "conv2d:n=2,c=3,h=9,w=9,k=5,r=3,s=2,dilation=3",
        "depthwise_conv2d:c=4,h=5,w=6,r=3,s=3,pad=1",
        "depthwise_conv2d:n=3,c=4,h=5,w=6,r=2,s=2,stride=2,relu=1",
        "matmul:m=2,n=3,k=4,bias=1,residual=1,relu6=1",
        "batch_matmul:b=2,m=3,n=4,k=5,tb=1,lda=7,stride_a=30,stride_out=16",
        "conv2d_nhwc:c=4,h=5,w=6,k=8,r=3,s=3,pad=1,stride=2,groups=2,residual=1,relu=1",
        "max_pool2d:c=2,h=5,w=6,r=3,s=2,pad=1,stride=2",
        "avg_pool2d:c=2,h=6,w=6,r=3,s=3,stride=3",
        "avg_pool2d:c=2,h=5,w=6,r=3,s=2,pad=1,stride=2",
        "add:m=2,n=3,ldout=5,relu=1",
        "mul:n=3",
        "relu:n=3",
        "relu6:n=3",
        "clamp:n=3,lo=-0.25,hi=inf",
        "scale:n=3,factor=1e-3",
        "matmul:m=2,n=3,k=4,alpha=0.5,beta=0.125",
        "matmul:m=2,n=3,k=4,accumulate=1,alpha=3",
        "batch_matmul:b=2,m=3,n=4,k=5,bias=1,residual=1,ldresidual=6,stride_residual=20",
        "conv2d:n=2,c=4,h=5,w=6,k=4,r=3,s=3,alpha=2,beta=0.5,ldin=8,stride_out_k=20,stride_out_n=100",
        "conv2d_nhwc:c=4,h=5,w=6,k=8,r=3,s=3,accumulate=1,alpha=4,ldin=9,stride_in_h=60,ldout=32",
        "depthwise_conv2d:c=4,h=5,w=6,r=3,s=3,beta=1,residual=1,stride_residual_c=13",
        "max_pool2d:n=2,c=2,h=5,w=6,r=3,s=3,ldin=7,stride_in_n=90,stride_out_c=12",
        "bias_add:m=2,n=3",
        "row_sum:m=2,n=3",
        "row_max:m=2,n=3,accumulate=1",
    };
    std::string printed;
    for (const char* text : texts) {
        const ir::Operator op = must(text);
        printed += "# " + ir::shorthand(op) + "\n" + ir::print(ir::lower(op)) + "\n";
    }
    CHECK(printed == tests::golden("frontends/builtins.txt", printed));
}

TEST_CASE("every switch of a built-in works with every other") {
    for (const BuiltIn& entry : built_ins()) {
        std::vector<std::string> switches;
        for (const ParameterInfo& parameter : entry.parameters) {
            if (!parameter.is_real && parameter.low == 0 && parameter.high == 1) switches.push_back(parameter.name);
        }
        for (std::size_t set = 0; set < std::size_t{1} << switches.size(); ++set) {
            std::string text = entry.example;
            for (std::size_t i = 0; i < switches.size(); ++i) {
                text += "," + switches[i] + "=" + std::to_string(set >> i & 1);
            }
            const ir::Operator op = must(text);
            CHECK(must(ir::shorthand(op)).parameters == op.parameters);
            CHECK(ir::print(ir::lower(must(ir::shorthand(op)))) == ir::print(ir::lower(op)));
        }
    }
}

TEST_CASE("the list of built-ins") {
    const std::vector<BuiltIn> list = built_ins();
    CHECK(built_in_names() ==
          "add, avg_pool2d, batch_matmul, bias_add, clamp, conv2d, conv2d_nhwc, depthwise_conv2d, matmul, max_pool2d, "
          "mul, relu, "
          "relu6, "
          "row_max, row_sum, scale");
    for (const BuiltIn& entry : list) {
        CAPTURE(entry.name);
        CHECK_FALSE(entry.summary.empty());
        CHECK(entry.example.starts_with(entry.name + ":"));
        CHECK(entry.notation.find("op " + entry.name + "(") != std::string::npos);
        CHECK(ir::shorthand(must(entry.example)) == entry.example);
    }
    const auto matmul_at =
        std::find_if(list.begin(), list.end(), [](const BuiltIn& op) { return op.name == "matmul"; });
    REQUIRE(matmul_at != list.end());
    const BuiltIn& matmul = *matmul_at;
    CHECK(matmul.parameters.size() == 19);
    CHECK_FALSE(matmul.parameters[0].default_value.has_value());
    CHECK(matmul.parameters[3].name == "ta");
    CHECK(matmul.parameters[3].default_value == ir::ParameterValue(std::int64_t{0}));
    CHECK(matmul.parameters[17].name == "alpha");
    CHECK(matmul.parameters[17].is_real);
    CHECK(matmul.parameters[17].default_value == ir::ParameterValue(1.0));
    CHECK(matmul.parameters[3].high == 1);
}

struct Canonical {
    const char* typed;
    const char* shown;
};

TEST_CASE("the canonical shorthand keeps the declaration order and leaves defaults out") {
    const Canonical cases[] = {
        {"matmul:k=4,n=3,m=2", "matmul:m=2,n=3,k=4"},
        {"matmul:m=2,n=3,k=4,ta=0,bias=0", "matmul:m=2,n=3,k=4"},
        {"matmul:m=2,n=3,k=4,relu=1,tb=1", "matmul:m=2,n=3,k=4,tb=1,relu=1"},
        {"conv2d:n=1,c=3,h=8,w=8,k=4,r=1,s=1,stride=1,pad=0,dilation=1,groups=1", "conv2d:c=3,h=8,w=8,k=4,r=1,s=1"},
        {"conv2d:n=2,c=3,h=8,w=8,k=4,r=1,s=1,pad=2", "conv2d:n=2,c=3,h=8,w=8,k=4,r=1,s=1,pad=2"},
        {"matmul:layout=any,m=2,n=3,k=4", "matmul:m=2,n=3,k=4,layout=any"},
        {"conv2d:c=3,h=8,w=8,k=4,r=1,s=1,layout=NCHW16c", "conv2d:c=3,h=8,w=8,k=4,r=1,s=1,layout=NCHW16c"},
        {"conv2d:c=3,h=8,w=8,k=4,r=1,s=1,layout=NCHW", "conv2d:c=3,h=8,w=8,k=4,r=1,s=1"},
        {"matmul:m=02,n=3,k=4", "matmul:m=2,n=3,k=4"},
        {"matmul:alpha=1.0,m=2,n=3,k=4,beta=0e5", "matmul:m=2,n=3,k=4"},
        {"matmul:m=2,n=3,k=4,beta=-.50,alpha=1e3", "matmul:m=2,n=3,k=4,alpha=1000,beta=-0.5"},
        {"clamp:n=4,hi=inf,lo=-1e-7", "clamp:n=4,lo=-1e-07,hi=inf"},
    };
    for (const Canonical& entry : cases) CHECK(ir::shorthand(must(entry.typed)) == entry.shown);
}

TEST_CASE("layout=any frees the layouts of everything but constants") {
    const ir::Operator op = must("conv2d:c=3,h=8,w=8,k=4,r=1,s=1,layout=any");
    CHECK(op.layout == "any");
    CHECK(op.tensors[0].any_layout);
    CHECK_FALSE(op.tensors[1].any_layout);
    CHECK(op.tensors[2].any_layout);
}

TEST_CASE("layout=NHWC8c fixes the layouts of the activations, by position") {
    const ir::Operator op = must("conv2d:c=3,h=8,w=8,k=4,r=1,s=1,residual=1,bias=1,layout=NHWC8c");
    const ir::LayoutOrder order{
        {.dimension = 0}, {.dimension = 2}, {.dimension = 3}, {.dimension = 1}, {.dimension = 1, .block = 8}};
    for (const ir::Tensor& tensor : op.tensors) {
        CAPTURE(tensor.name);
        const bool is_activation = !tensor.is_constant && tensor.shape.size() == 4;
        CHECK(tensor.any_layout == is_activation);
        CHECK(tensor.layout == (is_activation ? order : ir::LayoutOrder{}));
    }
    const ir::Operator plain = ir::with_fixed_layouts(op);
    CHECK(plain.layout.empty());
    CHECK_FALSE(plain.tensors[0].any_layout);
}

TEST_CASE("work is counted by arithmetic operations") {
    CHECK(ir::flops(must("matmul:m=2,n=3,k=4")) == 48);
    CHECK(ir::flops(must("matmul:m=2,n=3,k=4,bias=1")) == 54);
    CHECK(ir::flops(must("matmul:m=2,n=3,k=4,bias=1,relu=1")) == 60);
    CHECK(ir::flops(must("conv2d:c=64,h=56,w=56,k=64,r=3,s=3,pad=1")) == 2.0 * 64 * 64 * 9 * 56 * 56);
}

}  // namespace
}  // namespace saku::frontends
