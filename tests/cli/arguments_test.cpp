// What the argument parser refuses, and what it answers itself.
#include <doctest/doctest.h>

#include "refusal.h"

namespace saku::tests {
namespace {

const std::string try_saku = "\nTry 'saku --help'.";

TEST_CASE("wrong arguments are refused with a message on stderr and exit code 2") {
    const std::string commands =
        ", expected one of tune, run, explain, rank, emit, plan, lower, space, ops, machine, profile, compare, db";
    const std::string machine_commands =
        ", expected one of list, show, check, host, calibrate\nTry 'saku machine --help'.";
    const std::vector<Refusal> table{
        {{}, "no command" + commands + try_saku},
        {{"bogus"}, "unknown command 'bogus'" + commands + try_saku},
        {{""}, "unknown command ''" + commands + try_saku},
        {{"--bogus"}, "unknown command '--bogus'" + commands + try_saku},
        {{"machine"}, "no command" + machine_commands},
        {{"machine", "bogus"}, "unknown command 'bogus'" + machine_commands},
        {{"machine", "show"}, "name is required\nTry 'saku machine show --help'."},
        {{"machine", "show", "zen5", "x"},
         "The following argument was not expected: x\nTry 'saku machine show --help'."},
        {{"machine", "list", "--bogus"},
         "The following argument was not expected: --bogus\nTry 'saku machine list --help'."},
        {{"machine", "list", "host"}, "The following argument was not expected: host\nTry 'saku machine list --help'."},
        {{"machine", "list", "--json=3"}, "--json: found a value, expected none\nTry 'saku machine list --help'."},
    };
    for (const Refusal& refusal : table) check_refusal(refusal);
}

TEST_CASE("help and version go to stdout") {
    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{{"--help"}, {"-h"}, {"machine", "--help"}, {"machine", "show", "-h"}}) {
        const Finished result = saku(arguments);
        CHECK(result.exit_code == 0);
        CHECK(result.err.empty());
        CHECK(result.out.find("Usage: saku") != std::string::npos);
        CHECK(result.out.find("Examples:\n  saku ") != std::string::npos);
    }
    const Finished version = saku({"--version"});
    CHECK(version.exit_code == 0);
    CHECK(version.out.starts_with("saku "));
}

TEST_CASE("output that cannot be written is an error") {
    const Finished closed = saku({"machine", "list"}, {.close_stdout = true});
    CHECK(closed.exit_code == 2);
    CHECK(closed.err == "saku: stdout: cannot be written: Bad file descriptor\n");
    const Finished full = saku({"machine", "list"}, {.full_stdout = true});
    CHECK(full.exit_code == 2);
    CHECK(full.err == "saku: stdout: cannot be written: No space left on device\n");
}

}  // namespace
}  // namespace saku::tests
