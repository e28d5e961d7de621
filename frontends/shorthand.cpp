#include "frontends/shorthand.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace saku::frontends {

namespace {

constexpr std::size_t max_shorthand_bytes = std::size_t{1} << 16;

bool ends_like_a_file(std::string_view text) { return text.ends_with(".saku") || text.ends_with(".json"); }

/// How long the head is: up to the end of the file's name where there is one, else up to the first colon.
std::size_t head_length(const std::string& text) {
    if (ends_like_a_file(text)) return text.size();
    const std::size_t end = std::min(text.find(".saku:"), text.find(".json:"));
    if (end != std::string::npos) return end + 5;
    return std::min(text.find(':'), text.size());
}

Result<std::pair<std::string, std::string>> parse_key(const std::string& text, const std::string& head) {
    const std::size_t equals = text.find('=');
    if (text.empty()) return Error{head, "expected key=value, found nothing"};
    if (equals == std::string::npos || equals == 0) {
        return Error{head, "expected key=value, found " + in_quotes(text)};
    }
    return std::pair{text.substr(0, equals), text.substr(equals + 1)};
}

Result<ir::ParameterValue> parse_real(const std::string& key, const std::string& text) {
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, value);
    if (failure == std::errc() && stop == end && !std::isnan(value)) return ir::ParameterValue(value);
    return Error{"", "parameter " + in_quotes(key) + " is " + in_quotes(text) +
                         (failure == std::errc::result_out_of_range && stop == end ? ", which no double holds"
                                                                                   : ", expected a number")};
}

Result<ir::ParameterValue> parse_value(const std::string& key, const std::string& text) {
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, value);
    if (failure == std::errc::result_out_of_range && stop == end) {
        return Error{"", "parameter " + in_quotes(key) + " is " + in_quotes(text) + ", which does not fit 64 bits"};
    }
    if (failure != std::errc() || stop != end) {
        return Error{"", "parameter " + in_quotes(key) + " is " + in_quotes(text) + ", expected an integer"};
    }
    return ir::ParameterValue(value);
}

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

}  // namespace

std::string in_quotes(const std::string& text) {
    std::string shown = text.substr(0, 64);
    for (char& c : shown) {
        if (c < ' ' || c > '~') c = '?';
    }
    return "'" + shown + (text.size() > 64 ? "...'" : "'");
}

Result<Shorthand> parse_shorthand(const std::string& text) {
    if (text.size() > max_shorthand_bytes) {
        return Error{"", "the operator has " + std::to_string(text.size()) + " characters, expected at most 65536"};
    }
    const std::size_t length = head_length(text);
    Shorthand result{.head = text.substr(0, length), .is_path = false, .keys = {}};
    if (result.head.empty()) {
        return Error{"", "expected an operator such as matmul:m=128,n=768,k=768, found " + in_quotes(text)};
    }
    result.is_path = result.head.find('/') != std::string::npos || ends_like_a_file(result.head);
    if (length == text.size()) return result;
    for (std::size_t start = length + 1;;) {
        const std::size_t comma = std::min(text.find(',', start), text.size());
        const std::string where = result.is_path ? result.head : std::string();
        SAKU_TRY(key, parse_key(text.substr(start, comma - start), where));
        result.keys.push_back(key);
        if (comma == text.size()) return result;
        start = comma + 1;
    }
}

Result<ir::Operator> instantiate_keys(const OpTemplate& op,
                                      const std::vector<std::pair<std::string, std::string>>& keys) {
    const bool has_layout = std::any_of(op.parameters.begin(), op.parameters.end(),
                                        [](const ParameterSyntax& parameter) { return parameter.name == "layout"; });
    Arguments arguments;
    std::optional<std::string> layout;
    for (const auto& [key, text] : keys) {
        if (key == "layout" && !has_layout) {
            if (layout) return Error{"", "layout is given twice, expected once"};
            layout = text;
            continue;
        }
        const auto known = std::find_if(op.parameters.begin(), op.parameters.end(),
                                        [&](const ParameterSyntax& parameter) { return parameter.name == key; });
        // Unknown names are refused by `bind`, whatever their value.
        if (known == op.parameters.end()) {
            arguments.emplace_back(key.substr(0, 64), std::int64_t{0});
            continue;
        }
        SAKU_TRY(value, known->is_real ? parse_real(key, text) : parse_value(key, text));
        arguments.emplace_back(key, value);
    }
    SAKU_TRY(result, instantiate(op, arguments));
    if (!layout) return result;
    if (*layout == "any") return ir::with_free_layouts(std::move(result));
    // The text may be anything; no name of a layout is that long or has other characters.
    if (layout->size() > 64 || !std::all_of(layout->begin(), layout->end(), is_letter_or_digit)) {
        return Error{"", "layout is " + in_quotes(*layout) + ", expected any or an order of dimensions such as NHWC"};
    }
    return ir::with_layouts(std::move(result), *layout);
}

}  // namespace saku::frontends
