// What a calibration changes, and what it must not.
#include <doctest/doctest.h>

#include "refusal.h"
#include "tuned.h"

namespace saku::tests {
namespace {

Json figure(double value) { return {{"value", value}, {"spread", 0.01}, {"samples", 15}, {"method", "made up"}}; }

/// A calibration of x86-64-v3 that says what its file says, but for the clock and the last cache's bandwidth.
Json made_calibration() {
    const Json machine = *parse_json(saku({"machine", "show", "x86-64-v3"}).out, "stdout");
    Json caches = Json::array();
    for (const Json& cache : machine["caches"]) {
        Json figures{{"level", cache["level"]}, {"size_bytes", cache["size_bytes"]}};
        for (const char* key : {"latency_cycles", "load_bytes_per_cycle", "store_bytes_per_cycle"})
            figures[key] = figure(cache[key]);
        caches.push_back(std::move(figures));
    }
    caches.back()["load_bytes_per_cycle"] = figure(3);
    return {
        {"schema", 1},
        {"kind", "calibration"},
        {"machine", "x86-64-v3"},
        {"cpu", "A processor"},
        {"when", "2026-11-21T12:00:00Z"},
        {"versions", {{"saku", "0.1.0"}, {"llvm", "19.1.7"}}},
        {"threads", 1},
        {"clock", {{"ghz", figure(1)}}},
        {"caches", std::move(caches)},
        {"ports",
         {{"multiply_adds_per_cycle", figure(2)}, {"loads_per_cycle", figure(2)}, {"stores_per_cycle", figure(1)}}}};
}

std::string file_in(const Folder& folder, const std::string& name, const Json& calibration) {
    return folder.write(name, to_text(calibration));
}

TEST_CASE("machine calibrate measures this computer in a file that other commands take") {
    const Folder folder;
    const std::string file = folder.path("here.json");
    const Finished told = saku({"machine", "calibrate", "--samples", "3", "--out", file});
    REQUIRE_MESSAGE(told.exit_code == 0, told.err);
    CHECK(told.out.find("L1 loads, bytes a cycle") != std::string::npos);
    CHECK(told.out.ends_with(file + " written\n"));
    const auto calibration = parse_json(content_of(file), "here.json");
    REQUIRE(calibration.ok());
    CHECK((*calibration)["kind"] == "calibration");
    CHECK((*calibration)["machine"] == json_of(saku({"machine", "host", "--json"}))["machine"]);
    CHECK((*calibration)["clock"]["ghz"]["samples"] == 3);
    const Finished used = saku({"tune", small_matmul, "--threads", "1", "--candidates", "100", "--calibration", file});
    CHECK(used.err == "");
    CHECK(used.exit_code == 0);
    CHECK(used.out.find(", calibrated, 1 thread") != std::string::npos);
}

TEST_CASE("a calibration is part of predictions, of results and of records") {
    const Folder folder;
    const std::string file = file_in(folder, "c.json", made_calibration());
    const Json plain = json_of(saku(tune_arguments(small_matmul, folder.path("a"), {"--name", "mm", "--json"})));
    const std::vector<std::string> with{"--name", "mm", "--json", "--calibration", file};
    const Json tuned = json_of(saku(tune_arguments(small_matmul, folder.path("b"), with)));
    CHECK_FALSE(plain.contains("calibration"));
    const std::string fingerprint = tuned["calibration"];
    CHECK(fingerprint.size() == 16);
    CHECK(tuned["best"]["predicted_seconds"] > plain["best"]["predicted_seconds"]);
    const auto record = parse_json(content_of(folder.path("b/mm.json")), "record");
    REQUIRE(record.ok());
    CHECK((*record)["calibration"] == fingerprint);
    CHECK_FALSE(parse_json(content_of(folder.path("a/mm.json")), "record")->contains("calibration"));

    // The same again, and every time.
    const Json again = json_of(saku(tune_arguments(small_matmul, folder.path("c"), with)));
    CHECK(again["best"] == tuned["best"]);
    CHECK(content_of(folder.path("b/mm.json")) == content_of(folder.path("c/mm.json")));

    const std::string made = folder.path("b/mm.json");
    const std::vector<std::string> replay{"emit", small_matmul, "--schedule", made, "--out", folder.path("d")};
    const Finished without = saku(replay);
    CHECK(without.exit_code == 0);
    CHECK(without.err ==
          "saku: " + made + " was made with calibration " + fingerprint + ", predictions here are made without one\n");
    CHECK(content_of(folder.path("d/mm.o")) == content_of(folder.path("b/mm.o")));
    std::vector<std::string> replay_with = replay;
    replay_with.insert(replay_with.end(), {"--calibration", file});
    CHECK(saku(replay_with).exit_code == 0);
    CHECK(content_of(folder.path("d/mm.json")) == content_of(made));
    CHECK(content_of(folder.path("d/mm.o")) == content_of(folder.path("b/mm.o")));
}

TEST_CASE("--check notices a calibration, and that of another day") {
    const Folder folder;
    const std::string file = file_in(folder, "c.json", made_calibration());
    Json later = made_calibration();
    later["when"] = "2026-11-22T12:00:00Z";
    const std::string other = file_in(folder, "later.json", later);
    REQUIRE(saku(tune_arguments(small_matmul, folder.path(), {"--name", "mm", "--calibration", file})).exit_code == 0);
    const std::string record = folder.path("mm.json");
    const auto check = [&](const std::vector<std::string>& more) {
        std::vector<std::string> arguments = tune_arguments(small_matmul, "", {"--check", record});
        arguments.insert(arguments.end(), more.begin(), more.end());
        return saku(arguments);
    };
    CHECK(check({"--calibration", file}).exit_code == 0);
    const Finished without = check({});
    CHECK(without.exit_code == 1);
    CHECK(without.err.find("calibration") != std::string::npos);
    CHECK(check({"--calibration", other}).exit_code == 1);
}

TEST_CASE("commands that take --target take --calibration") {
    const Folder folder;
    const std::string file = file_in(folder, "c.json", made_calibration());
    const std::string record = tuned_record(folder);
    const std::string line = folder.write("line.jsonl", content_of(folder.write("s", "[]\n")));
    const std::vector<std::string> machine{"--target", "x86-64-v3", "--threads", "1", "--json"};
    const std::vector<std::vector<std::string>> commands{
        {"explain", small_matmul, "--schedule", record},
        {"rank", small_matmul, "--schedules", line},
        {"emit", small_matmul, "--schedule", record, "--out", folder.path("o")},
        {"space", small_matmul},
        {"plan", small_matmul}};
    for (std::vector<std::string> words : commands) {
        CAPTURE(words.front());
        words.insert(words.end(), machine.begin(), machine.end());
        const Json plain = json_of(saku(words));
        words.insert(words.end(), {"--calibration", file});
        const Json refined = json_of(saku(words));
        const bool prices = words.front() != "space" && words.front() != "plan";
        CHECK((plain != refined) == (words.front() != "space"));
        CHECK(refined.contains("calibration") == prices);
    }
    const Json plan = json_of(saku({"plan", small_matmul, "--target", "x86-64-v3", "--calibration", file, "--json"}));
    CHECK(plan["inputs"] == Json::array({file}));
    for (const char* command : {"tune", "run", "compare", "profile"})
        CHECK(saku({command, "--help"}).out.find("--calibration") != std::string::npos);
}

TEST_CASE("calibrations that do not fit are refused before any work") {
    const Folder folder;
    const std::string file = file_in(folder, "c.json", made_calibration());
    Json fast = made_calibration();
    fast["clock"]["ghz"]["value"] = 300;
    const std::string impossible = file_in(folder, "fast.json", fast);
    const std::string record = tuned_record(folder);
    const std::string absent = folder.path("absent.json");
    for (const Refusal& refusal : std::vector<Refusal>{
             {{"tune", small_matmul, "--target", "zen4", "--calibration", file},
              file + "#/machine: found \"x86-64-v3\", expected \"zen4\""},
             {{"tune", small_matmul, "--target", "x86-64-v3", "--calibration", impossible},
              impossible + "#/clock/ghz/value: found 300, expected a number from 0.05 to 20.0"},
             {{"emit", small_matmul, "--schedule", record, "--out", folder.path("o"), "--calibration", impossible},
              impossible + "#/clock/ghz/value: found 300, expected a number from 0.05 to 20.0"},
             {{"explain", small_matmul, "--target", "x86-64-v3", "--calibration", record},
              record + "#/kind: found \"record\", expected \"calibration\""},
             {{"space", small_matmul, "--calibration", absent}, absent + ": cannot be read: No such file or directory"},
             {{"machine", "calibrate", "--threads", "1024", "--out", folder.path("never.json")}, ""}}) {
        if (refusal.message.empty()) {
            CHECK(refused(refusal.arguments).starts_with("--threads: found 1024, expected at most "));
            continue;
        }
        check_refusal(refusal);
    }
    CHECK(refused({"tune", small_matmul, "--calibration", ""}).starts_with("--calibration: "));
    CHECK(refused({"machine", "calibrate", "--target", "neoverse-n1"}).starts_with("--target neoverse-n1: "));
}

}  // namespace
}  // namespace saku::tests
