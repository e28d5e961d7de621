// saku run --runner: kernels in a program of their own, here with this computer's compiler and runners that do little.
#include <doctest/doctest.h>
#include <signal.h>

#include <filesystem>

#include "refusal.h"
#include "tuned.h"

namespace saku::tests {
namespace {

std::vector<std::string> run_arguments(const std::string& op, const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"run", op, "--candidates", "50", "--samples", "2", "--threads", "2"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

std::string softmax(const std::string& sizes) {
    return std::string(SAKU_SOURCE_DIR) + "/samples/softmax.saku:" + sizes;
}

TEST_CASE("an operator of one's own, four statements with exp between sums, is checked in this process") {
    for (const char* sizes : {"m=1,n=1", "m=5,n=37", "m=16,n=64", "m=3,n=129"}) {
        CAPTURE(sizes);
        const Json json = json_of(saku(run_arguments(softmax(sizes), {"--json"})));
        CHECK(json["correct"] == true);
        CHECK(json["max_abs_error"] <= json["error_bound"]);
    }
}

TEST_CASE("a kernel under a runner is checked as one in this process, and nothing is left behind") {
    const Folder temporary;
    const std::vector<std::string> operators{small_matmul, "conv2d:c=3,h=8,w=7,k=9,r=3,s=3,stride=2,pad=1",
                                             "matmul:m=5,n=6,k=7,accumulate=1", softmax("m=5,n=37"),
                                             "conv2d:c=17,h=5,w=6,k=18,r=3,s=3,pad=1,layout=any"};
    for (const std::string& op : operators) {
        CAPTURE(op);
        const Json json = json_of(saku(run_arguments(op, {"--runner", "env SOME=thing", "--cc", "cc", "--json"}),
                                       {.environment = {{"TMPDIR", temporary.path()}}}));
        CHECK(json["correct"] == true);
        CHECK(json["runner"] == "env SOME=thing");
        CHECK(json["threads"] == 2);
        CHECK(json["max_abs_error"] <= json["error_bound"]);
        CHECK(json["seconds"] > 0);
        CHECK(json["samples"].size() == 2);
        CHECK(temporary.names().empty());
    }
}

TEST_CASE("cold caches under a runner: laid-out operands are what the kernel gets") {
    const std::vector<std::string> cold{"--runner",    "env",      "--cc",     "cc",
                                        "--residence", "cold",     "--fix",    "layout_in=NCHW4c",
                                        "--json",      "--target", "x86-64-v2"};
    const Json json = json_of(saku(run_arguments("conv2d:c=9,h=8,w=8,k=9,r=1,s=1,layout=any", cold)));
    CHECK(json["correct"] == true);
}

TEST_CASE("runners and compilers that are none are refused before any work") {
    const std::string program = ", expected one in PATH or a path";
    const std::vector<std::pair<std::vector<std::string>, std::string>> table{
        {{"--runner", ""}, "--runner: found '', expected a value\nTry 'saku run --help'."},
        {{"--runner", "  "}, "--runner: found no word, expected a command"},
        {{"--runner", "env 'x"}, "--runner: found no second '"},
        {{"--runner", "no-such-runner -x"}, "--runner: found no program 'no-such-runner'" + program},
        {{"--runner", "/etc/passwd"}, "--runner: found no program '/etc/passwd'" + program},
        {{"--runner", "env", "--cc", "no-such-cc"}, "--cc: found no program 'no-such-cc'" + program},
        {{"--cc", "cc"}, "--cc requires --runner\nTry 'saku run --help'."},
    };
    for (const auto& [options, message] : table) check_refusal({run_arguments(small_matmul, options), message});
    const Folder empty;
    CHECK(refused(run_arguments(small_matmul, {"--target", "neoverse-n1", "--runner", "/usr/bin/env"}),
                  {.environment = {{"PATH", empty.path()}}}) ==
          "--runner: found neither aarch64-unknown-linux-gnu-gcc nor aarch64-linux-gnu-gcc in PATH, expected a C "
          "compiler for aarch64-unknown-linux-gnu there or named by --cc");
}

TEST_CASE("programs that cannot be built or run say so") {
    const Folder temporary;
    const ProcessOptions options{.environment = {{"TMPDIR", temporary.path()}}};
    CHECK(refused(run_arguments(small_matmul, {"--runner", "env", "--cc", "false"}), options) ==
          "--cc false: cannot build the program: it says nothing");
    CHECK(refused(run_arguments(small_matmul, {"--runner", "sh -c 'echo broken >&2; exit 3'", "--cc", "cc"}),
                  options) == "--runner sh: cannot run the program: exit code 3, broken");
    CHECK(temporary.names().empty());
}

/// A runner that spoils the answer stands for a machine that computes something else.
TEST_CASE("wrong results and kernels that crash are answered with no") {
    const Folder temporary;
    const ProcessOptions options{.environment = {{"TMPDIR", temporary.path()}}};
    const Finished wrong = saku(
        run_arguments(small_matmul, {"--runner", "sh -c '\"$@\" | tr \"\\077\" \"\\300\"' sh", "--cc", "cc", "--json"}),
        options);
    CHECK(wrong.exit_code == 1);
    CHECK(wrong.err.starts_with("saku: the kernel is incorrect ("));
    const auto json = parse_json(wrong.out, "stdout");
    REQUIRE(json.ok());
    CHECK((*json)["correct"] == false);
    const Finished crashed =
        saku(run_arguments(small_matmul, {"--runner", "sh -c 'echo saku run; exit 139'", "--cc", "cc"}), options);
    CHECK(crashed.exit_code == 1);
    CHECK(crashed.err ==
          "saku: the kernel is incorrect (the kernel ended the program with exit code 139: it says "
          "nothing)\n");
    CHECK(crashed.out.find("WRONG") != std::string::npos);
    CHECK(temporary.names().empty());
}

TEST_CASE("SIGINT ends the runner, too, and removes everything") {
    const Folder temporary;
    const std::string mark = temporary.path("mark");
    const Finished result =
        saku(run_arguments(small_matmul, {"--runner", "sh -c 'sleep 5; touch " + mark + "'", "--cc", "cc"}),
             {.environment = {{"TMPDIR", temporary.path()}},
              .signal = SIGINT,
              .signal_after_seconds = 2,
              .timeout_seconds = 20});
    CHECK(result.exit_code == 130);
    CHECK(result.out.empty());
    CHECK(temporary.names().empty());
}

}  // namespace
}  // namespace saku::tests
