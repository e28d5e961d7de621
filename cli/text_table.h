// Columns of text, as wide as their widest cell.
//
//     haswell      AVX2, 2013
//     neoverse-n1  Graviton 2
#pragma once

#include <string>
#include <vector>

namespace saku::cli {

class TextTable {
public:
    /// Columns whose number is listed are aligned to the right.
    explicit TextTable(std::vector<std::size_t> right_aligned = {}) : right_aligned_(std::move(right_aligned)) {}

    void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    /// Each line begins with `indent`; two spaces between columns, none at the end of a line. Columns that are empty in
    /// every row are left out.
    [[nodiscard]] std::string text(const std::string& indent = "") const;

private:
    std::vector<std::size_t> right_aligned_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace saku::cli
