#include "targets/assembly.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

namespace saku::targets {

namespace {

std::string_view trimmed(std::string_view text) {
    const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

std::string_view without_comment(std::string_view line) {
    for (const std::string_view mark : {std::string_view("//"), std::string_view("#")}) {
        // AArch64 writes immediates as #4: a comment's mark stands at the start or after a blank or tab, and
        // is followed by one.
        for (std::size_t at = line.find(mark); at != std::string_view::npos; at = line.find(mark, at + 1)) {
            const bool starts = at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t';
            const std::size_t after = at + mark.size();
            const bool is_comment = after >= line.size() || line[after] == ' ' || line[after] == '\t' || mark == "//";
            if (starts && is_comment) return line.substr(0, at);
        }
    }
    return line;
}

bool is_branch(const std::string& mnemonic) {
    if (mnemonic.empty()) return false;
    if (mnemonic[0] == 'j') return true;  // x86
    static constexpr std::string_view others[] = {"b", "cbz", "cbnz", "tbz", "tbnz"};
    return mnemonic.rfind("b.", 0) == 0 ||
           std::find(std::begin(others), std::end(others), mnemonic) != std::end(others);
}

/// The last operand of a branch: its label.
std::string branch_target(const Instruction& branch) {
    const std::size_t comma = branch.operands.rfind(',');
    return std::string(trimmed(std::string_view(branch.operands).substr(comma == std::string::npos ? 0 : comma + 1)));
}

std::optional<std::string> label_of(std::string_view line) {
    if (line.empty() || line.back() != ':' || line.find_first_of(" \t\"") != std::string_view::npos)
        return std::nullopt;
    return std::string(line.substr(0, line.size() - 1));
}

Instruction instruction_of(std::string_view line) {
    const std::size_t end = line.find_first_of(" \t");
    if (end == std::string_view::npos) return {std::string(line), {}};
    return {std::string(line.substr(0, end)), std::string(trimmed(line.substr(end)))};
}

void find_loops(CodeFunction& function) {
    std::map<std::string, std::size_t> block_at;
    for (std::size_t i = 0; i < function.blocks.size(); ++i) {
        if (!function.blocks[i].label.empty()) block_at[function.blocks[i].label] = i;
    }
    for (std::size_t i = 0; i < function.blocks.size(); ++i) {
        for (const Instruction& instruction : function.blocks[i].instructions) {
            if (!is_branch(instruction.mnemonic)) continue;
            const auto target = block_at.find(branch_target(instruction));
            if (target != block_at.end() && target->second <= i) function.loops.push_back({target->second, i, true});
        }
    }
    const auto less = [](const CodeLoop& a, const CodeLoop& b) {
        return a.first != b.first ? a.first < b.first : a.last < b.last;
    };
    std::sort(function.loops.begin(), function.loops.end(), less);
    for (CodeLoop& outer : function.loops) {
        outer.is_innermost = std::none_of(function.loops.begin(), function.loops.end(), [&](const CodeLoop& inner) {
            return &inner != &outer && inner.first >= outer.first && inner.last <= outer.last &&
                   (inner.first != outer.first || inner.last != outer.last);
        });
    }
}

/// Builds functions line by line.
class AssemblyReader {
public:
    void line(std::string_view text) {
        text = trimmed(without_comment(text));
        if (text.empty()) return;
        if (const std::optional<std::string> label = label_of(text)) return take_label(*label);
        if (text.front() == '.' || functions_.empty()) return;
        CodeFunction& function = functions_.back();
        function.blocks.back().instructions.push_back(instruction_of(text));
        if (is_branch(function.blocks.back().instructions.back().mnemonic)) function.blocks.emplace_back();
    }

    Assembly finish() {
        for (CodeFunction& function : functions_) find_loops(function);
        return {std::move(functions_)};
    }

private:
    void take_label(const std::string& label) {
        const bool is_local = label.rfind(".L", 0) == 0;
        if (!is_local) {
            functions_.push_back({.name = label, .blocks = {CodeBlock{}}, .loops = {}});
        } else if (!functions_.empty()) {
            functions_.back().blocks.push_back({.label = label, .instructions = {}});
        }
    }

    std::vector<CodeFunction> functions_;
};

}  // namespace

Assembly read_assembly(const std::string& text) {
    AssemblyReader reader;
    std::size_t start = 0;
    while (start < text.size()) {
        std::size_t end = text.find('\n', start);
        if (end == std::string::npos) end = text.size();
        reader.line(std::string_view(text).substr(start, end - start));
        start = end + 1;
    }
    return reader.finish();
}

}  // namespace saku::targets
