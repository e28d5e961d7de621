// Golden texts: a test's output compared with a file under tests/golden. SAKU_UPDATE_GOLDEN=1 rewrites the files.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace saku::tests {

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

/// The expected text for `name` (say "ir/matmul.txt"); after an update run, the text itself.
inline std::string golden(const std::string& name, const std::string& actual) {
    const std::filesystem::path path = std::filesystem::path(SAKU_SOURCE_DIR) / "tests" / "golden" / name;
    if (const char* update = std::getenv("SAKU_UPDATE_GOLDEN"); update != nullptr && *update == '1') {
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << actual;
    }
    return read_file(path);
}

}  // namespace saku::tests
