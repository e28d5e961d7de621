// The README prints what one gets. SAKU_UPDATE_GOLDEN=1 writes it there.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

#include "process.h"

namespace saku::tests {
namespace {

constexpr const char* readme_path = SAKU_SOURCE_DIR "/README.md";

struct Shown {
    std::string command;  ///< behind "$ build/saku "
    std::string output;
    std::string before;  ///< the README up to the output
    std::string after;
};

/// The block of the README that begins with a prompt.
Shown shown() {
    std::ifstream file(readme_path);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const std::string prompt = "```\n$ build/saku ";
    const std::size_t start = text.find(prompt);
    REQUIRE(start != std::string::npos);
    const std::size_t command = start + prompt.size();
    const std::size_t output = text.find('\n', command) + 1;
    const std::size_t end = text.find("```", output);
    return {.command = text.substr(command, output - command - 1),
            .output = text.substr(output, end - output),
            .before = text.substr(0, output),
            .after = text.substr(end)};
}

std::vector<std::string> words(const std::string& text) {
    std::istringstream stream(text);
    return {std::istream_iterator<std::string>(stream), {}};
}

/// How long tuning took is the one thing that differs from host to host.
std::string without_times(const std::string& text) {
    return std::regex_replace(text, std::regex("priced in [0-9.]+ m?s"), "priced in TIME");
}

TEST_CASE("the output in the README is what its command prints") {
    const Shown readme = shown();
    const Folder folder;
    const Finished run = saku(words(readme.command), {.directory = folder.path()});
    REQUIRE_MESSAGE(run.exit_code == 0, run.err);
    const char* update = std::getenv("SAKU_UPDATE_GOLDEN");
    if (update != nullptr && *update == '1') {
        std::ofstream(readme_path) << readme.before << run.out << readme.after;
        return;
    }
    CHECK(without_times(run.out) == without_times(readme.output));
}

}  // namespace
}  // namespace saku::tests
