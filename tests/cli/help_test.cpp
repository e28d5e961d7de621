// The examples in the help are what users try first.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <sstream>

#include "tuned.h"

namespace saku::tests {
namespace {

using Words = std::vector<std::string>;

/// The lines below "Examples:", as words after "saku"; a redirection or a remark (after several blanks) is not part of
/// the command.
std::vector<Words> examples_in(const std::string& help) {
    std::vector<Words> examples;
    const std::size_t start = help.find("Examples:");
    if (start == std::string::npos) return examples;
    std::istringstream lines(help.substr(start));
    for (std::string line; std::getline(lines, line);) {
        const std::size_t at = line.find("saku ");
        if (at == std::string::npos || line.find_first_not_of(' ') != at) continue;
        line = line.substr(at + 5);
        line = line.substr(0, std::min({line.find("   "), line.find(" > "), line.size()}));
        examples.push_back(shell_words(line));
    }
    return examples;
}

bool has(const std::string& help, const std::string& option) { return help.find(option) != std::string::npos; }

/// What the examples name as if users had it.
void make_files(const Folder& folder) {
    std::filesystem::copy(SAKU_SOURCE_DIR "/samples", folder.path("samples"), std::filesystem::copy_options::recursive);
    std::filesystem::create_directory(folder.path("kernels"));
    for (const char* name : {"candidates.jsonl", "mm.json", "other.json", "kernels/mm.json", "mine.txt"})
        static_cast<void>(folder.write(name, "[]\n"));
    static_cast<void>(folder.write("mine.json", saku({"machine", "show", "neoverse-n1"}).out));
    static_cast<void>(
        folder.write("suite.json", R"({"schema": 1, "kind": "suite", "operators": ["relu:n=64", "add:n=64"]})"));
}

TEST_CASE("every example in the help works") {
    const Folder folder;
    make_files(folder);
    const ProcessOptions options{.environment = {{"SAKU_DATABASE", ""}}, .directory = folder.path()};
    std::size_t commands = 0;
    for (const char* command : {"tune", "run", "explain", "rank", "emit", "lower", "space", "plan", "machine", "ops"}) {
        const std::string help = saku({command, "--help"}).out;
        const std::vector<Words> examples = examples_in(help);
        commands += examples.empty() ? 0 : 1;
        for (Words words : examples) {
            std::string shown;
            for (const std::string& word : words) shown += " " + word;
            CAPTURE(shown);
            CHECK(words.front() == command);
            // Needs an emulator, and a compiler for it, that not every computer has.
            if (has(shown, "--runner")) continue;
            const bool replays = has(shown, "--schedule");
            // The records here are for the machine that the example of tune names, not for this one.
            if (words.front() == "run" && replays) continue;
            if (has(help, "--candidates") && !replays) words.insert(words.end(), {"--candidates", "50"});
            const Finished result = saku(words, options);
            // Tuning with so few candidates does not decide what the record says.
            const bool may_be_no = std::find(words.begin(), words.end(), "--check") != words.end();
            CHECK_MESSAGE((result.exit_code == 0 || (may_be_no && result.exit_code == 1)), result.err);
        }
    }
    CHECK(commands == 10);
}

}  // namespace
}  // namespace saku::tests
