#include "frontends/operator_json.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "base/json.h"
#include "frontends/built_ins.h"
#include "frontends/notation/parse.h"
#include "frontends/shorthand.h"

namespace saku::frontends {

namespace {

/// A parameter given as true or false.
struct Switch {
    std::string name;
    std::string pointer;
    bool value = false;
};

/// What the file says, before any of it is looked up.
struct OperatorFile {
    std::optional<std::string> built_in;
    std::optional<std::string> notation;
    Arguments parameters;  ///< switches among them
    std::vector<Switch> switches;
    std::optional<std::string> layout;
};

Result<OperatorFile> read(const Json& json, const std::string& file) {
    OperatorFile result;
    JsonReader reader(file, json);
    const JsonCursor root = reader.root();
    root.header("operator", 1);
    const std::optional<JsonCursor> notation = root.find("notation");
    if (notation) {
        result.notation = notation->text("the notation of an operator");
        if (root.find("operator")) root.complain("found both operator and notation, expected one of them");
    } else {
        result.built_in = root.member("operator").text("one of " + built_in_names());
    }
    if (const std::optional<JsonCursor> parameters = root.find("parameters")) {
        for (const auto& [name, value] : parameters->members()) {
            using Integer = std::numeric_limits<std::int64_t>;
            using Real = std::numeric_limits<double>;
            if (value.raw() != nullptr && value.raw()->is_boolean()) {
                result.switches.push_back({.name = name, .pointer = value.pointer(), .value = value.boolean()});
                result.parameters.emplace_back(name, std::int64_t{value.boolean() ? 1 : 0});
            } else if (value.raw() != nullptr && value.raw()->is_number_float()) {
                result.parameters.emplace_back(name, value.number(Real::lowest(), Real::max()));
            } else if (value.raw() != nullptr && value.raw()->is_number()) {
                result.parameters.emplace_back(name, value.integer64(Integer::min(), Integer::max()));
            } else {
                value.expected("a number, true or false");
            }
        }
    }
    if (const std::optional<JsonCursor> layout = root.find("layout")) {
        result.layout = layout->text("any or an order of dimensions such as NHWC");
    }
    SAKU_TRY_DONE(reader.finish());
    return result;
}

/// true and false stand for 1 and 0 where a parameter knows nothing else.
Result<Done> check_switches(const OperatorFile& content, const OpTemplate& op, const std::string& file) {
    for (const Switch& given : content.switches) {
        const auto known = std::find_if(op.parameters.begin(), op.parameters.end(),
                                        [&](const ParameterSyntax& parameter) { return parameter.name == given.name; });
        // Unknown names are refused with all others.
        if (known == op.parameters.end() || (!known->is_real && known->low == 0 && known->high == 1)) continue;
        return Error{file + given.pointer, std::string("found ") + (given.value ? "true" : "false") + ", expected " +
                                               (known->is_real ? "a number" : "an integer") +
                                               " (only parameters of 0 or 1 may be true or false)"};
    }
    return Done{};
}

}  // namespace

Result<Request> request_from_json(const std::string& text, const std::string& file) {
    SAKU_TRY(json, parse_json(text, file));
    SAKU_TRY(content, read(json, file));
    std::optional<OpTemplate> op;
    if (content.notation) {
        SAKU_TRY(parsed, parse_notation(*content.notation, file + "#/notation"));
        op = std::move(parsed);
    } else {
        op = find_built_in(*content.built_in);
        if (!op) {
            return Error{file + "#/operator",
                         "found " + in_quotes(*content.built_in) + ", expected one of " + built_in_names()};
        }
    }
    SAKU_TRY_DONE(check_switches(content, *op, file));
    Keys keys;
    for (const auto& [name, value] : content.parameters) keys.emplace_back(name, ir::to_string(value));
    if (content.layout) keys.emplace_back("layout", *content.layout);
    return Request{.op = *op,
                   .keys = std::move(keys),
                   .where = file + "#/parameters",
                   .hides_places = content.built_in.has_value()};
}

Result<ir::Operator> operator_from_json(const std::string& text, const std::string& file) {
    SAKU_TRY(request, request_from_json(text, file));
    return operator_of(request);
}

}  // namespace saku::frontends
