#include "bench/fidelity/markdown.h"

#include <cstdio>

namespace saku::fidelity {

std::string fixed(double value, int digits) {
    const int size = std::snprintf(nullptr, 0, "%.*f", digits, value);
    std::string text(static_cast<std::size_t>(size), '\0');
    std::snprintf(text.data(), text.size() + 1, "%.*f", digits, value);
    return text;
}

std::string change(double value, int digits) {
    const std::string text = fixed(value, digits);
    if (text.find_first_of("123456789") == std::string::npos) return "0";
    return value > 0 ? "+" + text : text;
}

std::string percent(double fraction) { return fixed(100 * fraction, 0) + " %"; }

std::string grouped(double count) {
    std::string text = fixed(count, 0);
    for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
    return text;
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
    std::string text;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        for (const std::string& cell : rows[r]) text += "| " + cell + " ";
        text += "|\n";
        if (r > 0) continue;
        for (std::size_t c = 0; c < rows[0].size(); ++c) text += "|---";
        text += "|\n";
    }
    return text;
}

Result<std::string> with_block(const std::string& text, const std::string& name, const std::string& content,
                               const std::string& file) {
    const std::string begin = "<!-- " + name + ": begin -->\n";
    const std::string end = "<!-- " + name + ": end -->\n";
    const std::size_t from = text.find(begin);
    const std::size_t until = from == std::string::npos ? from : text.find(end, from);
    if (until == std::string::npos)
        return Error{.where = file, .what = "expected " + begin.substr(0, begin.size() - 1) + " and its end"};
    const std::size_t inside = from + begin.size();
    return text.substr(0, inside) + content + text.substr(until);
}

}  // namespace saku::fidelity
