#include "cli/expected.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "cli/format.h"
#include "cli/stored.h"

namespace saku::cli {
namespace {

namespace fs = std::filesystem;

Result<std::vector<std::string>> files_in(const std::string& folder) {
    std::vector<std::string> files;
    std::error_code failure;
    for (fs::directory_iterator each(folder, failure), end; !failure && each != end; each.increment(failure)) {
        if (each->path().extension() == ".json") files.push_back(each->path().string());
    }
    if (failure) return Error{.where = folder, .what = failure.message()};
    if (files.empty()) return Error{.where = folder, .what = "found no .json file, expected records"};
    std::sort(files.begin(), files.end());
    return files;
}

bool is_for(const Expected& each, const tuner::TuneResult& result) {
    return each.stored.machine == result.target && each.stored.threads == result.threads;
}

}  // namespace

Result<std::vector<Expected>> expected_records(const std::vector<std::string>& paths) {
    std::vector<Expected> all;
    for (const std::string& path : paths) {
        std::vector<std::string> files{path};
        std::error_code unknown;
        if (fs::is_directory(path, unknown)) {
            SAKU_TRY(found, files_in(path));
            files = std::move(found);
        }
        for (const std::string& file : files) {
            SAKU_TRY(stored, stored_schedule(file));
            all.push_back({.file = file, .stored = std::move(stored)});
        }
    }
    return all;
}

Checked check(const tuner::TuneResult& result, const std::vector<Expected>& expected, bool is_only) {
    const Expected* chosen = is_only ? &expected.front() : nullptr;
    for (const Expected& each : expected) {
        if (is_only || each.stored.op != result.op) continue;
        if (chosen == nullptr || (!is_for(*chosen, result) && is_for(each, result))) chosen = &each;
    }
    if (chosen == nullptr) return {.file = {}};
    return {.file = chosen->file, .changed = tuner::differences(result, chosen->stored)};
}

std::vector<std::string> left_over(const std::vector<Expected>& expected, const std::vector<std::string>& tuned) {
    std::vector<std::string> files;
    for (const Expected& each : expected) {
        if (!each.stored.op || std::find(tuned.begin(), tuned.end(), *each.stored.op) == tuned.end())
            files.push_back(each.file);
    }
    return files;
}

Json check_json(const Checked& checked) {
    Json differences = Json::array();
    for (const tuner::Changed& each : checked.changed)
        differences.push_back({{"what", each.what}, {"was", each.was}, {"is", each.is}});
    return {{"record", checked.file.empty() ? Json(nullptr) : Json(checked.file)},
            {"holds", checked.holds()},
            {"differences", std::move(differences)}};
}

std::string check_text(const std::string& op, const Checked& checked) {
    if (checked.holds()) return "";
    if (checked.file.empty()) return "saku: " + op + ": no record of it\n";
    std::string text = "saku: " + op + " is not what " + checked.file + " says\n";
    for (const tuner::Changed& each : checked.changed) text += indented(tuner::to_text(each) + "\n");
    return text;
}

}  // namespace saku::cli
