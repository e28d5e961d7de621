// Which files include what: read from the sources, judged by the table of folders in HACKING.md.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace saku::tests {

struct Source {
    std::string path;                   ///< from the repository's root: "ir/walk.cpp"
    std::vector<std::string> includes;  ///< as written, without the quotes or brackets
    int lines = 0;
};

/// All C and C++ sources of the repository's folders, by path; build folders and hidden ones left out.
[[nodiscard]] std::vector<Source> sources_below(const std::filesystem::path& root);
[[nodiscard]] Source source_of(const std::string& path, const std::string& text);

/// Every broken rule, as "FILE: WHAT".
[[nodiscard]] std::vector<std::string> broken_rules(const std::vector<Source>& sources);

}  // namespace saku::tests
