// saku ops: the built-in operators.
#include <algorithm>
#include <memory>
#include <sstream>

#include "base/json.h"
#include "cli/commands.h"
#include "frontends/built_ins.h"

namespace saku::cli {
namespace {

/// "c, h, w, n=1": as the shorthand takes it.
std::string parameters(const frontends::BuiltIn& op) {
    std::string text;
    for (const frontends::ParameterInfo& parameter : op.parameters) {
        text += (text.empty() ? "" : ", ") + parameter.name;
        if (parameter.default_value) text += "=" + ir::to_string(*parameter.default_value);
    }
    return text;
}

/// The lines of the definition that say what is computed whatever the parameters are; all where that hangs on them.
std::string statements(const frontends::BuiltIn& op) {
    std::istringstream lines(op.notation);
    std::string always;
    std::string all;
    const auto add = [](std::string& text, const std::string& line) {
        text += (text.empty() ? "" : "\n              ") + line;
    };
    bool behind_axes = false;
    for (std::string line; std::getline(lines, line);) {
        const std::size_t begin = line.find_first_not_of(' ');
        if (begin == std::string::npos) continue;
        const std::string rest = line.substr(begin);
        if (behind_axes && rest[0] != '#' && rest[0] != '}') {
            add(all, rest);
            if (begin == 2 && rest.starts_with("out")) add(always, rest);  // further in: a branch
        }
        behind_axes = behind_axes || rest.starts_with("axes");
    }
    return always.empty() ? all : always;
}

Json as_json(const frontends::BuiltIn& op) {
    Json list = Json::array();
    for (const frontends::ParameterInfo& parameter : op.parameters) {
        Json item{{"name", parameter.name}};
        if (parameter.is_real) {
            item["type"] = "real";
        } else {
            item["low"] = parameter.low;
            item["high"] = parameter.high;
        }
        if (parameter.default_value) {
            std::visit([&](auto value) { item["default"] = value; }, *parameter.default_value);
        }
        list.push_back(std::move(item));
    }
    return {{"name", op.name},
            {"summary", op.summary},
            {"example", op.example},
            {"parameters", std::move(list)},
            {"notation", op.notation}};
}

Result<Outcome> list(bool json) {
    Json operators = Json::array();
    std::string text;
    for (const frontends::BuiltIn& op : frontends::built_ins()) {
        operators.push_back(as_json(op));
        text += op.name + ": " + op.summary + "\n  parameters  " + parameters(op) + "\n  notation    " +
                statements(op) + "\n  example     " + op.example + "\n";
    }
    text +=
        "\nBeside its parameters, each takes layout=any (saku chooses how activations lie) or layout=NHWC, NCHW16c, "
        "... where\n"
        "its tensors name their dimensions. `saku ops NAME` prints the whole definition.\n";
    if (json) return Outcome{.output = to_text(Json{{"schema", 1}, {"operators", std::move(operators)}})};
    return Outcome{.output = text};
}

Result<Outcome> show(const std::string& name, bool json) {
    const std::vector<frontends::BuiltIn> all = frontends::built_ins();
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& op) { return op.name == name; });
    if (found == all.end())
        return Error{.where = "",
                     .what = "unknown operator '" + name + "', expected one of " + frontends::built_in_names()};
    if (!json) return Outcome{.output = found->notation};
    Json document{{"schema", 1}};
    document.update(as_json(*found));
    return Outcome{.output = to_text(document)};
}

}  // namespace

void add_ops(CLI::App& app, Command& chosen) {
    CLI::App* ops = app.add_subcommand("ops", "the built-in operators and their parameters");
    auto json = std::make_shared<bool>(false);
    auto name = std::make_shared<std::string>();
    CLI::Option* named = ops->add_option("name", *name, "print the definition of this one");
    ops->add_flag("--json", *json, "one JSON object instead of text")->disable_flag_override();
    ops->footer(
        "Examples:\n"
        "  saku ops\n"
        "  saku ops conv2d > mine.saku      a start for an operator of your own");
    ops->callback([&chosen, json, name, named] {
        const bool any = named->count() == 0;
        chosen = [json, name, any](Session&) { return any ? list(*json) : show(*name, *json); };
    });
}

}  // namespace saku::cli
