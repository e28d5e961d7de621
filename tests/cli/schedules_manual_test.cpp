// docs/schedules.md shows what its commands print. SAKU_UPDATE_GOLDEN=1 writes it there.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tuned.h"

namespace saku::tests {
namespace {

constexpr const char* manual_path = SAKU_SOURCE_DIR "/docs/schedules.md";

/// What the command behind "$ saku " prints: its output, or why it refuses.
std::string output_of(const std::string& command) {
    const Finished run = saku(shell_words(command), {.directory = SAKU_SOURCE_DIR});
    CHECK_MESSAGE((run.exit_code == 0 || run.exit_code == 2), command << ": " << run.err);
    return run.exit_code == 0 ? run.out : run.err;
}

/// The manual with the outputs that its commands have now.
std::string with_outputs(const std::string& text, int& commands) {
    const std::string prompt = "$ saku ";
    std::istringstream lines(text);
    std::string result;
    bool in_block = false;
    bool is_output = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("```")) {
            in_block = !in_block;
            is_output = false;
        }
        const bool is_command = in_block && line.starts_with(prompt);
        if (is_output && !is_command) continue;
        result += line + "\n";
        if (!is_command) continue;
        result += output_of(line.substr(prompt.size()));
        is_output = true;
        ++commands;
    }
    return result;
}

TEST_CASE("the nests in the manual of schedules are what its commands print") {
    const std::string manual = content_of(manual_path);
    int commands = 0;
    const std::string now = with_outputs(manual, commands);
    CHECK(commands >= 17);
    const char* update = std::getenv("SAKU_UPDATE_GOLDEN");
    if (update != nullptr && *update == '1') {
        std::ofstream(manual_path) << now;
        return;
    }
    CHECK(manual == now);
}

TEST_CASE("every step and every reason to refuse one is in the manual") {
    const std::string manual = content_of(manual_path);
    for (const char* step : {"split", "reorder", "fuse", "unroll", "vectorize", "parallelize", "accumulate", "epilogue",
                             "pack", "prefetch", "partition", "tail", "set_layout"})
        CHECK_MESSAGE(manual.find("`" + std::string(step) + "(") != std::string::npos, step);
    std::istringstream lines(content_of(SAKU_SOURCE_DIR "/tests/golden/schedules/reasons.txt"));
    int reasons = 0;
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("    ")) continue;
        const std::string reason = line.substr(4, line.find(':') - 4);
        CHECK_MESSAGE(manual.find("`" + reason + "`") != std::string::npos, reason);
        ++reasons;
    }
    CHECK(reasons >= 60);
}

/// A fenced block of the manual that begins with this.
std::string block_with(const std::string& start) {
    const std::string manual = content_of(manual_path);
    const std::size_t from = manual.find("\n" + start);
    REQUIRE(from != std::string::npos);
    return manual.substr(from + 1, manual.find("```", from) - from - 1);
}

TEST_CASE("the schedule in the manual is the same as text and as JSON, and runs") {
    const Folder folder;
    const std::string text = folder.write("s.txt", block_with("split(i, 4, i_o, i_i)  "));
    const std::string json = folder.write("s.json", block_with("[{\"step\": \"split\""));
    const std::string op = "matmul:m=10,n=16,k=7";
    const Finished from_text = saku({"lower", op, "--schedule", text});
    REQUIRE_MESSAGE(from_text.exit_code == 0, from_text.err);
    CHECK(saku({"lower", op, "--schedule", json}).out == from_text.out);
    const Finished run = saku({"run", op, "--schedule", text, "--threads", "1", "--samples", "1"});
    CHECK_MESSAGE(run.exit_code == 0, run.err);
}

TEST_CASE("lower prints nests, and says what does not fit") {
    const Json json = json_of(saku({"lower", "relu:m=2,n=3", "--steps", "unroll(i)", "--json"}));
    CHECK(json["op"] == "relu:m=2,n=3");
    CHECK(json["schedule"][0]["step"] == "unroll");
    CHECK(json["nest"].get<std::string>().find("unrolled for i < 2") != std::string::npos);
    const Finished both = saku({"lower", "relu:n=3", "--steps", "unroll(i)", "--schedule", "x"});
    CHECK(both.exit_code == 2);
    const Finished wrong = saku({"lower", "relu:n=3", "--steps", "unroll(i"});
    CHECK(wrong.exit_code == 2);
    CHECK(wrong.out.empty());
    CHECK(wrong.err.starts_with("saku: --steps:1:9: "));
}

}  // namespace
}  // namespace saku::tests
