// A signal ends the program at once and leaves nothing half-written.
#include <doctest/doctest.h>
#include <signal.h>

#include "tuned.h"

namespace saku::tests {
namespace {

/// So many candidates that pricing them takes minutes.
std::vector<std::string> endless(const std::string& out) {
    return {"tune",         "conv2d:c=64,h=56,w=56,k=64,r=3,s=3,pad=1",
            "--target",     "haswell",
            "--candidates", "1000000000",
            "--out",        out};
}

TEST_CASE("SIGINT and SIGTERM end tune with 128 plus their number and no file") {
    for (const int signal : {SIGINT, SIGTERM})
        for (const double after : {0.03, 1.0}) {
            CAPTURE(signal);
            CAPTURE(after);
            const Folder folder;
            const Finished result = saku(endless(folder.path("out")),
                                         {.signal = signal, .signal_after_seconds = after, .timeout_seconds = 20});
            // Before the program has begun to wait for signals they end it themselves; shells see the same number then.
            const bool at_once = after < 0.1 && result.exit_code == -signal;
            CHECK((at_once || result.exit_code == 128 + signal));
            CHECK(result.out.empty());
            CHECK(folder.names().empty());
            if (!at_once) CHECK(result.err == "saku: interrupted; nothing was written\n");
        }
}

TEST_CASE("files from before stay as they were") {
    const Folder folder;
    const std::string record = tuned_record(folder);
    const std::string before = content_of(record);
    std::vector<std::string> arguments = endless(folder.path());
    arguments.insert(arguments.end(), {"--name", "mm"});
    const Finished result = saku(arguments, {.signal = SIGINT, .signal_after_seconds = 1.0, .timeout_seconds = 20});
    CHECK(result.exit_code == 130);
    CHECK((content_of(record) == before));
    CHECK(folder.names() == std::vector<std::string>{"mm.h", "mm.json", "mm.o"});
}

/// Whenever the signal comes, there are all files or none.
TEST_CASE("an interrupted run has written everything or nothing") {
    for (const double after : {0.02, 0.06, 0.1, 0.15, 0.2, 0.3}) {
        CAPTURE(after);
        const Folder folder;
        const Finished result = saku(tune_arguments(small_matmul, folder.path(), {"--name", "mm"}),
                                     {.signal = SIGINT, .signal_after_seconds = after, .timeout_seconds = 20});
        const bool ended_first = result.exit_code == 0;
        CHECK((ended_first || result.exit_code == 130 || result.exit_code == -SIGINT));
        const std::vector<std::string> names = folder.names();
        CHECK((names.empty() || names == std::vector<std::string>{"mm.h", "mm.json", "mm.o"}));
        if (ended_first) CHECK(names.size() == 3);
    }
}

TEST_CASE("an interrupted suite says what is tuned, and the same command goes on from there") {
    const Folder folder;
    const std::string suite = folder.write("suite.json", R"({"schema": 1, "kind": "suite", "operators":
        ["matmul:m=4,n=8,k=3", "conv2d:c=64,h=56,w=56,k=64,r=3,s=3,pad=1"]})");
    const std::vector<std::string> command{"tune",         suite,        "--target", "haswell",
                                           "--candidates", "1000000000", "--out",    folder.path("out")};
    const ProcessOptions options{.environment = {{"SAKU_DATABASE", folder.path("tuning.db")}},
                                 .signal = SIGINT,
                                 .signal_after_seconds = 1.5,
                                 .timeout_seconds = 20};
    const Finished result = saku(command, options);
    CHECK(result.exit_code == 130);
    CHECK(result.out.empty());
    const std::string said = result.err;
    CHECK_MESSAGE(said.starts_with("saku: interrupted; "), said);
    CHECK_MESSAGE(said.find(" of 2 operators tuned") != std::string::npos, said);
    CHECK_MESSAGE(said.ends_with("; the same command goes on from there\n"), said);
}

}  // namespace
}  // namespace saku::tests
