#include "cli/text_table.h"

#include <algorithm>

namespace saku::cli {

std::string TextTable::text(const std::string& indent) const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string text;
    for (const auto& row : rows_) {
        std::string line = indent;
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (widths[i] == 0) continue;
            const bool right = std::find(right_aligned_.begin(), right_aligned_.end(), i) != right_aligned_.end();
            const std::string space(widths[i] - row[i].size(), ' ');
            line += right ? space + row[i] : row[i] + space;
            line += "  ";
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

}  // namespace saku::cli
