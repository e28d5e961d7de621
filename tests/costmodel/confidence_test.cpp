// Where the model was not checked, and which predictions are a tie.
#include "costmodel/confidence.h"

#include <doctest/doctest.h>

#include "tests/costmodel/pricing.h"

namespace saku::tests {
namespace {

using Whats = std::vector<std::string>;

Whats whats(const std::vector<costmodel::Unchecked>& unchecked) {
    Whats all;
    for (const costmodel::Unchecked& each : unchecked) {
        CHECK(std::find(costmodel::unchecked_kinds().begin(), costmodel::unchecked_kinds().end(), each.what) !=
              costmodel::unchecked_kinds().end());
        CHECK_FALSE(each.detail.empty());
        all.push_back(each.what);
    }
    return all;
}

TEST_CASE("predictions say in which respects the model was not checked") {
    struct Case {
        const char* op;
        const char* machine;
        int threads;
        features::Residence residence;
        Whats expected;
    };
    const auto warm = features::Residence::warm;
    const auto cold = features::Residence::cold;
    const char* const known = "matmul:m=128,n=768,k=768";
    const std::vector<Case> table{
        {known, "zen5", 1, warm, {}},
        {"conv2d:c=64,h=56,w=56,k=64,r=3,s=3,pad=1", "zen5", 1, warm, {}},
        {"max_pool2d:c=64,h=112,w=112,r=3,s=3,stride=2,pad=1", "zen5", 1, warm, {}},
        {known, "haswell", 1, warm, {"machine"}},
        {known, "zen5", 2, warm, {"thread count"}},
        {known, "zen5", 1, cold, {"residence"}},
        {known, "neoverse-n1", 8, cold, {"machine", "thread count", "residence"}},
        {"matmul:m=8,n=8,k=8", "zen5", 1, warm, {"working set"}},
        {"matmul:m=2048,n=2048,k=2048", "zen5", 1, warm, {"working set"}},
        {"relu:n=100000", "zen5", 1, warm, {"construct"}},
        {"matmul:m=1,n=1024,k=1024", "zen5", 1, warm, {"construct"}},
    };
    for (const Case& each : table) {
        CAPTURE(each.op);
        CAPTURE(each.machine);
        const costmodel::Model model = costmodel::prepare(
            machine(each.machine), value_of(costmodel::built_in_coefficients()), each.threads, each.residence);
        CHECK(whats(costmodel::unchecked(table_of_operator(each.op), model)) == each.expected);
    }
}

TEST_CASE("details say what was found and what was checked") {
    const costmodel::Model model = costmodel::prepare(machine("haswell"), value_of(costmodel::built_in_coefficients()),
                                                      8, features::Residence::cold);
    const auto found = costmodel::unchecked(table_of_operator("matmul:m=8,n=8,k=8"), model);
    REQUIRE(found.size() == 4);
    CHECK(found[0].detail == "haswell, checked on zen4, zen5");
    CHECK(found[1].detail == "8 threads, checked with 1");
    CHECK(found[2].detail == "cold caches, checked with warm ones");
    CHECK(found[3].detail.starts_with("768 B, checked from "));  // to what measurements covered
}

TEST_CASE("nests with other elements and functions are outside") {
    const costmodel::Model model = model_for("zen5");
    const auto details = [&](const std::string& buffers, const std::string& statement) {
        const features::LoopTable table =
            table_of_nest("nest t {\n" + buffers + "body {\nfor i < 100000 {\n" + statement + "\n}\n}\n}\n");
        std::string all;
        for (const costmodel::Unchecked& each : costmodel::unchecked(table, model)) all += each.detail + "; ";
        return all;
    };
    const std::string floats = "arg x: f32[100000] in\narg s: f32[1] out accumulated\n";
    CHECK(details(floats, "s[0] += x[i]") == "");
    CHECK(details(floats, "s[0] += exp(x[i])") == "exponentials; ");
    CHECK(details(floats, "s[0] += sqrt(x[i])") == "square roots; ");
    CHECK(details("arg x: f64[100000] in\narg s: f64[1] out accumulated\n", "s[0] += x[i]") ==
          "elements other than f32; ");
}

TEST_CASE("a tie is a margin below what the model tells apart, in either direction") {
    const costmodel::Checked checked{.machines = {"m"}, .distinguishable = 0.1};
    for (const auto& [margin, tie] : {std::pair{0.0, true}, {0.09, true}, {-0.09, true}, {0.1, false}, {-0.2, false}})
        CHECK(costmodel::is_tie(margin, checked) == tie);
}

}  // namespace
}  // namespace saku::tests
