#include <doctest/doctest.h>

#include <string>

#include "ir/print.h"
#include "ir/verify.h"

namespace saku::ir {

TEST_CASE("a guard keeps the digits of parallel iterations apart") {
    // 6*o + i stays below 7 by the guard, not by the ranges of o and i.
    const auto outcome = [](const std::string& guard) {
        const auto nest =
            parse("nest n { arg out: f32[15] out body { parallel for i < 6 { for o < 2 { for q < 2 { if " + guard +
                  " - 6*o - i >= 0 { out[7*q + 6*o + i] = 1 } } } } } }");
        REQUIRE_MESSAGE(nest.ok(), (nest.ok() ? "" : nest.error().text()));
        const auto verdict = verify(*nest);
        return verdict.ok() ? std::string() : verdict.error().text();
    };
    CHECK(outcome("6") == "");
    CHECK(outcome("7").find("`parallel for i`: one iteration may write") != std::string::npos);
}

}  // namespace saku::ir
