#include "cli/arguments.h"

#include <charconv>
#include <cmath>
#include <utility>

namespace saku::cli {
namespace {

/// The whole text as a number; false when it is none or out of the type's range.
template <class T>
bool converts(const std::string& text, T& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
}

std::string found(const std::string& text) {
    constexpr std::size_t shown = 60;
    return "found '" + (text.size() > shown ? text.substr(0, shown) + "..." : text) + "', expected ";
}

}  // namespace

CLI::Validator integer_between(std::int64_t low, std::int64_t high) {
    const auto check = [low, high](const std::string& text) {
        std::int64_t value = 0;
        if (converts(text, value) && value >= low && value <= high) return std::string();
        return found(text) + "an integer from " + std::to_string(low) + " to " + std::to_string(high);
    };
    return {check, "", "integer"};
}

CLI::Validator one_of(std::vector<std::string> words) {
    const auto check = [words = std::move(words)](const std::string& text) {
        std::string all;
        for (const std::string& word : words) {
            if (word == text) return std::string();
            all += (all.empty() ? "" : ", ") + word;
        }
        return found(text) + "one of " + all;
    };
    return {check, "", "text"};
}

CLI::Validator not_empty() {
    const auto check = [](const std::string& text) { return text.empty() ? found(text) + "a value" : std::string(); };
    return {check, "", "text"};
}

CLI::Validator positive_number(double high) {
    const auto check = [high](const std::string& text) {
        double value = 0;
        if (converts(text, value) && std::isfinite(value) && value > 0 && value <= high) return std::string();
        return found(text) + "a number above 0 and at most " + std::to_string(static_cast<std::int64_t>(high));
    };
    return {check, "", "number"};
}

}  // namespace saku::cli
