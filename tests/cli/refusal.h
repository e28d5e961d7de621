// Bad input: exit code 2, a message and nothing else.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "process.h"

namespace saku::tests {

struct Refusal {
    std::vector<std::string> arguments;
    std::string message;  ///< all of stderr, without the "saku: " before it and the last line break
};

/// Generous: what it catches is work that should not have been begun.
inline constexpr double refusal_timeout_seconds = 10;

/// Runs it; everything but the message is checked. The message comes without "saku: " and the last line break.
inline std::string refused(const std::vector<std::string>& arguments, ProcessOptions options = {}) {
    std::string shown;
    for (const std::string& word : arguments) shown += " " + word.substr(0, 80);
    CAPTURE(shown);
    options.timeout_seconds = refusal_timeout_seconds;
    const Finished result = saku(arguments, options);
    CHECK(result.exit_code == 2);
    CHECK(result.out.empty());
    REQUIRE(result.err.starts_with("saku: "));
    CHECK(result.err.ends_with("\n"));
    return result.err.substr(6, result.err.size() - 7);
}

inline void check_refusal(const Refusal& refusal, const ProcessOptions& options = {}) {
    CHECK(refused(refusal.arguments, options) == refusal.message);
}

}  // namespace saku::tests
