// Operators from files: notation, JSON, and everything that can be wrong with a path.
#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "frontends/built_ins.h"
#include "frontends/notation/arguments.h"
#include "frontends/operator_from.h"
#include "frontends/operator_json.h"

namespace saku::frontends {
namespace {

namespace fs = std::filesystem;

/// A directory of its own, removed at the end.
class Scratch {
public:
    Scratch() : path_(fs::temp_directory_path() / ("saku-frontends-" + std::to_string(::getpid()))) {
        fs::create_directories(path_);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() { fs::remove_all(path_); }

    [[nodiscard]] std::string write(const std::string& name, const std::string& content) const {
        std::ofstream(path_ / name, std::ios::binary) << content;
        return (path_ / name).string();
    }
    [[nodiscard]] std::string path(const std::string& name) const { return (path_ / name).string(); }

private:
    fs::path path_;
};

std::string outcome(const std::string& text) {
    const Result<ir::Operator> op = operator_from(text);
    return op ? ir::shorthand(*op) : op.error().text();
}

const std::string scale =
    "# Scales.\nop scale(n, by=2) { in: f32[N=n] out: f32[N=n] out axes i<n out[i] = in[i] * by }\n";

TEST_CASE("notation files, with parameters behind their path") {
    const Scratch scratch;
    const std::string path = scratch.write("scale.saku", scale);
    CHECK(outcome(path + ":n=5") == "scale:n=5");
    CHECK(outcome(path + ":by=3,n=5") == "scale:n=5,by=3");
    CHECK(outcome(path + ":n=5,layout=any") == "scale:n=5,layout=any");
    CHECK(outcome(scratch.write("plain", scale) + ":n=5") == "scale:n=5");
    CHECK(outcome(scratch.write("a:b.saku", scale) + ":n=5") == "scale:n=5");
    CHECK(outcome(scratch.write("bare.saku", "op one() { out: f32[N=4] out axes i<4 out[i] = 1 }")) == "one");

    CHECK(outcome(path) == path + ": parameter 'n' of 'scale' is missing, expected n, by=2");
    CHECK(outcome(path + ":n=0") == path + ": parameter 'n' is 0, expected at least 1");
    CHECK(outcome(path + ":n=x") == path + ": parameter 'n' is 'x', expected an integer");
    CHECK(outcome(path + ":") == path + ": expected key=value, found nothing");
}

TEST_CASE("paths that cannot be read, and contents that are no notation") {
    const Scratch scratch;
    const auto refused = [&](const std::string& name, const std::string& content, const std::string& message) {
        const std::string path = scratch.write(name, content);
        CHECK(outcome(path) == path + message);
    };
    CHECK(outcome(scratch.path("absent.saku")) ==
          scratch.path("absent.saku") + ": cannot be read: No such file or directory");
    CHECK(outcome(scratch.path("")) == scratch.path("") + ": cannot be read: it is a directory, expected a file");
    CHECK(outcome("absent.saku:n=1") == "absent.saku: cannot be read: No such file or directory");
    refused("empty.saku", "", ":1:1: expected 'op', found the end of the text");
    refused("binary.saku",
            std::string("\x7f"
                        "ELF\x02\x01\x00",
                        7),
            ":1:1: expected a name, a number or a symbol, found the byte 0x7f");
    refused("truncated.saku", scale.substr(0, 40),
            ":2:31: expected an integer, a name or '(', found the end of the text");
    refused("large.saku", std::string((std::size_t{1} << 20) + 1, '#'), ": cannot be read: larger than 1048576 bytes");
    refused("wrong.saku", "op f() {\n  out: f32[N=2] out\n  axes i<3\n  out[i] = 1\n}\n",
            ":4:3: subscript N of 'out' runs from 0 to 2, expected 0 to 1");
}

struct JsonCase {
    std::string text;
    std::string outcome;
};

TEST_CASE("JSON files") {
    const JsonCase cases[] = {
        {R"({"schema": 1, "kind": "operator", "operator": "matmul", "parameters": {"n": 3, "m": 2, "k": 4}})",
         "matmul:m=2,n=3,k=4"},
        {R"({"schema": 1, "kind": "operator", "operator": "matmul", "layout": "any",
             "parameters": {"n": 3, "m": 2, "k": 4, "relu": 1}})",
         "matmul:m=2,n=3,k=4,relu=1,layout=any"},
        {R"({"schema": 1, "kind": "operator", "notation": "op one(n=3) { out: f32[N=n] out axes i<n out[i] = 1 }"})",
         "one"},
        {R"({"schema": 1, "kind": "operator", "notation": "op one() {\n x }"})",
         "f.json#/notation:2:2: expected 'require', 'let', 'axes', 'when', a tensor such as in: f32[N=n], a statement, "
         "or "
         "'}', found 'x'"},
        {R"({"schema": 1, "kind": "operator", "notation": "op f() {}", "operator": "matmul"})",
         "f.json#: found both operator and notation, expected one of them"},
        {R"({"schema": 1, "kind": "operator"})", "f.json#/operator: missing, expected one of " + built_in_names()},
        {R"({"schema": 1, "kind": "operator", "operator": "gemm"})",
         "f.json#/operator: found 'gemm', expected one of " + built_in_names()},
        {R"({"schema": 1, "kind": "operator", "operator": "matmul", "parameters": {"n": 3, "m": 2, "k": 0}})",
         "f.json#/parameters: parameter 'k' is 0, expected at least 1"},
        {R"({"schema": 1, "kind": "operator", "operator": "matmul", "parameters": {"n": 3, "m": 2, "k": 1.5}})",
         "f.json#/parameters: parameter 'k' is '1.5', expected an integer"},
        {R"({"schema": 1, "kind": "operator", "operator": "matmul",
             "parameters": {"n": 3, "m": 2, "k": 4, "alpha": 0.5}})",
         "matmul:m=2,n=3,k=4,alpha=0.5"},
        {R"({"schema": 1, "kind": "operator", "operator": "matmul",
             "parameters": {"n": 3, "m": 2, "k": 4, "relu": true, "ta": false}})",
         "matmul:m=2,n=3,k=4,relu=1"},
        {R"({"schema": 1, "kind": "operator", "operator": "matmul", "parameters": {"n": 3, "m": 2, "k": true}})",
         "f.json#/parameters/k: found true, expected an integer (only parameters of 0 or 1 may be true or false)"},
        {R"({"schema": 1, "kind": "operator", "operator": "matmul",
             "parameters": {"n": 3, "m": 2, "k": 4, "beta": false}})",
         "f.json#/parameters/beta: found false, expected a number (only parameters of 0 or 1 may be true or false)"},
        {R"({"schema": 1, "kind": "operator", "operator": "matmul", "parameters": {"n": 3, "m": 2, "k": 4, "q": true}})",
         "f.json#/parameters: unknown parameter 'q' of 'matmul', expected " + signature(*find_built_in("matmul"))},
        {R"({"schema": 1, "kind": "operator", "operator": "matmul", "parameters": {"n": 3, "m": 2, "k": null}})",
         "f.json#/parameters/k: found null, expected a number, true or false"},
        {R"({"schema": 1, "kind": "operator", "operator": "clamp", "parameters": {"n": 3, "lo": -2, "hi": 1e-3}})",
         "clamp:n=3,lo=-2,hi=0.001"},
        {R"({"schema": 1, "kind": "operator", "operator": "matmul", "parameters": {"n": 3, "m": 2, "q": 1}})",
         "f.json#/parameters: unknown parameter 'q' of 'matmul', expected " + signature(*find_built_in("matmul"))},
        {R"({"schema": 1, "kind": "operator", "operator": "matmul", "layout": "KM8m",
             "parameters": {"n": 3, "m": 2, "k": 4}})",
         "matmul:m=2,n=3,k=4,layout=KM8m"},
        {R"({"schema": 1, "kind": "operator", "operator": "matmul", "layout": 3, "parameters": {}})",
         "f.json#/layout: found 3, expected any or an order of dimensions such as NHWC"},
        {R"({"schema": 1, "kind": "operator", "op": "matmul"})",
         "f.json#/op: unknown key, expected one of kind, layout, notation, operator, parameters, schema"},
        {R"({"schema": 2, "kind": "operator", "operator": "matmul"})", "f.json#/schema: found 2, expected 1"},
        {R"({"schema": 1, "kind": "machine", "operator": "matmul"})",
         "f.json#/kind: found \"machine\", expected \"operator\""},
        {R"([1])", "f.json#: found an array of 1, expected an object"},
    };
    for (const JsonCase& entry : cases) {
        CAPTURE(entry.text);
        const Result<ir::Operator> op = operator_from_json(entry.text, "f.json");
        CHECK((op ? ir::shorthand(*op) : op.error().text()) == entry.outcome);
    }
    const Scratch scratch;
    const std::string path = scratch.write("op.json", cases[0].text);
    CHECK(outcome(path) == "matmul:m=2,n=3,k=4");
    CHECK(outcome(path + ":relu=1,layout=any") == "matmul:m=2,n=3,k=4,relu=1,layout=any");
    CHECK(outcome(path + ":m=3") == path + "#/parameters: parameter 'm' is given twice, expected once");
    CHECK_FALSE(operator_from(scratch.write("deep.json", std::string(500'000, '['))).ok());
    CHECK_FALSE(operator_from(scratch.write("binary.json", std::string("\0\xff{", 3))).ok());
    for (std::size_t length = 0; length < 60; ++length) {
        CHECK_FALSE(operator_from_json(cases[0].text.substr(0, length), "f.json").ok());
    }
}

}  // namespace
}  // namespace saku::frontends
