// Bad operators, machines, options and paths, for every command that takes them: stdout empty, exit code 2, a message
// that says what, where and what was expected, nothing written.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "refusal.h"
#include "tuned.h"

namespace saku::tests {
namespace {

using Words = std::vector<std::string>;

/// Every command that takes an operator, with all it needs beside it. `file` stands for any file.
std::vector<Words> commands_for(const std::string& op, const std::string& file, const std::string& out) {
    return {{"tune", op, "--out", out},
            {"run", op},
            {"explain", op},
            {"rank", op, "--schedules", file},
            {"emit", op, "--schedule", file, "--out", out},
            {"space", op},
            {"plan", op}};
}

struct Bad {
    std::string text;
    std::string message;  ///< begins with this
};

TEST_CASE("bad operators are refused by every command") {
    const Folder folder;
    const std::string schedule = folder.write("s.json", "[]");
    const auto file = [&](const std::string& name, const std::string& content) { return folder.write(name, content); };
    const std::string parens =
        "op x(n) { in: f32[N=n]  out: f32[N=n] out  axes i<n  out[i] = " + std::string(50000, '(');
    const std::vector<Bad> table{
        {"", "expected an operator such as "},
        {":", "expected an operator such as "},
        {"matmul", "matmul: parameter 'm' of 'matmul' is missing, expected "},
        {"matmul:m=1,n=1", "matmul: parameter 'k' of 'matmul' is missing, expected "},
        {"matmul:m=0,n=1,k=1", "matmul: parameter 'm' is 0, expected at least 1"},
        {"matmul:m=-3,n=1,k=1", "matmul: parameter 'm' is -3, expected at least 1"},
        {"matmul:m=1,m=1,n=1,k=1", "matmul: parameter 'm' is given twice, expected once"},
        {"matmul:m=1,n=1,k=1,z=1", "matmul: unknown parameter 'z' of 'matmul', expected "},
        {"matmul:m=1.5,n=1,k=1", "matmul: parameter 'm' is '1.5', expected an integer"},
        {"matmul:m=9223372036854775808,n=1,k=1", "matmul: parameter 'm' is '9223372036854775808', which does not fit"},
        {"matmul:m=9223372036854775807,n=9223372036854775807,k=1", "matmul: "},
        {"matmul:m=1048576,n=1,k=1048576", "matmul: tensor 'a' of 1048576 x 1048576 f32 elements has more than 2^40"},
        {"matmul:m=1,,n=1", "expected key=value, found nothing"},
        {"conv2d:c=1,h=2,w=9,k=1,r=5,s=3,pad=1", "conv2d: the kernel is larger than the padded image"},
        {"conv2d:c=3,h=5,w=5,k=4,r=3,s=3,groups=2", "conv2d: groups = 2 does not divide c = 3"},
        {"conv2d:c=3,h=5,w=5,k=4,r=3,s=3,stride=0", "conv2d: parameter 'stride' is 0, expected at least 1"},
        {"conv4d:c=1", "unknown operator 'conv4d', expected one of "},
        {std::string(100000, 'x'), "the operator has 100000 characters, expected at most "},
        {folder.path("absent.saku"), folder.path("absent.saku") + ": cannot be read: No such file"},
        {folder.path("absent.json"), folder.path("absent.json") + ": cannot be read: No such file"},
        {folder.path("no/dir.saku") + ":n=1", folder.path("no/dir.saku") + ": cannot be read: No such file"},
        {folder.path(""), folder.path("") + ": cannot be read: it is a directory, expected a file"},
        {file("cut.saku", "op x(n) { in: f32[N=n"), folder.path("cut.saku") + ":1:22: expected "},
        {file("empty.saku", ""), folder.path("empty.saku") + ":1:1: expected 'op', found the end"},
        {file("binary.saku", std::string("\x7f\0ELF", 5)), folder.path("binary.saku") + ":1:1: expected "},
        {file("deep.saku", parens) + ":n=1",
         folder.path("deep.saku") + ":1:127: the expression is nested deeper than 64"},
        {file("cut.json", "{\"schema\": 1, "), folder.path("cut.json") + ":1:"},
        {file("empty.json", ""), folder.path("empty.json") + ":1:1: malformed JSON"},
        {file("binary.json", std::string("\x7f\0ELF", 5)), folder.path("binary.json") + ":1:"},
        {file("deep.json", std::string(50000, '[')), folder.path("deep.json") + ":1:65: nested more than 64"},
        {file("record.json", R"({"schema": 1, "kind": "record"})"),
         folder.path("record.json") + "#/kind: found \"record\", expected \"operator\""},
    };
    const std::size_t files = folder.names().size();
    // All read operators the same way: each text goes to tune and, in turn, to one of the others.
    for (std::size_t i = 0; i < table.size(); ++i) {
        const std::vector<Words> commands = commands_for(table[i].text, schedule, folder.path("out"));
        for (const std::size_t chosen : {std::size_t{0}, 1 + i % (commands.size() - 1)})
            CHECK(refused(commands[chosen]).substr(0, table[i].message.size()) == table[i].message);
    }
    CHECK(folder.names().size() == files);
}

TEST_CASE("bad suites are refused by tune") {
    const Folder folder;
    const std::vector<Bad> table{
        {R"({"schema": 1, "kind": "suite", "operators": []})", "#/operators: found an array of 0, expected "},
        {R"({"schema": 1, "kind": "suite"})", "#/operators: missing, expected "},
        {R"({"schema": 1, "kind": "suite", "operators": ["relu:n=1", 3]})", "#/operators/1: found 3, expected "},
        {R"({"schema": 1, "kind": "suite", "operators": ["matmul:m=1,n=1,k=1", "matmul:m=0,n=1,k=1"]})",
         "#/operators/1: matmul: parameter 'm' is 0"},
        {R"({"schema": 1, "kind": "suite", "operators": ["absent.saku"]})",
         "#/operators/0: " + folder.path("absent.saku") + ": cannot be read"},
        {R"({"schema": 1, "kind": "suite", "x": 1, "operators": ["matmul:m=1,n=1,k=1"]})", "#/x: unknown key"},
    };
    for (const Bad& bad : table) {
        const std::string suite = folder.write("suite.json", bad.text);
        CHECK(refused(tune_arguments(suite, folder.path("out"))).substr(0, (suite + bad.message).size()) ==
              suite + bad.message);
    }
    for (const auto& [name, sign] : {std::pair{"a.saku", "+"}, {"b.saku", "*"}})
        static_cast<void>(folder.write(name, std::string("op own(n) { in: f32[N=n] out: f32[N=n] out axes i<n ") +
                                                 "out[i] = in[i] " + sign + " in[i] }"));
    const std::string twice =
        folder.write("twice.json", R"({"schema": 1, "kind": "suite", "operators": ["a.saku:n=8", "b.saku:n=8"]})");
    check_refusal(
        {tune_arguments(twice, folder.path("out")), "--out: two operators of the suite are both named own_n_8"});
    const std::string two = folder.write(
        "two.json", R"({"schema": 1, "kind": "suite", "operators": ["matmul:m=1,n=1,k=1", "matmul:m=2,n=1,k=1"]})");
    check_refusal({tune_arguments(two, folder.path("out"), {"--name", "a"}), "--name: one name for 2 operators"});
    CHECK(folder.names() == Words{"a.saku", "b.saku", "suite.json", "twice.json", "two.json"});
}

TEST_CASE("bad machines are refused by every command") {
    const Folder folder;
    const std::string schedule = folder.write("s.json", "[]");
    const auto file = [&](const std::string& name, const std::string& content) { return folder.write(name, content); };
    const std::vector<Bad> table{
        {"", "--target: found '', expected a value"},
        {"pdp11", "--target: unknown machine \"pdp11\", expected host, a file "},
        {folder.path("absent.json"), folder.path("absent.json") + ": cannot be read: No such file"},
        {folder.path("absent"), folder.path("absent") + ": cannot be read: No such file"},
        {folder.path(), folder.path() + ": cannot be read: it is a directory"},
        {file("cut.json", "{\"schema\": 1, "), folder.path("cut.json") + ":1:"},
        {file("binary.json", std::string("\x7f\0ELF", 5)), folder.path("binary.json") + ":1:"},
        {file("deep.json", std::string(50000, '[')), folder.path("deep.json") + ":1:65: nested more than 64"},
        {file("suite.json", R"({"schema": 1, "kind": "suite"})"), folder.path("suite.json") + "#/"},
        {file("extends.json", R"({"schema": 1, "kind": "machine", "name": "x", "extends": "pdp11"})"),
         folder.path("extends.json") + "#/extends: "},
    };
    for (const Bad& bad : table)
        for (Words command : commands_for(small_matmul, schedule, folder.path("out"))) {
            command.insert(command.end(), {"--target", bad.text});
            CHECK(refused(command).substr(0, bad.message.size()) == bad.message);
        }
}

TEST_CASE("bad values of the options of searches are refused") {
    const Words searching[] = {{"tune", small_matmul}, {"run", small_matmul}, {"explain", small_matmul}};
    const std::string searches = "expected one of default, exhaustive, random, beam, evolution";
    struct Case {
        Words options;
        std::string message;
        bool help = true;  ///< the parser found it and says where to read more
    };
    const std::vector<Case> table{
        {{"--search", "astar"}, "--search: unknown search 'astar', " + searches, false},
        {{"--search", ""}, "--search: unknown search '', " + searches, false},
        {{"--candidates", "0"}, "--candidates: found '0', expected an integer from 1 to 1000000000"},
        {{"--candidates", "1e3"}, "--candidates: found '1e3', expected an integer from 1 to 1000000000"},
        {{"--candidates", "5", "--seconds", "1"}, "--candidates excludes --seconds"},
        {{"--seconds", "0"}, "--seconds: found '0', expected a number above 0 and at most 1000000"},
        {{"--seconds", "nan"}, "--seconds: found 'nan', expected a number above 0 and at most 1000000"},
        {{"--seconds", "inf"}, "--seconds: found 'inf', expected a number above 0 and at most 1000000"},
        {{"--seconds", "-1"}, "--seconds: found '-1', expected a number above 0 and at most 1000000"},
        {{"--seed", "-1"}, "--seed: found '-1', expected an integer from 0 to 9223372036854775807"},
        {{"--seed", "0x10"}, "--seed: found '0x10', expected an integer from 0 to 9223372036854775807"},
        {{"--max-workspace", "-1"}, "--max-workspace: found '-1', expected an integer from 0 to 1099511627776"},
        {{"--max-workspace", "4k"}, "--max-workspace: found '4k', expected an integer from 0 to 1099511627776"},
        {{"--max-code", "0"}, "--max-code: found '0', expected an integer from 1 to 1099511627776"},
        {{"--top", "0"}, "--top: found '0', expected an integer from 1 to 1000"},
        {{"--threads", "0"}, "--threads: found '0', expected an integer from 1 to 1024"},
        {{"--jobs", "-2"}, "--jobs: found '-2', expected an integer from 1 to 1024"},
        {{"--threads", "1", "--threads", "2"}, "--threads: At Most 1 required but received 2"},
        {{"--seed"}, "--seed: 1 required UINT missing"},
        {{"--json=1"}, "--json: found a value, expected none"},
        {{"--frobnicate"}, "The following argument was not expected: --frobnicate"},
        {{"-f"}, "The following argument was not expected: -f"},
        {{small_matmul}, "The following argument was not expected: " + small_matmul},
    };
    for (const Words& start : searching)
        for (const Case& each : table) {
            Words arguments = start;
            arguments.insert(arguments.end(), each.options.begin(), each.options.end());
            check_refusal({arguments, each.message + (each.help ? "\nTry 'saku " + start[0] + " --help'." : "")});
        }
}

TEST_CASE("options of searches beside a schedule are refused") {
    const std::vector<Words> table{{"--search", "beam"}, {"--candidates", "5"}, {"--seconds", "1"},
                                   {"--seed", "3"},      {"--top", "2"},        {"--fix", "tile_m=8"}};
    for (const char* command : {"run", "explain"})
        for (const Words& option : table)
            check_refusal({{command, small_matmul, "--schedule", "absent.json", option[0], option[1]},
                           "--schedule excludes " + option[0] + "\nTry 'saku " + command + " --help'."});
}

TEST_CASE("pins that fit nothing are refused with what there is") {
    const Words pinning[] = {
        {"tune", small_matmul}, {"run", small_matmul}, {"explain", small_matmul}, {"space", small_matmul}};
    for (const Words& start : pinning) {
        Words unknown = start;
        unknown.insert(unknown.end(), {"--fix", "colour=red"});
        CHECK(refused(unknown).starts_with("--fix colour=red: there is no hole 'colour' here, expected one of "));
        Words wrong = start;
        wrong.insert(wrong.end(), {"--fix", "tile_m=777"});
        CHECK(refused(wrong).starts_with("--fix tile_m=777: '777' is no value of tile_m, expected one of 1"));
    }
}

TEST_CASE("commands say what they miss") {
    const auto try_help = [](const std::string& command) { return "\nTry 'saku " + command + " --help'."; };
    for (const char* command : {"tune", "run", "explain", "space", "plan"})
        check_refusal({{command}, "op is required" + try_help(command)});
    check_refusal({{"rank", small_matmul}, "--schedules is required" + try_help("rank")});
    check_refusal({{"emit", small_matmul, "--out", "x"}, "--schedule is required" + try_help("emit")});
    check_refusal({{"emit", small_matmul, "--schedule", "x"}, "--out is required" + try_help("emit")});
    check_refusal({{"tune", small_matmul, "--emit", "obj"}, "--emit requires --out" + try_help("tune")});
    for (const char* option : {"--out", "--name", "--check"})
        check_refusal({{"tune", small_matmul, option, ""},
                       std::string(option) + ": found '', expected a value" + try_help("tune")});
    for (const char* option : {"--schedule", "--versus"})
        check_refusal({{"explain", small_matmul, option, ""},
                       std::string(option) + ": found '', expected a value" + try_help("explain")});
    for (const char* command : {"explain", "compare"}) {
        CHECK(refused({command, small_matmul, "--html", "/proc/none/x.html"})
                  .find("--html /proc/none/x.html: cannot be written: ") == 0);
    }
    check_refusal({{"run", small_matmul, "--samples", "0"},
                   "--samples: found '0', expected an integer from 1 to 10000" + try_help("run")});
}

TEST_CASE("names and kinds of files that cannot be are refused") {
    const Folder folder;
    const std::string identifier = ", expected a C identifier of at most 200 characters";
    const std::vector<std::pair<Words, std::string>> table{
        {{"--name", "a b"}, "--name: found 'a b'" + identifier},
        {{"--name", "../x"}, "--name: found '../x'" + identifier},
        {{"--name", "int"}, "--name: 'int' is a keyword of C or C++" + identifier},
        {{"--name", "_x"}, "--name: '_x' is reserved (a leading underscore, or two in a row)" + identifier},
        {{"--name", "memcpy"}, "--name: 'memcpy' belongs to the standard library" + identifier},
        {{"--name", std::string(201, 'a')}, "--name: the name has 201 characters" + identifier},
        {{"--emit", "obj,"}, "--emit: found '', expected obj, header, cpp, asm or llvm"},
        {{"--emit", ",obj"}, "--emit: found '', expected obj, header, cpp, asm or llvm"},
        {{"--emit", "obj,asm,obj"}, "--emit: 'obj' is given twice"},
        {{"--emit", "asm", "--emit", "asm"}, "--emit: 'asm' is given twice"},
        {{"--emit", "record"}, "--emit: found 'record', expected obj, header, cpp, asm or llvm"},
        {{"--emit", "elf"}, "--emit: found 'elf', expected obj, header, cpp, asm or llvm"},
    };
    for (const auto& [options, message] : table)
        check_refusal({tune_arguments(small_matmul, folder.path("o"), options), message});
    CHECK(folder.names().empty());
}

TEST_CASE("folders that cannot be written to are refused before any work") {
    const Folder folder;
    const std::string file = folder.write("file", "kept");
    REQUIRE(mkdir(folder.path("busy").c_str(), 0777) == 0);
    REQUIRE(mkdir(folder.path("busy/mm.o").c_str(), 0777) == 0);
    const std::string schedule = folder.write("s.json", "[]");
    std::string deep = folder.path();
    while (deep.size() < 6000) deep += "/directory";
    std::vector<std::pair<std::string, std::string>> table{
        {file, "--out " + file + ": cannot be written: " + file + " is not a directory"},
        {file + "/below", "--out " + file + "/below: cannot be written: " + file + " is not a directory"},
        {"/dev/null", "--out /dev/null: cannot be written: /dev/null is not a directory"},
        {"/proc", "--out /proc: cannot be written: /proc: No such file or directory"},
        {"/proc/saku", "--out /proc/saku: cannot be written: /proc/saku: No such file or directory"},
        {deep, "--out " + deep + ": cannot be written: File name too long"},
        {folder.path(std::string(300, 'x')),
         "--out " + folder.path(std::string(300, 'x')) + ": cannot be written: File name too long"},
        {folder.path("busy"), folder.path("busy/mm.o") + ": cannot be written: it is a directory, expected a file"},
    };
    if (geteuid() != 0) {  // root may write anywhere
        REQUIRE(mkdir(folder.path("locked").c_str(), 0555) == 0);
        const std::string locked = folder.path("locked");
        table.push_back({locked, "--out " + locked + ": cannot be written: " + locked + ": Permission denied"});
    }
    const Words before = folder.names();
    for (const auto& [out, message] : table) {
        check_refusal({tune_arguments(small_matmul, out, {"--name", "mm"}), message});
        check_refusal(
            {{"emit", small_matmul, "--schedule", schedule, "--target", "haswell", "--name", "mm", "--out", out},
             message});
    }
    CHECK(folder.names() == before);
    CHECK(content_of(file) == "kept");
}

TEST_CASE("run refuses what does not fit in memory or takes minutes to check, before tuning") {
    const std::string huge = "matmul:m=500000,n=500000,k=1";
    CHECK(refused({"run", huge}).starts_with(huge + ": not enough free memory: "));
    const std::string slow = "matmul:m=7000,n=7000,k=7000";
    const std::string message = refused({"run", slow});
    CHECK(message.starts_with(slow + ": "));
}

}  // namespace
}  // namespace saku::tests
