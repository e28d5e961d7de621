#include <doctest/doctest.h>

#include "base/json.h"
#include "refusal.h"

namespace saku::tests {
namespace {

TEST_CASE("ops lists the built-in operators and prints their definitions") {
    const Finished text = saku({"ops"});
    CHECK(text.exit_code == 0);
    CHECK(text.err.empty());
    CHECK(text.out.find("  notation    out[i, j] += a[i, k] * b[k, j]\n") != std::string::npos);
    CHECK(text.out.find("layout=any") != std::string::npos);
    const auto json = parse_json(saku({"ops", "--json"}).out, "stdout");
    REQUIRE(json.ok());
    CHECK((*json)["schema"] == 1);
    REQUIRE((*json)["operators"].size() >= 3);
    for (const Json& op : (*json)["operators"]) {
        const std::string name = op["name"];
        CHECK(("\n" + text.out).find("\n" + name + ": ") != std::string::npos);
        const Finished shown = saku({"ops", name});
        CHECK(shown.exit_code == 0);
        CHECK(shown.out.find("op " + name + "(") != std::string::npos);
        const auto one = parse_json(saku({"ops", name, "--json"}).out, "stdout");
        REQUIRE(one.ok());
        CHECK((*one)["notation"] == shown.out);
        CHECK(op["notation"] == shown.out);
    }
}

TEST_CASE("unknown operators are refused with the list of what there is") {
    const Finished result = saku({"ops", "conv3d"});
    CHECK(result.exit_code == 2);
    CHECK(result.out.empty());
    CHECK(result.err.starts_with("saku: unknown operator 'conv3d', expected one of "));
    CHECK(result.err.find("conv2d") != std::string::npos);
}

}  // namespace
}  // namespace saku::tests
