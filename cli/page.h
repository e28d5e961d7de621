// What the program's HTML pages have in common: one file without a network, readable in a narrow window and in the
// dark.
#pragma once

#include <string>
#include <vector>

namespace saku::cli {

/// From "<!DOCTYPE html>" to "<body>": colours, type, tables and plots. `styles` is added to them.
[[nodiscard]] std::string page_head(const std::string& title, const std::string& styles = "");
[[nodiscard]] std::string page_end();

/// "<td>text</td>", escaped.
[[nodiscard]] std::string cell(const std::string& text, const char* tag = "td");

/// A table that scrolls by itself where the window is too narrow; the first row is the heading.
[[nodiscard]] std::string html_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace saku::cli
