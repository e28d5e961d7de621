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

}  // namespace
}  // namespace saku::tests
