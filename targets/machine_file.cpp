#include "targets/machine_file.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/embedded.h"
#include "base/file.h"
#include "base/json.h"
#include "targets/host.h"
#include "targets/machine_checks.h"
#include "targets/machine_reader.h"

namespace saku::targets {

namespace {

constexpr std::size_t longest_machine_file = std::size_t{1} << 20;

/// A document before it is read as a machine, and where it came from.
struct Document {
    std::string file;  ///< as in messages
    Json json;
};

bool is_file_name(const std::string& target) {
    return target.find('/') != std::string::npos || target.ends_with(".json");
}

std::string stem(std::string_view file) { return std::string(file.substr(0, file.rfind('.'))); }

Result<Document> parse(const std::string& text, const std::string& file) {
    SAKU_TRY(json, parse_json(text, file, {.bytes = longest_machine_file}));
    if (!json.is_object()) return Error{.where = file + "#", .what = "expected an object that describes a machine"};
    return Document{.file = file, .json = std::move(json)};
}

/// The aliases that a document gives itself; what is wrong with them is found when the machine is read.
bool has_alias(const Json& json, const std::string& name) {
    const auto aliases = json.find("aliases");
    return aliases != json.end() && aliases->is_array() &&
           std::find(aliases->begin(), aliases->end(), name) != aliases->end();
}

Result<Document> builtin_document(const std::string& name) {
    for (const EmbeddedFile& file : embedded_targets()) {
        if (stem(file.name) == name) return parse(std::string(file.text), std::string(file.name));
    }
    for (const EmbeddedFile& file : embedded_targets()) {
        SAKU_TRY(document, parse(std::string(file.text), std::string(file.name)));
        if (has_alias(document.json, name)) return std::move(document);
    }
    std::string list;
    for (const std::string& known : machine_names()) list += (list.empty() ? "" : ", ") + known;
    return Error{.where = {},
                 .what = "unknown machine \"" + name +
                         "\", expected host, a file (with a / or ending in "
                         ".json) or one of " +
                         list};
}

Result<Document> file_document(const std::string& path) {
    SAKU_TRY(text, read_file(path, longest_machine_file));
    return parse(text, path);
}

/// A file name in a document, from this process's folder.
std::string beside(const Document& document, const std::string& name) {
    return (std::filesystem::path(document.file).parent_path() / name).lexically_normal().string();
}

/// What "extends" names: a built-in machine, or a file relative to the folder of the one that extends it.
Result<Document> base_document(const std::string& name, const Document& extending) {
    const std::string where = extending.file + "#/extends";
    Result<Document> base = Error{};
    if (is_file_name(name)) {
        base = file_document(beside(extending, name));
    } else {
        base = builtin_document(name);
    }
    if (!base) return Error{.where = where, .what = base.error().text()};
    return base;
}

/// The document with everything that it extends merged in (RFC 7386: members replace, null removes). What says which
/// machine a file is, rather than what it is like, is never inherited.
Result<Json> resolve_extends(Document document) {
    constexpr std::size_t longest_chain = 8;
    std::vector<Json> patches;
    std::vector<std::string> chain;
    while (true) {
        chain.push_back(document.file);
        const auto extends = document.json.find("extends");
        const bool is_last = extends == document.json.end();
        std::optional<std::string> base_name;
        if (!is_last) {
            if (!extends->is_string() || extends->get_ref<const std::string&>().empty())
                return Error{.where = document.file + "#/extends", .what = "expected the name or file of a machine"};
            base_name = extends->get<std::string>();
            document.json.erase(extends);
        }
        patches.push_back(document.json);
        if (!base_name) break;
        SAKU_TRY(base, base_document(*base_name, document));
        if (std::find(chain.begin(), chain.end(), base.file) != chain.end())
            return Error{.where = document.file + "#/extends",
                         .what = "extends " + base.file + ", which extends this machine"};
        if (chain.size() == longest_chain)
            return Error{.where = document.file + "#/extends",
                         .what = "a chain of more than " + std::to_string(longest_chain) + " machines"};
        document = std::move(base);
    }
    Json merged = std::move(patches.back());
    for (std::size_t i = patches.size() - 1; i-- > 0;) {
        for (const char* own : {"name", "aliases", "description", "recognition"}) merged.erase(own);
        merged.merge_patch(patches[i]);
    }
    return merged;
}

/// Everything wrong with a document; `machine` is filled when nothing is.
std::vector<Error> read_document(Document document, std::optional<Machine>& machine) {
    const std::string file = document.file;
    const Result<Json> json = resolve_extends(std::move(document));
    if (!json) return {json.error()};
    JsonReader reader(file, *json);
    Machine read = read_machine(reader.root());
    if (reader.problems().empty()) check_machine(read, reader.root());
    std::vector<Error> problems = reader.problems();
    if (problems.empty()) machine = std::move(read);
    return problems;
}

Result<Machine> machine_of(Document document) {
    std::optional<Machine> machine;
    std::vector<Error> problems = read_document(std::move(document), machine);
    if (!machine) return std::move(problems.front());
    return std::move(*machine);
}

}  // namespace

std::vector<std::string> machine_names() {
    std::vector<std::string> names;
    for (const EmbeddedFile& file : embedded_targets()) names.push_back(stem(file.name));
    std::sort(names.begin(), names.end());
    return names;
}

Result<Machine> machine_named(const std::string& name) {
    SAKU_TRY(document, builtin_document(name));
    return machine_of(std::move(document));
}

Result<Machine> machine_from_json(const std::string& text, const std::string& file) {
    SAKU_TRY(document, parse(text, file));
    return machine_of(std::move(document));
}

std::vector<Error> machine_problems(const std::string& text, const std::string& file) {
    Result<Document> document = parse(text, file);
    if (!document) return {document.error()};
    std::optional<Machine> machine;
    return read_document(std::move(*document), machine);
}

Result<Machine> machine_for_target(const std::string& target) {
    if (target == "host") {
        SAKU_TRY(match, match_host(host_facts()));
        return std::move(match.machine);
    }
    if (!is_file_name(target)) return machine_named(target);
    SAKU_TRY(document, file_document(target));
    return machine_of(std::move(document));
}

Result<std::vector<std::string>> machine_files(const std::string& target) {
    std::vector<std::string> files;
    std::string name = target;
    while (is_file_name(name) && std::find(files.begin(), files.end(), name) == files.end()) {
        SAKU_TRY(document, file_document(name));
        files.push_back(name);
        const auto extends = document.json.find("extends");
        if (extends == document.json.end() || !extends->is_string()) break;
        const auto base = extends->get<std::string>();
        name = is_file_name(base) ? beside(document, base) : base;
    }
    return files;
}

Result<std::string> machine_json(const std::string& name) {
    SAKU_TRY(document, builtin_document(name));
    for (const EmbeddedFile& file : embedded_targets()) {
        if (file.name == document.file) return std::string(file.text);
    }
    return Error{.where = {}, .what = "unknown machine \"" + name + "\""};
}

}  // namespace saku::targets
