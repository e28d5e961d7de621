#include "cli/page.h"

#include "cli/plot.h"

namespace saku::cli {
namespace {

constexpr const char* styles_of_all =
    R"(:root { color-scheme: light dark; --ink: #1d2433; --paper: #ffffff; --soft: #687082; --line: #dfe3ea;
        --random: #8a94a8; --near: #1f77c9; --pick: #d1442f; --profiled: #2b8a57; --warn: #a35a00; --quiet: #f2f4f8; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e3e7ef; --paper: #14181f; --soft: #98a1b3; --line: #313948;
          --random: #7a8498; --near: #5aa9f0; --pick: #ff7a63; --profiled: #5cc48c; --warn: #f0b35a; --quiet: #1c222c; } }
body { margin: 0 auto; padding: 1rem; max-width: 68rem; background: var(--paper); color: var(--ink);
       font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; } h2 { font-size: 1.05rem; overflow-wrap: anywhere; margin-top: 2.5rem; }
p, figcaption { color: var(--soft); } b { color: var(--ink); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .9rem; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
.plots { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
figure { margin: 0; } svg { display: block; width: 100%; height: auto; } svg text { font-size: 12px; fill: var(--soft); }
.grid { stroke: var(--line); } .diagonal { stroke: var(--soft); stroke-dasharray: 4 4; }
circle { stroke: none; fill-opacity: .75; } circle.random { fill: var(--random); } circle.near { fill: var(--near); }
circle.profiled { fill: var(--profiled); } path { fill: none; stroke-width: 2; } path.profiled { stroke: var(--profiled); }
circle.pick { fill: none; stroke: var(--pick); stroke-width: 2.5; }
.key::before { content: "\25CF\00A0"; } .key.random::before { color: var(--random); } .key.near::before { color: var(--near); }
.key.pick::before { content: "\25CB\00A0"; color: var(--pick); font-weight: bold; }
.key.profiled::before { color: var(--profiled); } .key { margin-right: 1rem; white-space: nowrap; }
)";

}  // namespace

std::string page_head(const std::string& title, const std::string& styles) {
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
           escaped(title) + "</title>\n<style>\n" + styles_of_all + styles + "</style>\n</head>\n<body>\n";
}

std::string page_end() { return "</body>\n</html>\n"; }

std::string cell(const std::string& text, const char* tag) {
    return std::string("<") + tag + ">" + escaped(text) + "</" + tag + ">";
}

std::string html_table(const std::vector<std::vector<std::string>>& rows) {
    std::string out = "<div class=\"scroll\"><table>\n";
    for (std::size_t r = 0; r < rows.size(); ++r) {
        out += "<tr>";
        for (const std::string& text : rows[r]) out += cell(text, r == 0 ? "th" : "td");
        out += "</tr>\n";
    }
    return out + "</table></div>\n";
}

}  // namespace saku::cli
