#include "tests/layering/includes.h"

#include <algorithm>
#include <functional>
#include <set>
#include <sstream>
#include <string_view>

#include "tests/golden.h"

namespace saku::tests {

namespace {

constexpr int max_lines = 400;

/// Each folder and those it may include, itself and base apart. Folders of programs may include everything.
const std::map<std::string, std::set<std::string>>& allowed() {
    static const std::map<std::string, std::set<std::string>> table{
        {"base", {}},
        {"ir", {}},
        {"schedules", {"ir"}},
        {"targets", {"ir"}},
        {"targets/llvm", {"ir", "targets"}},
        {"features", {"ir", "targets"}},
        {"costmodel", {"features", "targets"}},
        {"frontends", {"ir"}},
        {"tuner", {"ir", "schedules", "targets", "targets/llvm", "features", "costmodel", "frontends"}},
        {"runtime", {}},
    };
    return table;
}

const std::set<std::string>& programs() {
    static const std::set<std::string> folders{"bench", "cli", "samples", "tests"};
    return folders;
}

bool begins(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

std::string folder_of(std::string_view path) {
    if (begins(path, "targets/llvm/")) return "targets/llvm";
    return std::string(path.substr(0, path.find('/')));
}

bool is_llvm(std::string_view include) { return begins(include, "llvm/") || begins(include, "llvm-c/"); }
bool is_tbb(std::string_view include) { return begins(include, "tbb/") || begins(include, "oneapi/tbb"); }

/// Whether a source or what it includes of ours, at any remove, includes a header that LLVM provides.
class SeesLlvm {
public:
    explicit SeesLlvm(const std::vector<Source>& sources) {
        for (const Source& source : sources) by_path_[source.path] = &source;
    }

    bool operator()(const std::string& path) {
        const auto known = seen_.find(path);
        if (known != seen_.end()) return known->second;
        seen_[path] = false;  // includes may go in circles
        const auto source = by_path_.find(path);
        if (source == by_path_.end()) return false;
        const bool sees = std::any_of(source->second->includes.begin(), source->second->includes.end(),
                                      [&](const std::string& include) { return is_llvm(include) || (*this)(include); });
        return seen_[path] = sees;
    }

private:
    std::map<std::string, const Source*> by_path_;
    std::map<std::string, bool> seen_;
};

/// What is wrong with one include, or "".
std::string include_fault(const std::string& folder, const std::string& include) {
    if (is_llvm(include) && folder != "targets/llvm" && folder != "bench" && folder != "tests") {
        return "LLVM's headers belong to targets/llvm";
    }
    if (is_tbb(include) && folder != "tuner" && folder != "runtime" && folder != "tests") {
        return "TBB belongs to tuner and runtime";
    }
    if (programs().contains(folder)) return "";
    const std::string used = folder_of(include);
    const bool is_ours = allowed().contains(used) || programs().contains(used);
    if (!is_ours || used == folder) return "";
    const bool may_use_base = folder != "runtime";
    if (used == "base" && may_use_base) return "";
    return allowed().at(folder).contains(used) ? "" : folder + " may not include " + used;
}

}  // namespace

Source source_of(const std::string& path, const std::string& text) {
    Source source{.path = path, .includes = {}};
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        ++source.lines;
        std::string_view rest = line;
        rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
        if (!begins(rest, "#")) continue;
        rest.remove_prefix(1);
        rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
        if (!begins(rest, "include")) continue;
        const std::size_t open = rest.find_first_of("<\"");
        if (open == std::string_view::npos) continue;
        const std::size_t close = rest.find_first_of(">\"", open + 1);
        source.includes.emplace_back(rest.substr(open + 1, close - open - 1));
    }
    return source;
}

std::vector<Source> sources_below(const std::filesystem::path& root) {
    namespace fs = std::filesystem;
    std::vector<Source> sources;
    for (const fs::directory_entry& folder : fs::directory_iterator(root)) {
        const std::string name = folder.path().filename().string();
        // "out" is where `make tune` and the examples write kernels.
        if (!folder.is_directory() || begins(name, ".") || begins(name, "build") || name == "out") continue;
        for (const fs::directory_entry& file : fs::recursive_directory_iterator(folder.path())) {
            const std::string extension = file.path().extension().string();
            if (!file.is_regular_file() || (extension != ".h" && extension != ".cpp" && extension != ".c")) continue;
            const std::string path = fs::relative(file.path(), root).generic_string();
            sources.push_back(source_of(path, read_file(file.path())));
        }
    }
    std::sort(sources.begin(), sources.end(), [](const Source& a, const Source& b) { return a.path < b.path; });
    return sources;
}

std::vector<std::string> broken_rules(const std::vector<Source>& sources) {
    std::vector<std::string> broken;
    SeesLlvm sees_llvm(sources);
    for (const Source& source : sources) {
        const std::string folder = folder_of(source.path);
        const auto complain = [&](const std::string& what) { broken.push_back(source.path + ": " + what); };
        if (!allowed().contains(folder) && !programs().contains(folder)) {
            complain("the folder is not in the table of layers");
            continue;
        }
        if (source.lines > max_lines) {
            complain(std::to_string(source.lines) + " lines, at most " + std::to_string(max_lines) + " are allowed");
        }
        for (const std::string& include : source.includes) {
            const std::string fault = include_fault(folder, include);
            if (!fault.empty()) complain("<" + include + ">: " + fault);
            if (allowed().contains(folder) && folder != "targets/llvm" && !is_llvm(include) && sees_llvm(include)) {
                complain("<" + include + ">: brings LLVM's headers along");
            }
        }
    }
    return broken;
}

}  // namespace saku::tests
