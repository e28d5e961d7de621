// Assembly text as data: functions, basic blocks and the loops that backward branches make. Knows the syntax that LLVM
// prints for x86 (AT&T) and AArch64; nothing of LLVM itself.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace saku::targets {

struct Instruction {
    std::string mnemonic;
    std::string operands;  ///< as printed, without comments
};

/// A label and what follows it up to the next one; blocks also end after branches.
struct CodeBlock {
    std::string label;  ///< empty for the part of a function before its first label, or after a branch
    std::vector<Instruction> instructions;
};

/// The blocks [first, last] of a function that a branch from `last` back to `first` closes.
struct CodeLoop {
    std::size_t first = 0;
    std::size_t last = 0;
    bool is_innermost = true;  ///< no other loop lies within
};

struct CodeFunction {
    std::string name;
    std::vector<CodeBlock> blocks;
    std::vector<CodeLoop> loops;  ///< in order of `first`, then `last`
};

struct Assembly {
    std::vector<CodeFunction> functions;
};

/// Reads what `emit` prints. Lines it does not understand (directives, comments) are left out; never fails.
[[nodiscard]] Assembly read_assembly(const std::string& text);

}  // namespace saku::targets
