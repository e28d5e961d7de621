// The progress line at any width.
#include <doctest/doctest.h>

#include <set>

#include "cli/progress_line.h"

namespace saku::cli {
namespace {

const std::string first = "[3/20] conv2d:c=64,h=56,w=56,k=64,r=1,s=1";
const std::string second = "[3/20] conv2d:c=64,h=56,w=56,k=64,r=3,s=3,pad=1";

TEST_CASE("the whole line where there is room, without the bar or the subject's middle where there is not") {
    struct Case {
        std::size_t width;
        std::string line;
    };
    for (const auto& [width, line] :
         {Case{90, second + "  [############........]  61%  pricing"}, Case{79, second + "  61%  pricing"},
          Case{60, "[3/20] conv2d:c=64,h=5..=56,k=64,r=3,s=3,pad=1  61%  pricing"},
          Case{30, "[3/20] ..3,pad=1  61%  pricing"}, Case{0, ""}})
        CHECK(progress_line(second, 0.61, "pricing", width) == line);
    CHECK(progress_line("op", 7, "pricing", 80) == "op  [####################]  100%  pricing");
}

TEST_CASE("no line is wider than the terminal, and shapes are told apart in narrow ones") {
    for (std::size_t width = 0; width < 120; ++width) {
        CAPTURE(width);
        CHECK(progress_line(second, 0.5, "tier 2, looking at code", width).size() <= width);
        if (width >= 24)
            CHECK(progress_line(first, 0.5, "pricing", width) != progress_line(second, 0.5, "pricing", width));
    }
    CHECK(without_middle("abcdefgh", 8) == "abcdefgh");
    CHECK(without_middle("abcdefgh", 7) == "abc..gh");
    CHECK(without_middle("abcdefgh", 2) == "ab");
}

}  // namespace
}  // namespace saku::cli
