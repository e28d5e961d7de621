#include "frontends/suite.h"

#include <filesystem>
#include <map>

#include "base/embedded.h"
#include "base/file.h"
#include "base/json.h"
#include "frontends/operator_from.h"
#include "frontends/shorthand.h"
#include "ir/print.h"

namespace saku::frontends {
namespace {

constexpr std::size_t most_operators = 10000;

/// An entry's text with a relative path made relative to this process instead of the suite's folder.
std::string relocated(const std::string& entry, const std::filesystem::path& folder) {
    const auto shorthand = parse_shorthand(entry);
    if (!shorthand || !shorthand->is_path || std::filesystem::path(shorthand->head).is_absolute()) return entry;
    return (folder / entry).string();
}

struct Entry {
    std::string pointer;
    std::string op;
    std::int64_t count = 1;
};

Entry entry_from(const JsonCursor& item) {
    constexpr std::int64_t most_occurrences = 1'000'000;
    Entry entry{.pointer = item.pointer(), .op = {}};
    if (item.raw() == nullptr || !item.raw()->is_object()) {
        entry.op = item.text("an operator");
        return entry;
    }
    entry.pointer += "/op";
    entry.op = item.member("op").text("an operator");
    if (const auto count = item.find("count")) entry.count = count->integer64(1, most_occurrences);
    return entry;
}

Result<Work> suite_from(const Json& document, const std::string& file) {
    JsonReader reader(file, document);
    const JsonCursor root = reader.root();
    root.header("suite", 1);
    if (const auto source = root.find("source")) static_cast<void>(source->text("where the list comes from"));
    std::vector<Entry> entries;
    for (const JsonCursor& item : root.member("operators").items(1, most_operators))
        entries.push_back(entry_from(item));
    SAKU_TRY_DONE(reader.finish());
    Work work{.tasks = {}, .is_suite = true};
    std::map<std::string, std::size_t> tasks;
    for (const Entry& entry : entries) {
        const std::string text = relocated(entry.op, std::filesystem::path(file).parent_path());
        auto op = operator_from(text);
        if (!op) return Error{.where = file + entry.pointer, .what = op.error().text()};
        // Files may hold different operators of the same name, which are to be told apart.
        const std::string meaning = ir::shorthand(*op) + "\n" + ir::print(ir::lower(*op));
        const auto [known, is_new] = tasks.try_emplace(meaning, work.tasks.size());
        if (is_new)
            work.tasks.push_back({.op = *std::move(op), .text = text, .count = entry.count});
        else
            work.tasks[known->second].count += entry.count;
    }
    return work;
}

}  // namespace

std::vector<std::string> suite_names() {
    std::vector<std::string> names;
    for (const EmbeddedFile& file : embedded_suites())
        names.push_back(std::filesystem::path(file.name).stem().string());
    return names;
}

Result<Work> work_from(const std::string& text) {
    for (const EmbeddedFile& file : embedded_suites()) {
        if (std::filesystem::path(file.name).stem().string() != text) continue;
        SAKU_TRY(document, parse_json(file.text, text));
        return suite_from(document, text);
    }
    if (text.ends_with(".json")) {
        SAKU_TRY(content, read_file(text));
        SAKU_TRY(document, parse_json(content, text));
        const auto kind = document.is_object() ? document.find("kind") : document.end();
        if (kind != document.end() && *kind == "suite") return suite_from(document, text);
    }
    SAKU_TRY(op, operator_from(text));
    return Work{.tasks = {{.op = op, .text = text}}, .is_suite = false};
}

}  // namespace saku::frontends
