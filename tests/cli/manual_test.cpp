// docs/cli.md says what the program does: its commands, their options and the keys of their JSON.
#include <doctest/doctest.h>

#include <set>

#include "tuned.h"

namespace saku::tests {
namespace {

std::string manual() { return content_of(SAKU_SOURCE_DIR "/docs/cli.md"); }

/// From the command's heading to the next one.
std::string section(const std::string& command) {
    const std::string all = manual();
    const std::size_t start = all.find("\n## saku " + command + "\n");
    REQUIRE_MESSAGE(start != std::string::npos, command);
    return all.substr(start, all.find("\n## ", start + 1) - start);
}

/// "--json", "--fix", ... wherever they stand in the text.
std::set<std::string> options_in(const std::string& text) {
    std::set<std::string> options;
    for (std::size_t at = text.find("--"); at != std::string::npos; at = text.find("--", at + 2)) {
        const std::size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", at);
        const std::string option = text.substr(at, end - at);
        if (option.size() > 2 && option[2] != '-') options.insert(option);
        at += option.size() - 2;
    }
    options.erase("--help");
    return options;
}

/// Names below "Subcommands:" in a help text.
std::vector<std::string> commands_in(const std::string& help) {
    std::vector<std::string> names;
    std::size_t at = help.find("Subcommands:\n");
    if (at == std::string::npos) return names;
    for (at = help.find('\n', at) + 1; help[at] == ' '; at = help.find('\n', at) + 1)
        names.push_back(help.substr(at + 2, help.find(' ', at + 2) - at - 2));
    return names;
}

TEST_CASE("every command and option is in the manual, and nothing else") {
    const std::vector<std::string> commands = commands_in(saku({"--help"}).out);
    REQUIRE(commands.size() >= 9);
    for (const std::string& command : commands) {
        CAPTURE(command);
        std::string help = saku({command, "--help"}).out;
        for (const std::string& below : commands_in(help)) {
            CHECK(section(command).find("saku " + command + " " + below) != std::string::npos);
            help += saku({command, below, "--help"}).out;
        }
        CHECK(manual().find("| [" + command + "](#saku-" + command + ") |") != std::string::npos);
        CHECK(options_in(section(command)) == options_in(help));
    }
}

TEST_CASE("every option is explained in the help and every exit code in the manual") {
    const std::string help = saku({"--help"}).out;
    for (const char* code : {"0 done", "1 the answer is no", "2 bad usage", "3 internal error", "130 interrupted"})
        CHECK_MESSAGE(help.find(code) != std::string::npos, code);
    for (const char* code : {"| 0 |", "| 1 |", "| 2 |", "| 3 |", "| 130 |"})
        CHECK_MESSAGE(manual().find(code) != std::string::npos, code);
}

TEST_CASE("every key of JSON output is in the manual") {
    const Folder folder;
    const std::string schedule = folder.write("s.json", "[]");
    const std::string database = folder.path("tuning.db");
    REQUIRE(saku({"profile", small_matmul, "--trials", "2", "--threads", "1"},
                 {.environment = {{"SAKU_DATABASE", database}}})
                .exit_code == 0);
    const std::vector<std::vector<std::string>> calls{
        tune_arguments(small_matmul, folder.path("out")),
        {"run", small_matmul, "--schedule", schedule, "--samples", "1", "--threads", "1"},
        {"explain", small_matmul, "--schedule", schedule, "--versus", schedule, "--target", "haswell"},
        {"rank", small_matmul, "--schedules", schedule, "--target", "haswell"},
        {"emit", small_matmul, "--schedule", schedule, "--target", "haswell", "--out", folder.path("out")},
        {"plan", small_matmul},
        {"lower", small_matmul, "--schedule", schedule},
        {"space", small_matmul},
        {"ops"},
        {"machine", "list"},
        {"machine", "host"},
        {"profile", small_matmul, "--trials", "2", "--threads", "1"},
        {"compare", small_matmul, "--samples", "3", "--trials", "1", "--threads", "1"},
        {"db", "list", "--database", database},
        {"db", "show", small_matmul, "--database", database},
        {"db", "best", small_matmul, "--threads", "1", "--database", database},
        {"db", "import", folder.write("none.jsonl", ""), "--database", database},
    };
    const std::set<std::string> priced{"id",         "choices", "schedule",        "predicted_seconds", "terms",
                                       "bottleneck", "gflops",  "percent_of_peak", "margin_to_next",    "unchecked"};
    for (std::vector<std::string> call : calls) {
        const std::string text = section(call.front());
        CAPTURE(call.front());
        call.emplace_back("--json");
        Json json = json_of(saku(call));
        for (const char* list : {"results", "kernels", "sketches", "operators", "machines"})
            if (json.contains(list)) json.update(Json(json[list].at(0)));
        if (json.contains("best")) json.update(Json(json["best"]));
        for (const std::string& key : keys_of(json))
            CHECK_MESSAGE((priced.contains(key) || text.find("`" + key + "`") != std::string::npos), key);
    }
}

}  // namespace
}  // namespace saku::tests
