// Kernels for a machine that this one is not, compiled across and run under an emulator.
#include <doctest/doctest.h>

#include "../cli/tuned.h"

namespace saku::tests {
namespace {

TEST_CASE("kernels for neoverse-n1 are correct under qemu-aarch64") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"matmul:m=13,n=22,k=9", "1"},
        {"matmul:m=40,n=64,k=16", "3"},
        {"conv2d:c=4,h=9,w=9,k=12,r=3,s=3,pad=1", "1"},
        {"depthwise_conv2d:c=5,h=8,w=8,r=3,s=3,stride=2,pad=1", "2"},
    };
    const Folder temporary;
    for (const auto& [op, threads] : table) {
        CAPTURE(op);
        const Json json = json_of(saku({"run", op, "--target", "neoverse-n1", "--threads", threads, "--candidates",
                                        "200", "--samples", "1", "--runner", SAKU_RUNNER, "--json"},
                                       {.environment = {{"TMPDIR", temporary.path()}}}));
        CHECK(json["target"] == "neoverse-n1");
        CHECK(json["correct"] == true);
        CHECK(json["max_abs_error"] > 0);
        CHECK(json["max_abs_error"] <= json["error_bound"]);
        CHECK(json["seconds"] > 0);
    }
    CHECK(temporary.names().empty());
}

}  // namespace
}  // namespace saku::tests
