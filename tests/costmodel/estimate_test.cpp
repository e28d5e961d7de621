#include <doctest/doctest.h>

#include <algorithm>

#include "tests/costmodel/pricing.h"

using namespace saku;
using namespace saku::tests;

namespace {

const std::vector<std::string> operators{
    "matmul:m=128,n=96,k=64",
    "matmul:m=1,n=1000,k=2048",
    "matmul:m=37,n=53,k=71",
    "conv2d:n=1,c=16,h=28,w=28,k=32,r=3,s=3,stride=1,pad=1",
    "conv2d:n=1,c=16,h=14,w=14,k=32,r=1,s=1,stride=2",
    "conv2d:n=2,c=8,h=9,w=9,k=12,r=3,s=3,pad=1,groups=4",
    "depthwise_conv2d:n=1,c=32,h=28,w=28,r=3,s=3,stride=1,pad=1",
};

}  // namespace

TEST_CASE("the parts of a cost add up, and the bottleneck is the largest") {
    const costmodel::Model model = model_for("zen5");
    for (const std::string& op : operators) {
        CAPTURE(op);
        const costmodel::Cost cost = value_of(costmodel::estimate(table_of_operator(op), model));
        double sum = 0;
        for (const double term : cost.terms) {
            CHECK(term >= 0);
            sum += term;
        }
        CHECK(cost.seconds > 0);
        CHECK(sum == doctest::Approx(cost.seconds));
        CHECK(cost.part(cost.bottleneck) == *std::max_element(cost.terms.begin(), cost.terms.end()));
        for (std::size_t t = 0; t < costmodel::term_count; ++t) CHECK(cost.alone[t] >= cost.terms[t] - 1e-15);
    }
}

TEST_CASE("no nest is faster than the machine's peak") {
    for (const std::string name : {"zen5", "haswell", "neoverse-n1"}) {
        const targets::Machine facts = machine(name);
        const costmodel::Model model = model_for(name);
        for (const std::string& op : operators) {
            CAPTURE(name);
            CAPTURE(op);
            const double flops = ir::flops(value_of(frontends::operator_from(op)));
            const costmodel::Cost cost = value_of(costmodel::estimate(table_of_operator(op), model));
            CHECK(cost.seconds >= flops / (facts.peak.f32_flops_per_cycle * facts.ghz * 1e9));
        }
        const BlockedGemm gemm;
        const costmodel::Cost cost = value_of(costmodel::estimate(table_of_nest(text_of(gemm)), model));
        CHECK(cost.seconds >= 2.0 * gemm.m * gemm.n * gemm.k / (facts.peak.f32_flops_per_cycle * facts.ghz * 1e9));
    }
}
