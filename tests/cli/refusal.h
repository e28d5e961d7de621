// Bad input: exit code 2, the message and nothing else, in under a second.
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

inline void check_refusal(const Refusal& refusal, const ProcessOptions& options = {}) {
    std::string shown;
    for (const std::string& word : refusal.arguments) shown += " " + word.substr(0, 80);
    CAPTURE(shown);
    const Finished result = saku(refusal.arguments, options);
    CHECK(result.exit_code == 2);
    CHECK(result.out.empty());
    CHECK(result.err == "saku: " + refusal.message + "\n");
    CHECK(result.seconds < 1.0);
}

}  // namespace saku::tests
