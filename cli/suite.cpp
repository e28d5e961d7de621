#include "cli/suite.h"

#include <filesystem>

#include "base/file.h"
#include "base/json.h"
#include "frontends/operator_from.h"
#include "frontends/shorthand.h"

namespace saku::cli {
namespace {

constexpr std::size_t most_operators = 10000;

/// An entry's text with a relative path made relative to this process instead of the suite's folder.
std::string relocated(const std::string& entry, const std::filesystem::path& folder) {
    const auto shorthand = frontends::parse_shorthand(entry);
    if (!shorthand || !shorthand->is_path || std::filesystem::path(shorthand->head).is_absolute()) return entry;
    return (folder / entry).string();
}

Result<Work> suite_from(const Json& document, const std::string& file) {
    JsonReader reader(file, document);
    const JsonCursor root = reader.root();
    root.header("suite", 1);
    std::vector<std::pair<std::string, std::string>> entries;  // pointer, text
    for (const JsonCursor& item : root.member("operators").items(1, most_operators))
        entries.emplace_back(item.pointer(), item.text("an operator"));
    SAKU_TRY_DONE(reader.finish());
    Work work{.operators = {}, .texts = {}, .is_suite = true};
    for (const auto& [pointer, entry] : entries) {
        const std::string text = relocated(entry, std::filesystem::path(file).parent_path());
        auto op = frontends::operator_from(text);
        if (!op) return Error{.where = file + pointer, .what = op.error().text()};
        work.operators.push_back(*std::move(op));
        work.texts.push_back(text);
    }
    return work;
}

}  // namespace

Result<Work> work_from(const std::string& text) {
    if (text.ends_with(".json")) {
        SAKU_TRY(content, read_file(text));
        SAKU_TRY(document, parse_json(content, text));
        const auto kind = document.is_object() ? document.find("kind") : document.end();
        if (kind != document.end() && *kind == "suite") return suite_from(document, text);
    }
    SAKU_TRY(op, frontends::operator_from(text));
    return Work{.operators = {op}, .texts = {text}, .is_suite = false};
}

}  // namespace saku::cli
