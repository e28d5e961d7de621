// --residence: part of every prediction, of records and of checks.
#include <doctest/doctest.h>

#include "refusal.h"
#include "tuned.h"

namespace saku::tests {
namespace {

TEST_CASE("cold caches are part of the record, which replays and checks as what it is") {
    const Folder folder;
    REQUIRE(saku(tune_arguments(small_matmul, folder.path(), {"--name", "mm", "--residence", "cold"})).exit_code == 0);
    const std::string record = folder.path("mm.json");
    const auto json = parse_json(content_of(record), "record");
    REQUIRE(json.ok());
    CHECK((*json)["residence"] == "cold");

    // As the record says, unless options say otherwise.
    const Json cold = json_of(saku({"explain", small_matmul, "--schedule", record, "--json"}));
    CHECK(cold["residence"] == "cold");
    CHECK(cold["predicted_seconds"] == (*json)["prediction"]["seconds"]);
    const Json warm = json_of(saku({"explain", small_matmul, "--schedule", record, "--residence", "warm", "--json"}));
    CHECK(warm["residence"] == "warm");
    CHECK(warm["predicted_seconds"] < cold["predicted_seconds"]);
    CHECK(saku({"emit", small_matmul, "--schedule", record, "--out", folder.path("again")}).exit_code == 0);
    CHECK(content_of(folder.path("again/mm.json")) == content_of(record));

    CHECK(saku(tune_arguments(small_matmul, "", {"--check", record, "--residence", "cold"})).exit_code == 0);
    const Finished other = saku(tune_arguments(small_matmul, "", {"--check", record}));
    CHECK(other.exit_code == 1);
    CHECK(other.err == "saku: " + small_matmul + " is not what " + record + " says\n  residence: was cold, is warm\n");
}

TEST_CASE("tune, rank and run say where operands start") {
    const Folder folder;
    const std::string lines = folder.write("lines.jsonl", "[]\n");
    const auto rank = [&](const char* residence) {
        return json_of(saku({"rank", small_matmul, "--schedules", lines, "--target", "haswell", "--threads", "1",
                             "--residence", residence, "--json"}));
    };
    CHECK(rank("warm")["residence"] == "warm");
    CHECK(rank("cold")["results"][0]["predicted_seconds"] > rank("warm")["results"][0]["predicted_seconds"]);
    const std::vector<std::string> cold{"--residence", "cold"};
    const Finished text = saku(tune_arguments(small_matmul, "", cold));
    CHECK(text.out.starts_with(small_matmul + " on x86-64-v3, 1 thread, cold caches\n"));
    const Json run = json_of(saku({"run", small_matmul, "--threads", "1", "--candidates", "20", "--samples", "1",
                                   "--residence", "cold", "--json"}));
    CHECK(run["residence"] == "cold");
    CHECK(run["correct"] == true);
    CHECK(run["seconds"] > 0);
}

TEST_CASE("residences that do not exist are refused by every command that takes one") {
    const Folder folder;
    const std::string schedule = folder.write("s.json", "[]");
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"tune", small_matmul},
          {"run", small_matmul},
          {"explain", small_matmul},
          {"rank", small_matmul, "--schedules", schedule},
          {"emit", small_matmul, "--schedule", schedule, "--out", folder.path("out")}}) {
        for (const char* found : {"hot", "", "COLD"}) {
            std::vector<std::string> arguments = command;
            arguments.insert(arguments.end(), {"--residence", found});
            check_refusal({arguments, std::string("--residence: found '") + found + "', expected one of warm, cold" +
                                          "\nTry 'saku " + command.front() + " --help'."});
        }
    }
    check_refusal({{"space", small_matmul, "--residence", "cold"},
                   "The following arguments were not expected: cold --residence\nTry 'saku space --help'."});
}

}  // namespace
}  // namespace saku::tests
