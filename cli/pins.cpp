#include "cli/pins.h"

#include <algorithm>

namespace saku::cli {

void add_pins(CLI::App& command, std::vector<std::string>& pins) {
    command.add_option("--fix", pins, "name=value: fix a decision ('saku space' lists them); repeatable")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

Result<std::vector<std::pair<std::string, std::string>>> parse_pins(const std::vector<std::string>& pins) {
    std::vector<std::pair<std::string, std::string>> parsed;
    for (const std::string& pin : pins) {
        const std::size_t equals = pin.find('=');
        if (equals == 0 || equals == std::string::npos || equals + 1 == pin.size())
            return Error{.where = "--fix", .what = "found '" + pin + "', expected name=value"};
        const std::string name = pin.substr(0, equals);
        if (std::any_of(parsed.begin(), parsed.end(), [&](const auto& other) { return other.first == name; }))
            return Error{.where = "--fix", .what = "'" + name + "' is given twice"};
        parsed.emplace_back(name, pin.substr(equals + 1));
    }
    return parsed;
}

}  // namespace saku::cli
