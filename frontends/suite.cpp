#include "frontends/suite.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <set>

#include "base/embedded.h"
#include "base/file.h"
#include "base/json.h"
#include "frontends/notation/evaluate.h"
#include "frontends/notation/parse_expression.h"
#include "frontends/operator_from.h"
#include "frontends/request.h"
#include "frontends/shorthand.h"
#include "ir/print.h"

namespace saku::frontends {
namespace {

constexpr std::size_t most_operators = 10000;
constexpr std::int64_t largest_value = std::int64_t{1} << 40;

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

/// A suite's file, before any of its operators is looked up.
struct SuiteFile {
    Scope parameters;
    std::vector<Entry> entries;
};

Result<SuiteFile> read(const Json& document, const std::string& file) {
    SuiteFile suite;
    JsonReader reader(file, document);
    const JsonCursor root = reader.root();
    root.header("suite", 1);
    if (const auto source = root.find("source")) static_cast<void>(source->text("where the list comes from"));
    if (const auto parameters = root.find("parameters")) {
        for (const auto& [name, value] : parameters->members())
            suite.parameters.integers[name] = value.integer64(1, largest_value);
    }
    for (const JsonCursor& item : root.member("operators").items(1, most_operators))
        suite.entries.push_back(entry_from(item));
    SAKU_TRY_DONE(reader.finish());
    return suite;
}

/// The names in the expression are added to `used`.
Result<std::int64_t> value_of(const std::string& expression, const Scope& parameters, std::set<std::string>& used) {
    SAKU_TRY(tokens, lex(expression, parameters.file));
    for (const Token& token : tokens)
        if (token.kind == Token::Kind::name) used.emplace(token.text);
    Cursor cursor(std::move(tokens), expression, parameters.file);
    SAKU_TRY(sum, parse_sum(cursor));
    if (!cursor.at_end()) return cursor.expected("the end of the expression");
    return evaluate(sum, parameters);
}

/// The text with the values of its {expressions}; the names in them are added to `used`.
Result<std::string> filled_in(const std::string& text, const Scope& parameters, std::set<std::string>& used) {
    std::string result;
    std::size_t start = 0;
    for (std::size_t open = text.find('{'); open != std::string::npos; open = text.find('{', start)) {
        const std::size_t close = text.find('}', open);
        if (close == std::string::npos) return Error{"", "found '{' without '}' in " + in_quotes(text)};
        const std::string expression = text.substr(open + 1, close - open - 1);
        const auto value = value_of(expression, parameters, used);
        if (!value) return Error{"", "{" + expression + "}: " + value.error().what};
        result += text.substr(start, open - start) + std::to_string(*value);
        start = close + 1;
    }
    return result + text.substr(start);
}

/// Takes the keys that are parameters of the suite; the others are left.
Result<Keys> set_parameters(const std::string& file, const Keys& keys, Scope& parameters) {
    Keys left;
    std::set<std::string> given;
    for (const auto& [name, text] : keys) {
        if (!given.insert(name).second) return Error{file, in_quotes(name) + " is given twice, expected once"};
        const auto known = parameters.integers.find(name);
        if (known == parameters.integers.end()) {
            left.emplace_back(name, text);
            continue;
        }
        const auto [stop, failure] = std::from_chars(text.data(), text.data() + text.size(), known->second);
        if (failure != std::errc() || stop != text.data() + text.size() || known->second < 1 ||
            known->second > largest_value) {
            return Error{file, "the suite's parameter " + in_quotes(name) + " is " + in_quotes(text) +
                                   ", expected an integer from 1 to 2^40"};
        }
    }
    return left;
}

Result<Done> all_taken(const std::string& file, const Keys& options, const std::vector<bool>& taken) {
    for (std::size_t i = 0; i < options.size(); ++i) {
        if (taken[i]) continue;
        return Error{file,
                     in_quotes(options[i].first + "=" + options[i].second) +
                         (options[i].first == "layout"
                              ? ": no operator of the suite has images that can lie so and leaves their layout open"
                              : ": no operator of the suite has such a parameter and leaves it open")};
    }
    return Done{};
}

Result<Work> suite_from(const Json& document, const std::string& file, const Keys& keys) {
    SAKU_TRY(suite, read(document, file));
    SAKU_TRY(options, set_parameters(file, keys, suite.parameters));
    Work work{.tasks = {}, .is_suite = true, .file = {}};
    std::vector<bool> taken(options.size(), false);
    std::set<std::string> used;
    std::map<std::string, std::size_t> tasks;
    for (const Entry& entry : suite.entries) {
        const auto refused = [&](const Error& error) {
            return Error{.where = file + entry.pointer, .what = error.text()};
        };
        const auto filled = suite.parameters.integers.empty() ? Result<std::string>(entry.op)
                                                              : filled_in(entry.op, suite.parameters, used);
        if (!filled) return refused(filled.error());
        const auto completed = with_options(relocated(*filled, std::filesystem::path(file).parent_path()), options);
        if (!completed) return refused(completed.error());
        for (std::size_t i = 0; i < taken.size(); ++i) taken[i] = taken[i] || completed->taken[i];
        const std::string& text = completed->text;
        auto op = operator_from(text);
        if (!op) return refused(op.error());
        // Files may hold different operators of the same name, which are to be told apart.
        const std::string meaning = ir::shorthand(*op) + "\n" + ir::print(ir::lower(*op));
        const auto [known, is_new] = tasks.try_emplace(meaning, work.tasks.size());
        if (is_new)
            work.tasks.push_back({.op = *std::move(op), .text = text, .count = entry.count});
        else
            work.tasks[known->second].count += entry.count;
    }
    SAKU_TRY_DONE(all_taken(file, options, taken));
    for (const auto& [name, value] : suite.parameters.integers)
        if (!used.contains(name))
            return Error{file + "#/parameters/" + name, "no operator uses it, expected {" + name + "}"};
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
    // What cannot be cut up is no suite, and refused below.
    const auto cut = parse_shorthand(text);
    const Shorthand shorthand = cut ? *cut : Shorthand{};
    for (const EmbeddedFile& file : embedded_suites()) {
        if (std::filesystem::path(file.name).stem().string() != shorthand.head) continue;
        SAKU_TRY(document, parse_json(file.text, shorthand.head));
        return suite_from(document, shorthand.head, shorthand.keys);
    }
    if (shorthand.head.ends_with(".json")) {
        SAKU_TRY(content, read_file(shorthand.head));
        SAKU_TRY(document, parse_json(content, shorthand.head));
        const auto kind = document.is_object() ? document.find("kind") : document.end();
        if (kind != document.end() && *kind == "suite") {
            SAKU_TRY(work, suite_from(document, shorthand.head, shorthand.keys));
            work.file = shorthand.head;
            return work;
        }
    }
    SAKU_TRY(op, operator_from(text));
    return Work{.tasks = {{.op = op, .text = text}}, .is_suite = false, .file = {}};
}

}  // namespace saku::frontends
