// A small kernel tuned by the program, in a folder of its own.
#pragma once

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/json.h"
#include "process.h"

namespace saku::tests {

inline std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    REQUIRE_MESSAGE(file.good(), path);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The one JSON object that a successful command printed.
inline Json json_of(const Finished& result) {
    CHECK(result.err == "");
    REQUIRE(result.exit_code == 0);
    const auto json = parse_json(result.out, "stdout");
    REQUIRE(json.ok());
    return *json;
}

inline std::vector<std::string> keys_of(const Json& object) {
    std::vector<std::string> keys;
    for (const auto& item : object.items()) keys.push_back(item.key());
    return keys;
}

inline const std::string small_matmul = "matmul:m=9,n=20,k=7";

/// Few candidates, so that a test takes a fraction of a second, for a machine that is not asked about the host.
inline std::vector<std::string> tune_arguments(const std::string& op, const std::string& folder,
                                               const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{"tune", op, "--target", "x86-64-v3", "--threads", "1", "--candidates", "100"};
    if (!folder.empty()) arguments.insert(arguments.end(), {"--out", folder});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

/// Tunes `small_matmul` as kernel "mm" and gives the path of its record.
inline std::string tuned_record(const Folder& folder) {
    const Finished result = saku(tune_arguments(small_matmul, folder.path(), {"--name", "mm"}));
    REQUIRE(result.exit_code == 0);
    return folder.path("mm.json");
}

}  // namespace saku::tests
