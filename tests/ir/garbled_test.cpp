// Texts that went wrong on their way: whatever comes of them, nothing crashes, hangs, or overflows, and what `verify`
// accepts stays inside its buffers.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "ir/interpret.h"
#include "ir/print.h"
#include "ir/tidy.h"
#include "ir/verify.h"
#include "tests/equivalence.h"
#include "tests/golden.h"
#include "tests/ir/random_nest.h"

using namespace saku;
using namespace saku::ir;

namespace {

/// Pieces of nests: what a garbled text is patched with.
const std::vector<std::string>& pieces() {
    static const std::vector<std::string> all{"for i < 3 {",
                                              "}",
                                              "if i - 1 >= 0 {",
                                              "} else {",
                                              "vector ",
                                              "parallel ",
                                              "[i]",
                                              "[i, i_2]",
                                              " pad 0",
                                              " += ",
                                              " max= ",
                                              "floor(i/2)",
                                              "(i mod 3)",
                                              " first (i)",
                                              "9999999999",
                                              "4398046511104*",
                                              "-",
                                              "*vscale",
                                              " layout (d0%4)",
                                              "out",
                                              "t",
                                              "nan",
                                              "1e308",
                                              "i_2",
                                              "0",
                                              "(",
                                              ")"};
    return all;
}

std::string garbled(std::string text, Random& random) {
    for (std::int64_t count = random.between(1, 3); count > 0; --count) {
        const std::size_t place = random.below(text.size());
        switch (random.below(5)) {
            case 0:
                text.erase(place, random.below(6));
                break;
            case 1:
                text[place] = static_cast<char>(random.between('0', '9'));
                break;
            case 2:
                text.insert(place, text.substr(random.below(text.size()), random.below(30)));
                break;
            case 3: {
                // A number for a number keeps the text in form.
                const std::size_t digit = text.find_first_of("0123456789", place);
                if (digit != std::string::npos) text.replace(digit, 1, std::to_string(random.below(40)));
                break;
            }
            default:
                text.insert(place, pieces()[random.below(pieces().size())]);
                break;
        }
        if (text.empty()) text = "x";
    }
    return text;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace

TEST_CASE("garbled nests are refused or run inside their buffers") {
    Random random(9);
    const std::string constructs = tests::read_file(std::string(SAKU_SOURCE_DIR) + "/tests/golden/ir/constructs.txt");
    int accepted = 0;
    for (int round = 0; round < 4000; ++round) {
        const std::string sound = round % 4 == 0 ? constructs : print(tests::random_nest(random, {.max_depth = 3}));
        const Result<LoopNest> nest = parse(garbled(sound, random));
        if (!nest) continue;
        CHECK(parse(print(*nest)).ok());
        InterpretOptions options;
        options.max_steps = 100'000;
        options.max_scratch_elements = 100'000;
        options.parameters["batch"] = 2;
        std::int64_t elements = 0;
        for (const Buffer& buffer : nest->buffers) {
            for (const LayoutPart& part : buffer.layout.parts) elements += part.extent * part.stride;
        }
        if (elements > 1'000'000) continue;
        const bool is_verified = verify(*nest).ok();
        Arguments arguments = tests::random_arguments(*nest, 1);
        const Result<Done> done = interpret(*nest, arguments, options);
        if (!is_verified) continue;
        ++accepted;
        CHECK(parse(print(*nest)).ok());
        if (!done) CHECK_MESSAGE(!contains(done.error().what, "outside of"), print(*nest) << done.error().text());
        CHECK_MESSAGE(verify(tidy(*nest)).ok(), print(*nest) << print(tidy(*nest)));
        if (done) CHECK_MESSAGE(tests::difference_between(*nest, tidy(*nest), 1, 0, options) == "", print(*nest));
    }
    CHECK(accepted > 200);
}

TEST_CASE("large and strange nests take little time") {
    const auto repeated = [](const std::string& piece, int times) {
        std::string text;
        for (int i = 0; i < times; ++i) text += piece;
        return text;
    };
    const std::string head = "nest n { arg out: f32[4096] out body { ";
    const std::vector<std::string> bodies{
        repeated("for i < 4 { out[i] = 1 }", 20000),
        repeated("if 3 >= 0 { ", 250) + "out[0] = 1" + repeated(" }", 250),
        "for i < 4096 { for j < 4096 { " + repeated("if 5000 - i - j >= 0, 4000 - 2*i + j >= 0 { ", 200) +
            repeated("out[floor((i + j)/2)] = 1 ", 20) + repeated("} ", 200) + "} }",
        "for i < 4000 { out[" + repeated("floor((1 + ", 120) + "i" + repeated(")/2)", 120) + "] = 1 }",
        "parallel for i < 4 { " + repeated("out[i] = out[i] ", 255) + "}",
        "parallel for i < 4 { " + repeated("out[i] = out[i] ", 40000) + "}",
        "out[0] = " + repeated("neg(", 250) + "1" + repeated(")", 250),
        "out[0] = 1" + repeated(" + out[0]", 1000),
    };
    for (const std::string& body : bodies) {
        const Result<LoopNest> nest = parse(head + body + " } }");
        REQUIRE_MESSAGE(nest.ok(), nest.error().text());
        const bool is_verified = verify(*nest).ok();
        CHECK(verify(tidy(*nest)).ok() == is_verified);
        CHECK(parse(print(*nest)).ok());
    }
}
