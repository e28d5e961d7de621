#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

#include "bench/fidelity/left_out.h"
#include "frontends/shorthand.h"

namespace saku::fidelity {

namespace {

/// Below it, an axis gives tiles little to reuse.
constexpr long thin = 64;

std::optional<std::string> value_of(const frontends::Shorthand& op, const std::string& key) {
    for (const auto& [name, value] : op.keys) {
        if (name == key) return value;
    }
    return std::nullopt;
}

}  // namespace

std::string family_of(const std::string& op) {
    const auto parsed = frontends::parse_shorthand(op);
    if (!parsed) return op;
    if (parsed->head.find("pool") != std::string::npos) return "pooling";
    const auto rows = value_of(*parsed, "r");
    const auto columns = value_of(*parsed, "s");
    if (rows && columns) return parsed->head + " " + *rows + "x" + *columns;
    const std::array axes{value_of(*parsed, "m"), value_of(*parsed, "n"), value_of(*parsed, "k")};
    const bool is_thin = std::any_of(axes.begin(), axes.end(), [](const std::optional<std::string>& axis) {
        return axis && std::strtol(axis->c_str(), nullptr, 10) < thin;
    });
    return parsed->head + (is_thin ? " thin" : "");
}

}  // namespace saku::fidelity
