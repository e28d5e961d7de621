// docs/notation.md and the samples say what is true.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "frontends/built_ins.h"
#include "frontends/notation/instantiate.h"
#include "frontends/notation/parse.h"
#include "frontends/notation/parse_expression.h"
#include "frontends/operator_from.h"
#include "ir/operator.h"
#include "tests/golden.h"

namespace saku::frontends {
namespace {

std::string source(const std::string& path) { return tests::read_file(std::string(SAKU_SOURCE_DIR) + "/" + path); }

/// The contents of the blocks between ``` lines.
std::vector<std::string> code_blocks(const std::string& manual) {
    std::vector<std::string> blocks;
    std::size_t at = 0;
    while ((at = manual.find("\n```", at)) != std::string::npos) {
        const std::size_t start = manual.find('\n', at + 1) + 1;
        const std::size_t end = manual.find("\n```", start - 1);
        REQUIRE(end != std::string::npos);
        blocks.push_back(manual.substr(start, end + 1 - start));
        at = end + 4;
    }
    return blocks;
}

TEST_CASE("the operators of the manual work") {
    int found = 0;
    for (const std::string& block : code_blocks(source("docs/notation.md"))) {
        if (block.find(") {\n") == std::string::npos) continue;
        ++found;
        CAPTURE(block);
        const Result<OpTemplate> op = parse_notation(block, "docs/notation.md");
        REQUIRE_MESSAGE(op.ok(), (op.ok() ? "" : op.error().text()));
        for (const std::int64_t size : {1, 3, 8}) {
            Arguments arguments;
            for (const ParameterSyntax& parameter : op->parameters) {
                if (!parameter.default_value) arguments.emplace_back(parameter.name, size);
            }
            const Result<ir::Operator> instance = instantiate(*op, arguments);
            REQUIRE_MESSAGE(instance.ok(), (instance.ok() ? "" : instance.error().text()));
            CHECK(ir::check(*instance).ok());
        }
    }
    CHECK(found == 6);
}

TEST_CASE("the manual's grammar is the one of the parser's header") {
    const std::string header = source("frontends/notation/syntax.h");
    const std::size_t start = header.find("//   op        :=");
    const std::size_t end = header.find("#pragma once");
    REQUIRE(start != std::string::npos);
    std::string grammar;
    for (std::size_t line = start; line < end;) {
        const std::size_t next = header.find('\n', line) + 1;
        const std::string text = header.substr(line, next - line);
        grammar += text.starts_with("//   ") ? text.substr(5) : "\n";
        line = next;
    }
    const std::vector<std::string> blocks = code_blocks(source("docs/notation.md"));
    CHECK(blocks.back() == grammar);
}

TEST_CASE("the manual lists the keywords and the built-ins") {
    const std::string manual = source("docs/notation.md");
    const std::size_t start = manual.find("`op require");
    REQUIRE(start != std::string::npos);
    std::string word;
    int words = 0;
    for (const char c : manual.substr(start + 1, manual.find('`', start + 1) - start)) {
        if (c != ' ' && c != '\n' && c != '`') {
            word += c;
            continue;
        }
        CHECK_MESSAGE(is_keyword(word), word);
        ++words;
        word.clear();
    }
    CHECK(words == 29);
    for (const BuiltIn& entry : built_ins()) CHECK(manual.find("| `" + entry.name + ":") != std::string::npos);
}

TEST_CASE("the samples work as their comment says") {
    const Result<ir::Operator> op =
        operator_from(std::string(SAKU_SOURCE_DIR) + "/samples/mttkrp.saku:i=256,j=32,k=64,l=48");
    REQUIRE(op.ok());
    CHECK(ir::shorthand(*op) == "mttkrp:i=256,j=32,k=64,l=48");
    CHECK(ir::flops(*op) == 3.0 * 256 * 32 * 64 * 48);
    const Result<ir::Operator> softmax =
        operator_from(std::string(SAKU_SOURCE_DIR) + "/samples/softmax.saku:m=128,n=128");
    REQUIRE(softmax.ok());
    CHECK(softmax->statements.size() == 4);
}

}  // namespace
}  // namespace saku::frontends
