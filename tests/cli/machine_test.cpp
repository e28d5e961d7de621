#include <doctest/doctest.h>

#include "base/json.h"
#include "refusal.h"

namespace saku::tests {
namespace {

Json parsed(const std::string& text) {
    const auto json = parse_json(text, "stdout");
    REQUIRE(json.ok());
    return *json;
}

TEST_CASE("machine list names every machine once, as text and as JSON") {
    const Finished text = saku({"machine", "list"});
    CHECK(text.exit_code == 0);
    CHECK(text.err.empty());
    const Json json = parsed(saku({"machine", "list", "--json"}).out);
    CHECK(json["schema"] == 1);
    CHECK(json["machines"].size() > 0);
    for (const Json& machine : json["machines"]) {
        CHECK(text.out.find(machine["name"].get<std::string>() + " ") != std::string::npos);
        CHECK_FALSE(machine["description"].get<std::string>().empty());
    }
}

TEST_CASE("what machine show prints, machine check accepts") {
    const Folder folder;
    const Json list = parsed(saku({"machine", "list", "--json"}).out);
    for (const Json& machine : list["machines"]) {
        const std::string name = machine["name"];
        const Finished shown = saku({"machine", "show", name});
        CHECK(shown.exit_code == 0);
        const std::string file = folder.write(name + ".json", shown.out);
        const Finished checked = saku({"machine", "check", file});
        CHECK(checked.err.empty());
        CHECK(checked.out == file + ": ok (" + name + ")\n");
        CHECK(checked.exit_code == 0);
    }
}

TEST_CASE("machine host says which machine this is, and why") {
    const Finished text = saku({"machine", "host"});
    REQUIRE(text.exit_code == 0);
    const Json json = parsed(saku({"machine", "host", "--json"}).out);
    CHECK(text.out.starts_with(json["machine"].get<std::string>() + ": "));
    CHECK(json["cores"] > 0);
    CHECK(json["evidence"].size() > 0);
}

TEST_CASE("machine files that are none are refused") {
    const Folder folder;
    const std::string deep = folder.write("deep.json", std::string(100000, '['));
    const std::string cut = folder.write("cut.json", "{\"schema\": 1, \"kind\": \"mach");
    const std::string binary = folder.write("binary.json", std::string("\x7f"
                                                                       "ELF\0\1\2",
                                                                       7));
    const std::string empty = folder.write("empty.json", "");
    check_refusal({{"machine", "check", folder.path("absent.json")},
                   folder.path("absent.json") + ": cannot be read: No such file or directory"});
    check_refusal(
        {{"machine", "check", folder.path()}, folder.path() + ": cannot be read: it is a directory, expected a file"});
    for (const std::string& file : {deep, cut, binary, empty}) {
        const Finished result = saku({"machine", "check", file});
        CHECK(result.exit_code == 2);
        CHECK(result.out.empty());
        CHECK(result.err.starts_with("saku: " + file + ":1:"));
    }
    CHECK(saku({"machine", "show", "zen5.json"}).exit_code == 2);
    const Finished wrong = saku({"machine", "check", folder.write("two.json", R"({"schema": 2, "kind": "operator"})")});
    CHECK(wrong.exit_code == 2);
    CHECK(std::count(wrong.err.begin(), wrong.err.end(), '\n') > 1);  // every problem has a line
}

}  // namespace
}  // namespace saku::tests
