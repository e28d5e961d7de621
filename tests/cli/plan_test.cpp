#include <doctest/doctest.h>

#include "base/json.h"
#include "process.h"

using namespace saku;
using namespace saku::tests;

namespace {

constexpr const char* notation = "op twice(n) { x: f32[N=n] out: f32[N=n] out axes i<n out[i] = x[i] + x[i] }";

Json json_of(const Finished& finished) {
    const auto document = parse_json(finished.out, "stdout");
    REQUIRE(document.ok());
    return *document;
}

}  // namespace

TEST_CASE("plan says what tuning makes of an operator") {
    const Finished text = tests::saku({"plan", "matmul:n=8,m=4,k=2,ta=0", "--target", "graviton2", "--threads", "1"});
    CHECK(text.exit_code == 0);
    CHECK(text.out ==
          "for neoverse-n1 (aarch64-unknown-linux-gnu), 1 thread\nmatmul_m_4_n_8_k_2  matmul:m=4,n=8,k=2\n");
    const Json json = json_of(
        tests::saku({"plan", "matmul:n=8,m=4,k=2", "--target", "zen5", "--threads", "2", "--name", "mm", "--json"}));
    CHECK(json == Json::parse(R"({"schema": 1, "target": "zen5", "triple": "x86_64-unknown-linux-gnu", "threads": 2,
        "inputs": [], "kernels": [{"op": "matmul:m=4,n=8,k=2", "text": "matmul:n=8,m=4,k=2", "name": "mm",
        "inputs": []}]})"));
}

TEST_CASE("plan names every file that tuning reads") {
    const Folder folder;
    const std::string op = folder.write("twice.saku", notation);
    const std::string suite = folder.write(
        "suite.json", R"({"schema": 1, "kind": "suite", "operators": ["twice.saku:n=4", "matmul:m=1,n=2,k=3"]})");
    const std::string base = folder.write(
        "base.json",
        R"json({"schema": 1, "kind": "machine", "extends": "zen5", "name": "base", "description": "A test"})json");
    const std::string machine = folder.write(
        "mine.json",
        R"json({"schema": 1, "kind": "machine", "extends": "./base.json", "name": "mine", "description": "A test"})json");
    const Finished finished = tests::saku({"plan", suite, "--target", machine, "--json"});
    CHECK_MESSAGE(finished.exit_code == 0, finished.err);
    const Json json = json_of(finished);
    CHECK(json["inputs"] == Json{suite, machine, base});
    CHECK(json["kernels"][0]["text"] == op + ":n=4");
    CHECK(json["kernels"][0]["name"] == "twice_n_4");
    CHECK(json["kernels"][0]["inputs"] == Json::array({op}));
    CHECK(json["kernels"][1]["inputs"] == Json::array());
}

TEST_CASE("plan refuses what tune refuses") {
    const Folder folder;
    const std::string suite = folder.write(
        "suite.json", R"({"schema": 1, "kind": "suite", "operators": ["matmul:m=1,n=2,k=3", "matmul:m=1,n=2,k=4"]})");
    const std::vector<std::pair<std::vector<std::string>, std::string>> table{
        {{"matmul:m=4"}, "saku: matmul: parameter 'n' of 'matmul' is missing"},
        {{"matmul:m=4,n=4,k=4", "--target", "nowhere"}, "saku: --target: unknown machine"},
        {{"matmul:m=4,n=4,k=4", "--name", "saku_parallel_for"}, "saku: --name: 'saku_parallel_for' belongs"},
        {{suite, "--name", "mm"}, "saku: --name: found a suite"},
    };
    for (auto [arguments, message] : table) {
        arguments.insert(arguments.begin(), "plan");
        const Finished finished = tests::saku(arguments);
        CHECK(finished.exit_code == 2);
        CHECK(finished.out.empty());
        CHECK_MESSAGE(finished.err.starts_with(message), finished.err);
    }
}
