#include "frontends/notation/arguments.h"

#include <algorithm>
#include <cmath>

namespace saku::frontends {

namespace {

const std::pair<std::string, ir::ParameterValue>* find(const Arguments& arguments, const std::string& name) {
    const auto place =
        std::find_if(arguments.begin(), arguments.end(), [&](const auto& argument) { return argument.first == name; });
    return place == arguments.end() ? nullptr : &*place;
}

Result<Done> check_range(const ParameterSyntax& parameter, std::int64_t value) {
    if (value >= parameter.low && value <= parameter.high) return Done{};
    std::string range = std::to_string(parameter.low) + " to " + std::to_string(parameter.high);
    if (parameter.high == default_high) {
        range = value < parameter.low ? "at least " + std::to_string(parameter.low) : "at most 2^40";
    }
    return Error{"", "parameter '" + parameter.name + "' is " + std::to_string(value) + ", expected " + range};
}

/// The value as the parameter holds it.
Result<ir::ParameterValue> held(const ParameterSyntax& parameter, const ir::ParameterValue& value) {
    const std::int64_t* integer = std::get_if<std::int64_t>(&value);
    if (parameter.is_real) {
        const double real = integer != nullptr ? static_cast<double>(*integer) : std::get<double>(value);
        if (!std::isnan(real)) return ir::ParameterValue(real);
        return Error{"", "parameter '" + parameter.name + "' is not a number, expected one"};
    }
    if (integer == nullptr) {
        return Error{"", "parameter '" + parameter.name + "' is " + ir::to_string(value) + ", expected an integer"};
    }
    SAKU_TRY_DONE(check_range(parameter, *integer));
    return value;
}

Result<Done> check_names(const OpTemplate& op, const Arguments& given) {
    for (std::size_t i = 0; i < given.size(); ++i) {
        const std::string& name = given[i].first;
        const bool is_known = std::any_of(op.parameters.begin(), op.parameters.end(),
                                          [&](const ParameterSyntax& parameter) { return parameter.name == name; });
        if (!is_known) {
            return Error{"", "unknown parameter '" + name + "' of '" + op.name + "', expected " +
                                 (op.parameters.empty() ? "none" : signature(op))};
        }
        for (std::size_t j = 0; j < i; ++j) {
            if (given[j].first == name) return Error{"", "parameter '" + name + "' is given twice, expected once"};
        }
    }
    return Done{};
}

}  // namespace

std::string signature(const OpTemplate& op) {
    std::string text;
    for (const ParameterSyntax& parameter : op.parameters) {
        if (!text.empty()) text += ", ";
        text += parameter.name;
        if (parameter.default_value) text += "=" + ir::to_string(*parameter.default_value);
    }
    return text;
}

Result<Arguments> bind(const OpTemplate& op, const Arguments& given) {
    SAKU_TRY_DONE(check_names(op, given));
    Arguments bound;
    for (const ParameterSyntax& parameter : op.parameters) {
        const auto* argument = find(given, parameter.name);
        if (argument == nullptr && !parameter.default_value) {
            return Error{
                "", "parameter '" + parameter.name + "' of '" + op.name + "' is missing, expected " + signature(op)};
        }
        SAKU_TRY(value, held(parameter, argument != nullptr ? argument->second : *parameter.default_value));
        bound.emplace_back(parameter.name, value);
    }
    return bound;
}

Arguments without_defaults(const OpTemplate& op, const Arguments& bound) {
    Arguments shown;
    for (std::size_t i = 0; i < bound.size(); ++i) {
        if (op.parameters[i].default_value != bound[i].second) shown.push_back(bound[i]);
    }
    return shown;
}

}  // namespace saku::frontends
