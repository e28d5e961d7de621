#include "base/json.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/random.h"

namespace saku {
namespace {

std::string failure_of(const std::string& text, const JsonLimits& limits = {}) {
    const Result<Json> parsed = parse_json(text, "a.json", limits);
    return parsed ? "parsed" : parsed.error().text();
}

TEST_CASE("documents that are not JSON are refused with their place") {
    struct Row {
        std::string text, message;
    };
    const std::vector<Row> rows{
        {"", "a.json:1:1: malformed JSON: unexpected end of input; expected '[', '{', or a literal"},
        {"{", "a.json:1:2: malformed JSON: unexpected end of input; expected string literal"},
        {"{\"a\": 1,\n \"b\" 2}", "a.json:2:6: malformed JSON: unexpected number literal; expected ':'"},
        {"[1, 2", "a.json:1:6: malformed JSON: unexpected end of input; expected ']'"},
        {"[1] x", "a.json:1:5: malformed JSON: invalid literal; last read: '1] x'; expected end of input"},
        {"{\"a\": 1}{", "a.json:1:9: malformed JSON: unexpected '{'; expected end of input"},
        {"[01]", "a.json:1:3: malformed JSON: unexpected number literal; expected ']'"},
        {"[NaN]", "a.json:1:2: malformed JSON: invalid literal; last read: '[N'"},
        {"{\"a\": 1, \"b\": 2, \"a\": 3}", "a.json:1:18: key \"a\" appears twice in one object"},
        {"{\"x\": {\"a\\\"\\\\\": 1,\n\"a\\\"\\\\\": 2}}", "a.json:2:1: key \"a\"\\\" appears twice in one object"},
        {"[1e999]", "a.json:1:6: malformed JSON: number overflow parsing '1e999'"},
        {"// no\n1", "a.json:1:1: malformed JSON: invalid literal; last read: '/'"},
        {std::string("[]\0{", 4), "a.json:1:3: malformed JSON: a zero byte"},
        {"[\"\xff\"]", "a.json:1:3: malformed JSON: invalid string: ill-formed UTF-8 byte; last read: '\"\\xff'"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(failure_of(row.text) == row.message);
    }
}

TEST_CASE("depth and size are limited") {
    const auto nested = [](int depth) {
        const auto count = static_cast<std::size_t>(depth);
        return std::string(count, '[') + std::string(count, ']');
    };
    CHECK(failure_of(nested(64)) == "parsed");
    CHECK(failure_of(nested(65)) == "a.json:1:65: nested more than 64 levels deep");
    CHECK(failure_of(std::string(5'000'000, '[')) == "a.json:1:65: nested more than 64 levels deep");
    CHECK(failure_of("[1, 2]", {.bytes = 4, .depth = 64}) == "a.json: JSON text of 6 bytes, expected at most 4");
}

TEST_CASE("an object with very many members is read in reasonable time") {
    std::string text = "{";
    for (int i = 0; i < 100'000; ++i) text += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":0";
    const Result<Json> parsed = parse_json(text + "}", "a.json");
    REQUIRE(parsed.ok());
    CHECK(parsed->size() == 100'000);
}

TEST_CASE("members keep their order and texts round-trip") {
    const std::string text = "{\n  \"z\": 1,\n  \"a\": [\n    0.1,\n    true,\n    null\n  ]\n}\n";
    const Result<Json> parsed = parse_json(text, "a.json");
    REQUIRE(parsed.ok());
    CHECK(to_text(*parsed) == text);
    CHECK(to_line(*parsed) == "{\"z\":1,\"a\":[0.1,true,null]}");
    CHECK(to_line(Json("\xff")) == "\"\xef\xbf\xbd\"");
}

TEST_CASE("arbitrary bytes and damaged documents never crash the parser") {
    const std::string sound = R"({"a": [1, -2.5e3, "x\u00e9\n", {"b": {}}], "c": null, "d": true})";
    Random random(1);
    for (int round = 0; round < 3000; ++round) {
        std::string text = round % 2 == 0 ? sound : std::string(random.below(80), ' ');
        const std::uint64_t changes = round % 2 == 0 ? 1 + random.below(3) : text.size();
        for (std::uint64_t i = 0; i < changes && !text.empty(); ++i)
            text[random.below(text.size())] = static_cast<char>(random.below(256));
        if (random.below(4) == 0) text.resize(random.below(text.size() + 1));
        const Result<Json> parsed = parse_json(text, "a.json");
        if (parsed) {
            CHECK(parse_json(to_text(*parsed), "again").ok());
        } else {
            for (const char character : parsed.error().text()) CHECK((character >= 0x20 && character < 0x7f));
        }
    }
}

/// Everything wrong with a document that should be {"kind":"box","schema":1,"name":...,"size":{"w":1..9,"h"?:number}}.
std::vector<std::string> box_problems(const std::string& text) {
    const Result<Json> parsed = parse_json(text, "box.json");
    if (!parsed) return {parsed.error().text()};
    JsonReader reader("box.json", *parsed);
    const JsonCursor root = reader.root();
    root.header("box", 1);
    (void)root.member("name").text("a name");
    const JsonCursor size = root.member("size");
    (void)size.member("w").integer(1, 9);
    if (const auto height = size.find("h")) (void)height->number(0, 2.5);
    if (const auto colour = root.find("colour")) (void)colour->choice({"red", "blue"});
    if (const auto list = root.find("list")) {
        for (const JsonCursor& item : list->items(1, 3)) (void)item.positive();
    }
    if (const auto flag = root.find("a/b~c")) (void)flag->boolean();
    std::vector<std::string> problems;
    for (const Error& error : reader.problems()) problems.push_back(error.text());
    CHECK(reader.finish().ok() == problems.empty());
    return problems;
}

TEST_CASE("cursors say what was found, where, and what was expected") {
    struct Row {
        std::string text;
        std::vector<std::string> problems;
    };
    const std::string head = R"("kind": "box", "schema": 1, "name": "n")";
    const std::vector<Row> rows{
        {"{" + head + R"(, "size": {"w": 9, "h": 2.5}})", {}},
        {"{" + head + R"(, "size": {"w": -3}})", {"box.json#/size/w: found -3, expected an integer from 1 to 9"}},
        {"{" + head + R"(, "size": {"w": 18446744073709551615}})",
         {"box.json#/size/w: found 18446744073709551615, expected an integer from 1 to 9"}},
        {"{" + head + R"(, "size": {"w": 1.5}})", {"box.json#/size/w: found 1.5, expected an integer from 1 to 9"}},
        {"{" + head + R"(, "size": {"w": 1, "h": 2.6}})",
         {"box.json#/size/h: found 2.6, expected a number from 0.0 to 2.5"}},
        {"{" + head + R"(, "size": {"v": 1}})",
         {"box.json#/size/v: unknown key, expected one of h, w",
          "box.json#/size/w: missing, expected an integer from 1 to 9"}},
        {"{" + head + R"(, "size": [1, 2]})", {"box.json#/size: found an array of 2, expected an object"}},
        {"{" + head + "}", {"box.json#/size: missing, expected an object"}},
        {"{" + head + R"(, "size": {"w": 1}, "colour": "green"})",
         {"box.json#/colour: found \"green\", expected one of red, blue"}},
        {"{" + head + R"(, "size": {"w": 1}, "list": []})",
         {"box.json#/list: found an array of 0, expected an array of 1 to 3"}},
        {"{" + head + R"(, "size": {"w": 1}, "list": [1, 0, "x"]})",
         {"box.json#/list/1: found 0, expected a positive number",
          "box.json#/list/2: found \"x\", expected a positive number"}},
        {"{" + head + R"(, "size": {"w": 1}, "a/b~c": 1})", {"box.json#/a~1b~0c: found 1, expected true or false"}},
        {R"({"kind": "ball", "schema": 2, "name": "", "size": {"w": 1}})",
         {"box.json#/kind: found \"ball\", expected \"box\"", "box.json#/schema: found 2, expected 1",
          "box.json#/name: found \"\", expected a name"}},
        {"[]", {"box.json#: found an array of 0, expected an object"}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(box_problems(row.text) == row.problems);
    }
}

}  // namespace
}  // namespace saku
