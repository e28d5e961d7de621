#include "bench/problem.h"

#include <doctest/doctest.h>

#include <set>

namespace saku::bench {
namespace {

Problem problem(const std::string& text) {
    const auto result = problem_from(text);
    REQUIRE_MESSAGE(result.ok(), (result.ok() ? std::string() : result.error().text()));
    return *result;
}

TEST_CASE("operators have labels and groups by what libraries call them") {
    struct Case {
        std::string text, label, group;
    };
    const std::vector<Case> table{
        {"matmul:m=128,n=64,k=64", "gemm 128x64x64", "gemm 64+"},
        {"matmul:m=128,n=512,k=13,tb=1", "gemm 128x512x13 tb", "gemm thin"},
        {"batch_matmul:b=12,m=128,n=128,k=64,tb=1", "gemm 128x128x64 b12 tb", "gemm 64+"},
        {"conv2d:c=64,h=56,w=56,k=32,r=3,s=3,pad=1", "conv 64->32 56x56 3x3", "conv 3x3"},
        {"conv2d:n=2,c=4,h=9,w=8,k=6,r=1,s=1,stride=2,groups=2,dilation=1", "conv 4->6 9x8 1x1 s2 n2 g2", "conv 1x1"},
        {"conv2d:c=4,h=9,w=9,k=4,r=3,s=3,groups=4", "depthwise 4 9x9 3x3", "depthwise, pooling"},
        {"conv2d_nhwc:c=4,h=9,w=9,k=4,r=3,s=3,dilation=2", "conv nhwc 4->4 9x9 3x3 d2", "conv nhwc"},
        {"depthwise_conv2d:c=4,h=9,w=9,r=3,s=3,stride=2", "depthwise 4 9x9 3x3 s2", "depthwise, pooling"},
        {"max_pool2d:c=4,h=9,w=9,r=3,s=3", "max pool 4 9x9 3x3", "depthwise, pooling"},
        {"relu6:m=3,n=9", "relu6 3x9", "element-wise"},
        {"row_sum:m=3,n=9", "row_sum 3x9", "rows"},
        // What changes the result is more than a library's plain operator.
        {"matmul:m=8,n=9,k=7,relu=1", "matmul:m=8,n=9,k=7,relu=1", "other"},
        {"matmul:m=8,n=9,k=7,lda=8", "matmul:m=8,n=9,k=7,lda=8", "other"},
        {"matmul:m=8,n=9,k=7,alpha=2", "matmul:m=8,n=9,k=7,alpha=2", "other"},
        {"add:m=3,n=9,relu=1", "add:m=3,n=9,relu=1", "other"},
    };
    for (const Case& each : table) {
        CAPTURE(each.text);
        CHECK(problem(each.text).label == each.label);
        CHECK(problem(each.text).group == each.group);
    }
}

TEST_CASE("the standard problems are what their text says") {
    CHECK(standard_problems().size() == 14);
    std::set<std::string> groups;
    for (const Problem& p : standard_problems()) {
        CHECK(problem(p.text).label == p.label);
        groups.insert(p.group);
    }
    CHECK(groups == std::set<std::string>{"gemm", "conv 3x3", "conv 1x1"});
    CHECK(standard_problems().back().label == "conv 512->1024 28x28 1x1 s2");
    CHECK(flops(standard_problems()[1]) == 2.0 * 128 * 768 * 768);
    CHECK(bytes(standard_problems()[1]) == 4.0 * (128 * 768 * 2 + 768 * 768));
}

TEST_CASE("a suite's problems come with their counts") {
    const auto problems = problems_of_suite("resnet50");
    REQUIRE(problems.ok());
    CHECK(problems->size() > 20);
    std::int64_t layers = 0;
    for (const Problem& p : *problems) layers += p.count;
    CHECK(layers > static_cast<std::int64_t>(problems->size()));
    CHECK_FALSE(problems_of_suite("no-such-suite").ok());
}

TEST_CASE("what cannot be called again and again is refused") {
    const auto adding = problem_from("matmul:m=8,n=8,k=8,accumulate=1");
    REQUIRE_FALSE(adding.ok());
    CHECK(adding.error().what.starts_with("adds to 'out', expected "));
    CHECK_FALSE(problem_from("matmul:m=8").ok());
}

}  // namespace
}  // namespace saku::bench
