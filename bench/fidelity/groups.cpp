#include "bench/fidelity/groups.h"

#include "costmodel/coefficients.h"

namespace saku::fidelity {

namespace {

/// The position after the object that begins at `from`; npos where none ends.
std::size_t end_of_object(const std::string& text, std::size_t from) {
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = from; i < text.size(); ++i) {
        if (text[i] == '\\' && in_string) {
            ++i;
        } else if (text[i] == '"') {
            in_string = !in_string;
        } else if (!in_string && text[i] == '{') {
            ++depth;
        } else if (!in_string && text[i] == '}' && --depth == 0) {
            return i + 1;
        }
    }
    return std::string::npos;
}

}  // namespace

std::string group_line(const std::string& name, const Json& value) {
    return "    " + to_line(Json(name)) + ": " + to_line(value);
}

Result<std::string> with_group(const std::string& coefficients, const std::string& name, const std::string& lines,
                               const std::string& file) {
    const std::string key = "\"" + name + "\": ";
    const std::size_t at = coefficients.find(key + "{");
    const std::size_t end = at == std::string::npos ? at : end_of_object(coefficients, at + key.size());
    if (end == std::string::npos) return Error{.where = file, .what = "expected a group \"" + name + "\""};
    std::string text = coefficients.substr(0, at) + key + "{\n" + lines + "\n  }" + coefficients.substr(end);
    SAKU_TRY_DONE(costmodel::coefficients_from_json(text, file));
    return text;
}

}  // namespace saku::fidelity
