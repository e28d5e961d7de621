#include "frontends/built_ins.h"

#include "base/check.h"
#include "base/embedded.h"
#include "frontends/notation/parse.h"

namespace saku::frontends {

namespace {

constexpr std::string_view suffix = ".saku";

/// The name of the operator that a file of this name describes.
std::string name_of(const EmbeddedFile& file) {
    return std::string(file.name.substr(0, file.name.size() - suffix.size()));
}

OpTemplate template_of(const EmbeddedFile& file) {
    Result<OpTemplate> parsed = parse_notation(std::string(file.text), "built-in:" + std::string(file.name));
    SAKU_CHECK(parsed.ok(), parsed.ok() ? "" : parsed.error().text());
    SAKU_CHECK(parsed->name == name_of(file), "a built-in is named as its file");
    return std::move(*parsed);
}

/// The rest of the comment line that starts with `start`; empty when there is none.
std::string comment_line(const std::string& comment, const std::string& start) {
    std::size_t line = 0;
    while (line < comment.size()) {
        const std::size_t end = comment.find('\n', line);
        if (comment.compare(line, start.size(), start) == 0) {
            return comment.substr(line + start.size(), end - line - start.size());
        }
        line = end + 1;
    }
    return "";
}

}  // namespace

std::vector<BuiltIn> built_ins() {
    std::vector<BuiltIn> list;
    for (const EmbeddedFile& file : embedded_frontends()) {
        const OpTemplate op = template_of(file);
        BuiltIn entry{.name = op.name,
                      .summary = comment_line(op.comment, ""),
                      .example = comment_line(op.comment, "example: "),
                      .parameters = {},
                      .notation = std::string(file.text)};
        for (const ParameterSyntax& parameter : op.parameters) {
            entry.parameters.push_back({.name = parameter.name,
                                        .default_value = parameter.default_value,
                                        .is_real = parameter.is_real,
                                        .low = parameter.low,
                                        .high = parameter.high});
        }
        list.push_back(std::move(entry));
    }
    return list;
}

std::optional<OpTemplate> find_built_in(const std::string& name) {
    for (const EmbeddedFile& file : embedded_frontends()) {
        if (name_of(file) == name) return template_of(file);
    }
    return std::nullopt;
}

std::string built_in_names() {
    std::string names;
    for (const EmbeddedFile& file : embedded_frontends()) names += (names.empty() ? "" : ", ") + name_of(file);
    return names;
}

}  // namespace saku::frontends
