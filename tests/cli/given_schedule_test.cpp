// Schedules that are named: files, pipes, numbers of candidates.
#include <doctest/doctest.h>

#include "refusal.h"
#include "tuned.h"

namespace saku::tests {
namespace {

const std::vector<std::string> on_machine{"--target", "x86-64-v3", "--threads", "1", "--json"};

std::vector<std::string> joined(std::vector<std::string> words, const std::vector<std::string>& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

TEST_CASE("explain takes the number of a candidate for --schedule as for --versus") {
    const Json tuned = json_of(saku(tune_arguments(small_matmul, "", {"--json"})));
    const std::string best = tuned["top"][0]["id"];
    const std::string second = tuned["top"][1]["id"];
    const Json json =
        json_of(saku(joined({"explain", small_matmul, "--schedule", best, "--versus", second}, on_machine)));
    for (const char* key : {"id", "choices", "schedule", "predicted_seconds"}) {
        CAPTURE(key);
        CHECK(json[key] == tuned["top"][0][key]);
        CHECK(json["versus"][key] == tuned["top"][1][key]);
    }
    const Finished text = saku(
        {"explain", small_matmul, "--schedule", best, "--versus", second, "--target", "x86-64-v3", "--threads", "1"});
    CHECK(text.out.find("\ncandidate " + second + " is predicted ") != std::string::npos);
}

TEST_CASE("run takes the number of a candidate") {
    const std::vector<std::string> here{"--threads", "1", "--json"};
    const Json tuned = json_of(saku(joined({"tune", small_matmul, "--candidates", "50"}, here)));
    const Json json =
        json_of(saku(joined({"run", small_matmul, "--samples", "1", "--schedule", tuned["best"]["id"]}, here)));
    CHECK(json["correct"] == true);
    CHECK(json["predicted_seconds"] == tuned["best"]["predicted_seconds"]);
}

TEST_CASE("a schedule from a pipe is as good as one from a file") {
    const Folder folder;
    const std::string record = tuned_record(folder);
    const std::vector<std::vector<std::string>> commands{
        {"explain", small_matmul, "--json"},
        {"emit", small_matmul, "--out", folder.path("o"), "--json"},
    };
    for (const std::vector<std::string>& words : commands) {
        CAPTURE(words.front());
        std::string line = "cat '" + record + "' | '" SAKU_PROGRAM "'";
        for (const std::string& word : words) line += " '" + word + "'";
        const Finished piped = run_process({"/bin/sh", "-c", line + " --schedule /dev/stdin"});
        CHECK(piped.err == "");
        CHECK(piped.exit_code == 0);
        CHECK(piped.out == saku(joined(words, {"--schedule", record})).out);
    }
    const std::string plain = folder.write("plain.txt", "unroll(k)\n");
    const Finished ran = run_process({"/bin/sh", "-c",
                                      "cat '" + plain + "' | '" SAKU_PROGRAM "' run " + small_matmul +
                                          " --schedule /dev/stdin --threads 1 --samples 1 --json"});
    CHECK(ran.err == "");
    CHECK(ran.exit_code == 0);
}

TEST_CASE("numbers beyond the space are refused, and files with such names are files") {
    const Json space = json_of(saku(joined({"space", small_matmul}, on_machine)));
    const std::string size = std::to_string(space["space_size"].get<std::uint64_t>());
    const std::string expected = ", expected a file, or a number below " + size;
    const std::vector<std::string> machine{"--target", "x86-64-v3", "--threads", "1"};
    for (const std::string& number : {size, std::string("99999999999999999999999")}) {
        check_refusal({joined({"explain", small_matmul, "--schedule", number}, machine),
                       "--schedule: found candidate " + number + expected});
        check_refusal({joined({"run", small_matmul, "--schedule", number}, machine),
                       "--schedule: found candidate " + number + expected});
        check_refusal({joined({"explain", small_matmul, "--schedule", "0", "--versus", number}, machine),
                       "--versus: found candidate " + number + expected});
    }
    const Folder folder;
    static_cast<void>(folder.write("7", "unroll(k)\n"));
    const Finished file =
        saku(joined({"explain", small_matmul, "--schedule", "7"}, on_machine), {.directory = folder.path()});
    CHECK_FALSE(json_of(file).contains("id"));
}

}  // namespace
}  // namespace saku::tests
