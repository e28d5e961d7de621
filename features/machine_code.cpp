#include "features/machine_code.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace saku::features {

namespace {

using targets::Instruction;

bool starts_with(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }
bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

bool is_multiply_add(const Instruction& code) {
    return starts_with(code.mnemonic, "vfmadd") || starts_with(code.mnemonic, "vfnmadd") ||
           starts_with(code.mnemonic, "vfmsub") || starts_with(code.mnemonic, "vfnmsub") ||
           starts_with(code.mnemonic, "fmla") || starts_with(code.mnemonic, "fmls") ||
           starts_with(code.mnemonic, "fmadd");
}

bool is_other_arithmetic(const Instruction& code) {
    // x86: "vaddps", "vmaxss"; AArch64: "fadd", "fmaxnm". Integers ("vpaddd", "add") are addresses and masks.
    const std::string_view mnemonic = code.mnemonic;
    const bool is_x86 = starts_with(mnemonic, "v");
    if (!is_x86 && !starts_with(mnemonic, "f")) return false;
    const auto is_any = [](const auto& names, const auto& fits) {
        return std::any_of(names.begin(), names.end(), fits);
    };
    constexpr std::array<std::string_view, 6> operations{"add", "sub", "mul", "div", "max", "min"};
    if (!is_any(operations, [&](std::string_view name) { return starts_with(mnemonic.substr(1), name); })) return false;
    constexpr std::array<std::string_view, 4> floats{"ps", "pd", "ss", "sd"};
    return !is_x86 || is_any(floats, [&](std::string_view type) { return contains(mnemonic, type); });
}

bool has_memory_operand(const Instruction& code) {
    return contains(code.operands, "(") || contains(code.operands, "[");
}

bool names_vector(const Instruction& code) {
    return contains(code.operands, "%xmm") || contains(code.operands, "%ymm") || contains(code.operands, "%zmm") ||
           starts_with(code.operands, "q") || starts_with(code.operands, "v") || starts_with(code.operands, "{ v") ||
           starts_with(code.operands, "{v");
}

/// Does the function keep the frame in a register of its own? Without, rbp and x29 are registers like any other.
bool has_frame_pointer(const targets::CodeFunction& function) {
    for (const targets::CodeBlock& block : function.blocks) {
        for (const Instruction& code : block.instructions) {
            if (code.mnemonic == "movq" && code.operands == "%rsp, %rbp") return true;
            const bool sets_x29 = code.mnemonic == "mov" || code.mnemonic == "add";
            if (sets_x29 && starts_with(code.operands, "x29, sp")) return true;
        }
    }
    return false;
}

bool is_on_stack(const Instruction& code, bool frame_pointer) {
    if (contains(code.operands, "(%rsp)") || contains(code.operands, "[sp")) return true;
    return frame_pointer && (contains(code.operands, "(%rbp)") || contains(code.operands, "[x29"));
}

/// AT&T puts the destination last: a memory operand there is a store.
bool is_x86_store(const Instruction& code) {
    const std::string_view operands = code.operands;
    const bool memory_is_last = !operands.empty() && operands.back() == ')';
    return starts_with(code.mnemonic, "vmov") && (memory_is_last || contains(operands, ") {"));
}

bool is_arm_store(const Instruction& code) { return starts_with(code.mnemonic, "st"); }
bool is_arm_load(const Instruction& code) { return starts_with(code.mnemonic, "ld"); }

void count(const Instruction& code, bool frame_pointer, LoopCode& loop) {
    ++loop.instructions;
    const bool is_fma = is_multiply_add(code);
    loop.multiply_adds += is_fma ? 1 : 0;
    loop.arithmetic += is_fma || is_other_arithmetic(code) ? 1 : 0;
    if (!has_memory_operand(code) || !names_vector(code)) return;
    const bool is_store = is_x86_store(code) || is_arm_store(code);
    const bool is_broadcast = starts_with(code.mnemonic, "vbroadcast") || starts_with(code.mnemonic, "ld1r");
    const bool is_plain_load = !is_store && (starts_with(code.mnemonic, "vmov") || is_arm_load(code)) && !is_broadcast;
    if (is_on_stack(code, frame_pointer)) {
        (is_store ? loop.spill_stores : loop.spill_loads) += 1;
        return;
    }
    loop.vector_stores += is_store ? 1 : 0;
    loop.broadcasts += is_broadcast ? 1 : 0;
    loop.vector_loads += is_plain_load ? 1 : 0;
    loop.folded_loads += !is_store && !is_broadcast && !is_plain_load ? 1 : 0;
}

}  // namespace

std::vector<LoopCode> inner_loops(const targets::Assembly& assembly) {
    std::vector<LoopCode> found;
    for (const targets::CodeFunction& function : assembly.functions) {
        const bool frame_pointer = has_frame_pointer(function);
        for (const targets::CodeLoop& loop : function.loops) {
            if (!loop.is_innermost) continue;
            LoopCode code{};
            code.function = function.name;
            code.label = function.blocks[loop.first].label;
            for (std::size_t block = loop.first; block <= loop.last; ++block) {
                for (const Instruction& instruction : function.blocks[block].instructions) {
                    count(instruction, frame_pointer, code);
                }
            }
            found.push_back(code);
        }
    }
    return found;
}

int spills_in_inner_loops(const targets::Assembly& assembly) {
    int spills = 0;
    for (const LoopCode& loop : inner_loops(assembly)) {
        if (loop.arithmetic > 0) spills += loop.spill_loads + loop.spill_stores;
    }
    return spills;
}

}  // namespace saku::features
