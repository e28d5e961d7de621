// Records lead back to the same kernel, or are refused.
#include <doctest/doctest.h>

#include <functional>

#include "refusal.h"
#include "tuned.h"

namespace saku::tests {
namespace {

TEST_CASE("emit makes the very files again that tune wrote with the record") {
    const std::vector<std::string> operators{small_matmul, "conv2d:c=3,h=9,w=8,k=10,r=3,s=3,stride=2,pad=1",
                                             "depthwise_conv2d:c=5,h=7,w=7,r=3,s=3,pad=1"};
    for (const std::string& op : operators) {
        CAPTURE(op);
        const Folder folder;
        const std::vector<std::string> kinds{"--name", "again", "--emit", "obj,header,asm,llvm"};
        REQUIRE(saku(tune_arguments(op, folder.path("a"), kinds)).exit_code == 0);
        const Json json = json_of(saku({"emit", op, "--schedule", folder.path("a/again.json"), "--out",
                                        folder.path("b"), "--emit", "obj,header,asm,llvm", "--json"}));
        CHECK(keys_of(json) == std::vector<std::string>{"schema", "op", "target", "threads", "residence", "name",
                                                        "predicted_seconds", "files"});
        CHECK(json["target"] == "x86-64-v3");
        CHECK(json["name"] == "again");
        CHECK(json["files"].size() == 5);
        for (const char* ending : {".o", ".h", ".s", ".ll", ".json"}) {
            const std::string name = std::string("again") + ending;
            const bool same = content_of(folder.path("a/" + name)) == content_of(folder.path("b/" + name));
            CHECK_MESSAGE(same, name);
        }
    }
}

TEST_CASE("options go before what the record says") {
    const Folder folder;
    const std::string record = tuned_record(folder);
    const Finished other = saku({"emit", small_matmul, "--schedule", record, "--target", "zen3", "--name", "other",
                                 "--threads", "2", "--out", folder.path("o")});
    CHECK(other.exit_code == 0);
    CHECK(other.err.empty());
    const auto made = parse_json(content_of(folder.path("o/other.json")), "record");
    REQUIRE(made.ok());
    CHECK((*made)["machine"] == "zen3");
    CHECK((*made)["threads"] == 2);
    CHECK((*made)["name"] == "other");
}

TEST_CASE("schedules come as records, schedules, arrays of steps and text") {
    const Folder folder;
    const std::vector<std::string> files{
        folder.write("s.json", R"({"schema": 1, "kind": "schedule", "steps": [{"step": "unroll", "loop": "k"}]})"),
        folder.write("a.json", R"([{"step": "unroll", "loop": "k"}])"),
        folder.write("t.txt", "unroll(k)\n"),
    };
    std::string object;
    for (const std::string& file : files) {
        const Finished result = saku({"emit", small_matmul, "--schedule", file, "--target", "haswell", "--name", "k",
                                      "--out", folder.path("out")});
        CHECK(result.err.empty());
        REQUIRE(result.exit_code == 0);
        const std::string bytes = content_of(folder.path("out/k.o"));
        if (!object.empty()) CHECK((bytes == object));
        object = bytes;
    }
}

TEST_CASE("run replays a record that fits this computer, and refuses code for another") {
    const Folder folder;
    const std::string here = folder.path("here");
    REQUIRE(
        saku({"tune", small_matmul, "--threads", "1", "--candidates", "50", "--name", "mm", "--out", here}).exit_code ==
        0);
    const Json json = json_of(saku({"run", small_matmul, "--schedule", here + "/mm.json", "--samples", "1", "--json"}));
    CHECK(json["correct"] == true);
    CHECK(json["threads"] == 1);
    const std::string there = folder.path("there");
    for (const char* target : {"neoverse-n1", "x86-64-v3"}) {  // one of them is not this processor's
        REQUIRE(saku({"tune", small_matmul, "--threads", "1", "--candidates", "20", "--name",
                      target[0] == 'n' ? "n" : "x", "--target", target, "--out", there})
                    .exit_code == 0);
    }
#if defined(__aarch64__)
    const std::string foreign = there + "/x.json";
#else
    const std::string foreign = there + "/n.json";
#endif
    CHECK(refused({"run", small_matmul, "--schedule", foreign}).find(": code for another processor: ") !=
          std::string::npos);
}

using Damage = std::function<void(Json&)>;

TEST_CASE("damaged records are refused where they are damaged") {
    const Folder folder;
    const auto record = parse_json(content_of(tuned_record(folder)), "record");
    REQUIRE(record.ok());
    struct Case {
        Damage damage;
        std::string message;
    };
    const std::vector<Case> table{
        {[](Json& r) { r["x"] = 1; },
         "#/x: unknown key, expected one of calibration, code, kind, machine, name, op, prediction, residence, "
         "schedule, schema, "
         "threads, versions"},
        {[](Json& r) { r["prediction"]["x"] = 1; },
         "#/prediction/x: unknown key, expected one of bottleneck, gflops, percent_of_peak, seconds, terms"},
        {[](Json& r) { r["schedule"][0]["step"] = "shuffle"; }, "#/schedule/0/step: found \"shuffle\", expected "},
        {[](Json& r) { r["kind"] = "suite"; }, "#/kind: found \"suite\", expected \"record\" or \"schedule\""},
        {[](Json& r) { r.erase("kind"); }, "#/kind: missing, expected \"record\" or \"schedule\""},
        {[](Json& r) { r["schema"] = 4; }, "#/schema: found 4, expected an integer from 1 to 3"},
        {[](Json& r) { r["code"]["inner_loops"][0].erase("broadcasts"); },
         "#/code/inner_loops/0/broadcasts: missing, expected "},
        {[](Json& r) { r["op"] = "matmul:m=9,n=20,k=8"; },
         ": found a record of matmul:m=9,n=20,k=8, expected a record of " + small_matmul},
        {[](Json& r) { r["threads"] = 0; }, "#/threads: found 0, expected an integer of at least 1"},
        {[](Json& r) { r["threads"] = 1025; }, "#/threads: found 1025, expected an integer from 1 to 1024"},
        {[](Json& r) { r["threads"] = 1.5; }, "#/threads: found 1.5, expected an integer"},
        {[](Json& r) { r["name"] = "../escape"; },
         "#/name: found '../escape', expected a C identifier of at most 200 characters"},
        {[](Json& r) { r["machine"] = "abacus"; }, "#/machine: unknown machine \"abacus\", expected "},
        {[](Json& r) { r["machine"] = 3; }, "#/machine: found 3, expected a machine's name"},
        {[](Json& r) { r.erase("versions"); }, "#/versions: missing, expected an object"},
        {[](Json& r) { r["prediction"]["seconds"] = -1; }, "#/prediction/seconds: found -1, expected "},
    };
    for (const Case& each : table) {
        Json damaged = *record;
        each.damage(damaged);
        const std::string file = folder.write("damaged.json", damaged.dump());
        const std::string expected = file + each.message;
        for (const char* command : {"emit", "run", "explain"}) {
            std::vector<std::string> arguments{command, small_matmul, "--schedule", file};
            if (arguments[0] == "emit") arguments.insert(arguments.end(), {"--out", folder.path("out")});
            CHECK(refused(arguments).substr(0, expected.size()) == expected);
        }
    }
    CHECK(folder.names() == std::vector<std::string>{"damaged.json", "mm.h", "mm.json", "mm.o"});
}

TEST_CASE("cut, empty, deep and binary files are refused wherever a schedule is expected") {
    const Folder folder;
    const std::string whole = content_of(tuned_record(folder));
    const std::vector<std::pair<std::string, std::string>> table{
        {folder.write("cut.json", whole.substr(0, whole.size() / 2)), ":"},
        {folder.write("deep.json", std::string(100000, '[')), ":1:65: nested more than 64 levels deep"},
        {folder.write("empty", ""), ": found nothing, expected a schedule ([] for one without steps)"},
        {folder.write("blank", " \n\n"), ": found "},
        {folder.write("binary", std::string("\x7f\0ELF\xff", 6)), ":1:"},
        {folder.write("step.txt", "split i by 8\n"), ":1:1: expected a step such as split(i, 8, i_o, i_i)"},
        {folder.write("misfit.txt", "unroll(zz)\n"), ": "},
        {folder.path("absent"), ": cannot be read: No such file or directory"},
        {folder.path(), ": cannot be read: it is a directory, expected a file"},
    };
    for (const auto& [file, message] : table) {
        const std::string out = folder.path("out");
        const std::vector<std::vector<std::string>> commands{
            {"emit", small_matmul, "--schedule", file, "--target", "haswell", "--out", out},
            {"run", small_matmul, "--schedule", file},
            {"explain", small_matmul, "--schedule", file, "--target", "haswell"},
            {"explain", small_matmul, "--versus", file, "--target", "haswell"},
        };
        for (const std::vector<std::string>& command : commands)
            CHECK(refused(command).substr(0, (file + message).size()) == file + message);
        const bool fits_as_file = message != ": ";  // what does not fit is only found out after tuning
        if (fits_as_file && file != folder.path())  // --check takes folders, too
            CHECK(refused(tune_arguments(small_matmul, out, {"--check", file})).starts_with(file + message));
    }
    CHECK(std::string(folder.names().back()) != "out");
}

TEST_CASE("rank says in which line something is wrong") {
    const Folder folder;
    const std::vector<std::pair<std::string, std::string>> table{
        {"[]\n{\"x\": 1}\n", ":2#/kind: missing, expected \"record\" or \"schedule\""},
        {"[]\n[\n", ":2:2: malformed JSON"},
        {"[]\nfrobnicate\n", ":2:1: expected a step"},
        {"\n \n", ": found no schedule, expected one on each line"},
        {"", ": found no schedule, expected one on each line"},
        {"[]\n" + std::string(100000, '['), ":2:65: nested more than 64 levels deep"},
    };
    for (const auto& [content, message] : table) {
        const std::string file = folder.write("lines", content);
        CHECK(refused({"rank", small_matmul, "--schedules", file}).substr(0, (file + message).size()) ==
              file + message);
    }
    check_refusal({{"rank", small_matmul, "--schedules", folder.path("absent")},
                   folder.path("absent") + ": cannot be read: No such file or directory"});
}

}  // namespace
}  // namespace saku::tests
