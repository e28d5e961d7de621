#include "ir/layout_order.h"

#include <algorithm>

namespace saku::ir {

namespace {

constexpr std::int64_t most_positions = std::int64_t{1} << 20;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string lower_case(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

}  // namespace

std::optional<LayoutOrder> read_layout_order(const std::string& text, const std::vector<std::string>& dimensions) {
    LayoutOrder order;
    std::vector<bool> listed(dimensions.size(), false);
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::int64_t block = 0;
        const bool has_block = is_digit(text[i]);
        for (; i < text.size() && is_digit(text[i]); ++i) {
            block = block * 10 + (text[i] - '0');
            if (block > most_positions) return std::nullopt;
        }
        if (i == text.size() || (has_block && block < 2)) return std::nullopt;
        const std::string letter(1, text[i]);
        const auto named = std::find_if(dimensions.begin(), dimensions.end(), [&](const std::string& dimension) {
            return (has_block ? lower_case(dimension) : dimension) == letter;
        });
        if (named == dimensions.end()) return std::nullopt;
        const auto d = static_cast<std::size_t>(named - dimensions.begin());
        if (!has_block && listed[d]) return std::nullopt;
        if (!has_block) listed[d] = true;
        order.push_back({.dimension = static_cast<int>(d), .block = block});
    }
    if (std::find(listed.begin(), listed.end(), false) != listed.end()) return std::nullopt;
    return order;
}

std::string layout_name(const LayoutOrder& order, const std::vector<std::string>& dimensions) {
    std::string name;
    for (const LayoutDigit& digit : order) {
        const std::string& letter = dimensions[static_cast<std::size_t>(digit.dimension)];
        name += digit.block == 0 ? letter : std::to_string(digit.block) + lower_case(letter);
    }
    return name;
}

std::string expected_layouts(const std::vector<std::string>& dimensions) {
    std::string letters;
    for (const std::string& letter : dimensions) letters += letter;
    const std::string& blocked = dimensions[std::min<std::size_t>(1, dimensions.size() - 1)];
    return "the letters " + letters + " in some order, with or without blocks such as 16" + lower_case(blocked);
}

bool is_as_declared(const LayoutOrder& order) {
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (order[i].block != 0 || order[i].dimension != static_cast<int>(i)) return false;
    }
    return true;
}

}  // namespace saku::ir
