#include "ir/print.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "tests/golden.h"
#include "tests/ir/random_nest.h"

using namespace saku;
using namespace saku::ir;

namespace {

/// A nest around some nodes, with the variables i and j and the buffers a, b and out.
std::string around(const std::string& nodes) {
    return "nest n {\n  arg a: f32[8, 8] in\n  arg b: f32[8] in const\n  arg out: f32[8, 8] out\n  body {\n"
           "    for i < 8 {\n      for j < 8 {\n        " +
           nodes + "\n      }\n    }\n  }\n}\n";
}

std::string complaint(const std::string& text) {
    const Result<LoopNest> nest = parse(text, "f");
    return nest ? "accepted" : nest.error().text();
}

}  // namespace

TEST_CASE("every construct is printed as the grammar says, and read back") {
    const std::string text = tests::golden(
        "ir/constructs.txt", tests::read_file(std::string(SAKU_SOURCE_DIR) + "/tests/golden/ir/constructs.txt"));
    const Result<LoopNest> nest = parse(text);
    REQUIRE_MESSAGE(nest.ok(), nest.error().text());
    CHECK(print(*nest) == text);
    CHECK(nest->buffers.size() == 8);
    CHECK(nest->buffers[2].layout.parts[0].stride == 100);
    CHECK(nest->buffers[3].layout.parts[2].stride == 70 * 16);
    CHECK(nest->buffers[4].source == 1);
}

TEST_CASE("stores and expressions keep their structure") {
    const std::vector<std::string> same{
        "out[i, j] = a[i, j] - (b[i] - b[j])",
        "out[i, j] = a[i, j] - b[i] - b[j]",
        "out[i, j] = a[i, j] * (b[i] + 1) / (b[j] * b[i])",
        "out[i, j] = a[i, j] + (b[i] + b[j])",
        "out[i, j] = (a[i, j] + b[i]) * 2",
        "out[i, j] = max(min(a[i, j], b[i]) * 3, neg(abs(b[i] + 1)))",
        "out[i, j] = sqrt(exp(rcp(a[i, j])))",
        "out[i, j] = max(index(2*i - j + 3), 0) * index(floor(j/2))",
        "out[i, j] = -0",
        "out[i, j] = -inf",
        "out[i, j] = nan",
        "out[i, j] = nan_fff8000000000000",
        "out[i, j] = nan_7ff0000000000001",
        "out[i, j] = 1e-05 - -2.5",
        "out[i, j] = 1e+300",
        "out[i, j] = 4.9406564584124654e-324 + 0",
        "out[i, j] = 0.1",
        "out[i, j] += a[i + j - 1, j - 3] pad 0 first (i, j)",
        "out[i, j] *= a[i + j - 1, j - 3] pad -inf first ()",
        "out[i, j] max= b[i] statement 2",
        "out[i, j] min= b[i] first (8*i + j) statement 1",
        "out[floor(i/2), (j mod 3)] = b[floor((i + 2*j)/16)]",
        "out[i, j] = b[-3*floor((j mod 5)/2) + 2*((2*i + 1) mod 3) + 1]",
        "prefetch a[i + 4, j]",
    };
    for (const std::string& node : same) {
        const Result<LoopNest> nest = parse(around(node));
        REQUIRE_MESSAGE(nest.ok(), node << ": " << nest.error().text());
        const std::string expected =
            node == "out[i, j] = 4.9406564584124654e-324 + 0" ? "out[i, j] = 5e-324 + 0" : node;
        CHECK(print(*nest) == around(expected));
        const Result<LoopNest> again = parse(print(*nest));
        REQUIRE(again.ok());
        CHECK(*again == *nest);
    }
}

TEST_CASE("no word is reserved") {
    const std::string text =
        "nest nest {\n  arg in: f32[8] in\n  arg pad: f32[8] in\n  arg max: f32[8] out\n  workspace for: f32[8]\n"
        "  workspace first: f32[8]\n  registers inf: f32[8]\n  body {\n    for mod < 8 {\n      for floor < 8 {\n"
        "        for for < if <= 8 {\n"
        "          for[mod] = in[(mod mod 4)] * inf[floor(floor/2)]\n          first[floor] = pad[for]\n"
        "          max[for] max= max(pad[for] pad 0, inf)\n          inf[for] min= -inf first (mod) statement 3\n"
        "        }\n      }\n    }\n  }\n}\n";
    const Result<LoopNest> nest = parse(text);
    REQUIRE_MESSAGE(nest.ok(), nest.error().text());
    CHECK(print(*nest) == text);
}

TEST_CASE("random nests survive the round trip") {
    Random random(3);
    for (int round = 0; round < 300; ++round) {
        const LoopNest nest = tests::random_nest(random, {.max_depth = 5, .strange_numbers = true});
        const std::string text = print(nest);
        const Result<LoopNest> back = parse(text);
        REQUIRE_MESSAGE(back.ok(), text << back.error().text());
        CHECK_MESSAGE(*back == nest, text);
        CHECK(print(*back) == text);
    }
}

TEST_CASE("every mistake is named with its place and what was expected") {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"", "f:1:1: expected 'nest', found the end of the text"},
        {"nest 3 {", "f:1:6: expected the nest's name, found '3'"},
        {"nest n { arg a: f32[4] in", "f:1:26: expected a buffer, 'offline' or 'body', found the end of the text"},
        {"nest n { arg a: f31[4] in",
         "f:1:17: unknown element type 'f31', expected f32, f64, bf16, i8, u8, i32 or i64"},
        {"nest n { arg a: f32[] in", "f:1:21: expected an extent, found ']'"},
        {"nest n { arg a: f32[N=4, 5] in", "f:1:26: expected a dimension's letter, found '5'"},
        {"nest n { arg a: f32[4, N=5] in", "f:1:24: expected an extent, found 'N'"},
        {"nest n { arg a: f32[N=4, N=5] in", "f:1:26: two dimensions N, expected one"},
        {"nest n { arg a: f32[NC=4] in", "f:1:21: expected a dimension's letter, found 'NC'"},
        {"nest n { arg a: f32[N 4] in", "f:1:23: expected '=', found '4'"},
        {"nest n { arg a: f32[0] in", "f:1:21: expected an extent from 1 to 1099511627776, found '0'"},
        {"nest n { arg a: f32[1.5] in", "f:1:21: expected an extent, an integer, found '1.5'"},
        {"nest n { arg a: f32[99999999999999999999] in",
         "f:1:21: expected an extent from 1 to 1099511627776, found '99999999999999999999'"},
        {"nest n { arg a: f32[1099511627776, 2] in", "f:1:21: more than 1099511627776 elements in one buffer"},
        {"nest n { arg a: f32[4] layout (d1%4)", "f:1:32: expected a dimension from d0 to d0, found 'd1'"},
        {"nest n { arg a: f32[4] layout (d0)", "f:1:34: expected '%', found ')'"},
        {"nest n { arg a: f32[4] layout (d0/0%4)", "f:1:35: expected a divisor from 1 to 1099511627776, found '0'"},
        {"nest n { arg a: f32[4] layout (d0%1099511627776 stride 1099511627776)",
         "f:1:31: the layout spans more than 1099511627776 elements"},
        {"nest n { packed a: f32[4] of b", "f:1:30: expected the name of a buffer declared above, found 'b'"},
        {"nest n { arg a: f32[4] out in", "f:1:28: 'in' marks an argument that is not 'out'"},
        {"nest n { arg a: f32[4] arg a: f32[4]", "f:1:28: buffer 'a' declared twice"},
        {"nest n { variables i, i body {}}", "f:1:23: variable 'i' listed twice"},
        {"nest n { variables i body { for j < 3 {}}}", "f:1:33: variable 'j' is missing in the list of variables"},
        {"nest n { offline a {}", "f:1:18: expected the name of a packed buffer, found 'a'"},
        {"nest n { body {} } x", "f:1:20: expected the end of the text, found 'x'"},
        {"nest n { body { ; } }", "f:1:17: unexpected character ';'"},
        {std::string("nest n\n{ \0", 10), "f:2:3: unexpected byte 0"},
        {"nest n { body { \xff } }", "f:1:17: unexpected byte 255"},
        {around("out[i, j = 3"), "f:8:18: expected ']', found '='"},
        {around("out[i, k] = 3"), "f:8:16: unknown variable 'k': no loop over it begins before this place"},
        {around("out[i, j] = c[i]"), "f:8:21: unknown buffer 'c'"},
        {around("out[i, j] = cos(b[i])"),
         "f:8:21: unknown function 'cos', expected max, min, neg, abs, sqrt, exp or rcp"},
        {around("out[i, j] == b[i]"), "f:8:20: expected a number, a buffer, a function or '(', found '='"},
        {around("out[i, j] - b[i]"), "f:8:19: expected '=', '+=', '*=', 'max=' or 'min=', found '-'"},
        {around("out[i, j] = -b[i]"), "f:8:21: expected a number, a buffer, a function or '(', found '-'"},
        {around("out[i, j] = max(b[i])"), "f:8:29: expected ',', found ')'"},
        {around("out[i, j] = 1e999"), "f:8:21: number out of the range of a double"},
        {around("out[i, j] = 3 first (i j)"), "f:8:32: expected ',', found 'j'"},
        {around("out[i, j] = b[i] pad"), "f:9:7: expected a number, found '}'"},
        {around("out[(i + j), j] = 3"), "f:8:13: parentheses stand only inside floor(...) and around '... mod INT'"},
        {around("out[2*(i + j), j] = 3"), "f:8:15: expected a variable, 'floor(' or '(... mod INT)'"},
        {around("out[floor(2*i/3), j] = 3"), "f:8:19: expected parentheses around what floor(.../INT) divides"},
        {around("out[(2*i mod 3), j] = 3"), "f:8:14: expected parentheses around what is taken mod INT"},
        {around("out[floor(i/0), j] = 3"), "f:8:21: expected a divisor from 1 to 4398046511104, found '0'"},
        {around("out[i*j, j] = 3"), "f:8:14: expected ']', found '*'"},
        {around("out[4398046511104*i + 1, j] = 3"), "f:8:13: index too large, at most 4398046511104"},
        {around("out[4398046511104*floor((2*i)/3), j] = 3"), "f:8:13: index too large, at most 4398046511104"},
        {around("if i > 0 { }"), "f:8:14: unexpected character '>'"},
        {around("if i >= 1 { }"), "f:8:17: expected 0 after '>=' from 0 to 0, found '1'"},
        {around("for k < 0 { }"), "f:8:17: expected an extent from 1 to 1099511627776, found '0'"},
        {around("for k < n { }"), "f:8:19: expected '<=', found '{'"},
        {around("for k < 4*n { }"), "f:8:19: expected 'vscale', found 'n'"},
        {around("parallel k < 4 { }"), "f:8:9: expected a loop, a guard, a store or '}', found 'parallel'"},
    };
    for (const auto& [text, expected] : cases) CHECK(complaint(text) == expected);
}

TEST_CASE("nesting and size have limits") {
    const auto repeated = [](const std::string& piece, int times) {
        std::string text;
        for (int i = 0; i < times; ++i) text += piece;
        return text;
    };
    CHECK(complaint("nest n { body " + repeated("{ for i < 2 ", 300)) == "f:1:3087: blocks nested deeper than 256");
    CHECK(complaint(around("out[i, j] = " + repeated("(", 300))) == "f:8:277: parentheses nested deeper than 256");
    CHECK(complaint(around("out[" + repeated("floor(", 300))) == "f:8:1554: parentheses nested deeper than 256");
    CHECK(complaint(around("out[" + repeated("(", 100000))) == "f:8:269: parentheses nested deeper than 256");
    CHECK(complaint(around("out[i, j] = 1" + repeated(" + 1", 2000))) ==
          "f:8:4123: more than 1024 operators above one another");
    CHECK(complaint(around("out[i, j] = 1" + repeated(" * 1", 1000))) == "accepted");
    CHECK(complaint(around("out[i, j] = " + repeated("neg(", 250) + "1" + repeated(")", 250))) == "accepted");
    CHECK(complaint(std::string(2 << 20, ' ')) == "f: the text has 2097152 bytes, at most 1048576 are read");
    CHECK(complaint(around(repeated("out[i, j] = 1\n", 60000))) == "accepted");
}

TEST_CASE("cut and garbled texts never crash") {
    Random random(4);
    const std::string text = print(tests::random_nest(random, {.max_depth = 5}));
    for (std::size_t length = 0; length < text.size(); length += 3) CHECK_FALSE(parse(text.substr(0, length)).ok());
    for (int round = 0; round < 3000; ++round) {
        std::string garbled = text;
        for (std::int64_t count = random.between(1, 4); count > 0; --count) {
            const std::size_t place = random.below(garbled.size());
            switch (random.below(3)) {
                case 0:
                    garbled[place] = static_cast<char>(random.below(256));
                    break;
                case 1:
                    garbled.erase(place, random.below(8));
                    break;
                default:
                    garbled.insert(place, garbled.substr(random.below(garbled.size()), random.below(12)));
                    break;
            }
        }
        if (const Result<LoopNest> nest = parse(garbled)) CHECK(parse(print(*nest)).ok());
    }
}
