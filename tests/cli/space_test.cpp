#include <doctest/doctest.h>

#include "base/json.h"
#include "refusal.h"

namespace saku::tests {
namespace {

Json space(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "space");
    arguments.emplace_back("--json");
    const Finished result = saku(arguments);
    CHECK(result.exit_code == 0);
    CHECK(result.err.empty());
    const auto json = parse_json(result.out, "stdout");
    REQUIRE(json.ok());
    return *json;
}

TEST_CASE("space counts ids and lists holes; --fix leaves fewer") {
    const Json all = space({"matmul:m=128,n=768,k=768", "--target", "haswell"});
    CHECK(all["schema"] == 1);
    CHECK(all["op"] == "matmul:m=128,n=768,k=768");
    CHECK(all["target"] == "haswell");
    CHECK(all["threads"] == 12);
    REQUIRE(all["sketches"].size() > 0);
    std::size_t size = 0;
    for (const Json& sketch : all["sketches"]) {
        CHECK(sketch["first_id"] == std::to_string(size));
        std::size_t ids = 1;
        for (const Json& hole : sketch["holes"]) ids *= hole["values"].size();
        size += ids;
    }
    CHECK(all["space_size"] == size);
    const Json fixed = space({"matmul:m=128,n=768,k=768", "--target", "haswell", "--fix", "tile_m=4"});
    CHECK(fixed["space_size"].get<std::size_t>() < size);
    const Json one = space({"matmul:m=128,n=768,k=768", "--target", "haswell", "--threads", "1"});
    CHECK(one["threads"] == 1);
}

TEST_CASE("the result depends on the arguments only, never on --jobs") {
    const std::vector<std::string> arguments{"space", "conv2d:c=5,h=9,w=7,k=3,r=3,s=3", "--target", "neoverse-n1"};
    std::vector<std::string> one_job = arguments;
    one_job.insert(one_job.end(), {"--jobs", "1"});
    CHECK(saku(arguments).out == saku(one_job).out);
}

TEST_CASE("bad values of options are refused") {
    const std::string op = "matmul:m=8,n=8,k=8";
    const std::string try_space = "\nTry 'saku space --help'.";
    const std::string threads = "expected an integer from 1 to 1024";
    const std::vector<Refusal> table{
        {{"space"}, "op is required" + try_space},
        {{"space", op, "--threads", "0"}, "--threads: found '0', " + threads + try_space},
        {{"space", op, "--threads", "-1"}, "--threads: found '-1', " + threads + try_space},
        {{"space", op, "--threads", "1025"}, "--threads: found '1025', " + threads + try_space},
        {{"space", op, "--threads", "2.5"}, "--threads: found '2.5', " + threads + try_space},
        {{"space", op, "--threads", ""}, "--threads: found '', " + threads + try_space},
        {{"space", op, "--threads", "99999999999999999999"},
         "--threads: found '99999999999999999999', " + threads + try_space},
        {{"space", op, "--threads"}, "--threads: 1 required INT missing" + try_space},
        {{"space", op, "--jobs", "x"}, "--jobs: found 'x', " + threads + try_space},
        {{"space", op, "--fix", "tile_m"}, "--fix: found 'tile_m', expected name=value"},
        {{"space", op, "--fix", "=8"}, "--fix: found '=8', expected name=value"},
        {{"space", op, "--fix", "tile_m="}, "--fix: found 'tile_m=', expected name=value"},
        {{"space", op, "--fix", "tile_m=1", "--fix", "tile_m=2"}, "--fix: 'tile_m' is given twice"},
        {{"space", op, op}, "The following argument was not expected: " + op + try_space},
    };
    for (const Refusal& refusal : table) check_refusal(refusal);
}

}  // namespace
}  // namespace saku::tests
