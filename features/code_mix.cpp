#include "features/code_mix.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace saku::features {

namespace {

using Code = targets::Instruction;

bool starts_with(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }
bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// A beginning of mnemonics and its class; the first that fits counts.
struct Rule {
    std::string_view prefix;
    Instruction instruction;
};

constexpr Rule vector_rules[] = {
    {"vfmadd", Instruction::fma},         {"vfnmadd", Instruction::fma},
    {"vfmsub", Instruction::fma},         {"vfnmsub", Instruction::fma},
    {"fmla", Instruction::fma},           {"fmls", Instruction::fma},
    {"fmadd", Instruction::fma},          {"fmsub", Instruction::fma},
    {"fnmadd", Instruction::fma},         {"vaddp", Instruction::add},
    {"vadds", Instruction::add},          {"vsubp", Instruction::add},
    {"vsubs", Instruction::add},          {"vhadd", Instruction::add},
    {"fadd", Instruction::add},           {"fsub", Instruction::add},
    {"vmulp", Instruction::multiply},     {"vmuls", Instruction::multiply},
    {"fmul", Instruction::multiply},      {"fnmul", Instruction::multiply},
    {"vdiv", Instruction::divide},        {"fdiv", Instruction::divide},
    {"vsqrt", Instruction::square_root},  {"fsqrt", Instruction::square_root},
    {"vmax", Instruction::minmax},        {"vmin", Instruction::minmax},
    {"vpmax", Instruction::minmax},       {"vpmin", Instruction::minmax},
    {"fmax", Instruction::minmax},        {"fmin", Instruction::minmax},
    {"vcmp", Instruction::logic},         {"fcm", Instruction::logic},
    {"vbroadcast", Instruction::shuffle}, {"vpbroadcast", Instruction::shuffle},
    {"vperm2", Instruction::shuffle},     {"vpermt", Instruction::shuffle},
    {"vpermi", Instruction::shuffle},     {"vperm", Instruction::permute},
    {"vshuf", Instruction::shuffle},      {"vpshuf", Instruction::shuffle},
    {"vunpck", Instruction::shuffle},     {"vpunpck", Instruction::shuffle},
    {"vinsert", Instruction::shuffle},    {"vpinsr", Instruction::shuffle},
    {"vextract", Instruction::shuffle},   {"vpextr", Instruction::shuffle},
    {"valign", Instruction::shuffle},     {"vpalign", Instruction::shuffle},
    {"vblend", Instruction::logic},       {"vpblend", Instruction::logic},
    {"vpsrldq", Instruction::shuffle},    {"zip", Instruction::shuffle},
    {"uzp", Instruction::shuffle},        {"trn", Instruction::shuffle},
    {"ext", Instruction::shuffle},        {"dup", Instruction::shuffle},
    {"ins", Instruction::shuffle},        {"rev", Instruction::shuffle},
    {"tbl", Instruction::shuffle},
};

bool has_memory_operand(const Code& code) { return contains(code.operands, "(") || contains(code.operands, "["); }

/// "v0.4s", "q3", "s2": AArch64's vector and floating-point registers.
bool names_arm_vector(std::string_view operands) {
    bool at_start = true;
    for (std::size_t i = 0; i + 1 < operands.size(); ++i) {
        const char c = operands[i];
        const bool is_register = c == 'v' || c == 'q' || c == 's' || c == 'd';
        if (at_start && is_register && operands[i + 1] >= '0' && operands[i + 1] <= '9') return true;
        at_start = c == ' ' || c == '{' || c == ',' || c == '\t';
    }
    return false;
}

int vector_bits(const Code& code) {
    if (contains(code.operands, "%zmm")) return 512;
    if (contains(code.operands, "%ymm")) return 256;
    if (contains(code.operands, "%xmm")) return 128;
    return names_arm_vector(code.operands) && !contains(code.operands, "%") ? 128 : 0;
}

bool is_branch(std::string_view mnemonic) {
    static constexpr std::array<std::string_view, 8> others{"b", "cbz", "cbnz", "tbz", "tbnz", "ret", "retq", "bl"};
    return starts_with(mnemonic, "j") || starts_with(mnemonic, "b.") || starts_with(mnemonic, "call") ||
           std::find(others.begin(), others.end(), mnemonic) != others.end();
}

bool is_store(const Code& code) {
    if (starts_with(code.mnemonic, "st")) return true;
    const bool moves = starts_with(code.mnemonic, "vmov") || starts_with(code.mnemonic, "mov") ||
                       starts_with(code.mnemonic, "vextract");
    const std::string_view operands = code.operands;
    return moves && !operands.empty() && (operands.back() == ')' || contains(operands, ") {"));
}

bool is_plain_load(const Code& code) { return starts_with(code.mnemonic, "vmov") || starts_with(code.mnemonic, "ld"); }

bool is_register_move(const Code& code) {
    return starts_with(code.mnemonic, "vmov") || code.mnemonic == "mov" || starts_with(code.mnemonic, "movq") ||
           starts_with(code.mnemonic, "movl") || code.mnemonic == "fmov";
}

bool loads_one_element(const Code& code) {
    return starts_with(code.mnemonic, "vbroadcast") || starts_with(code.mnemonic, "vpbroadcast") ||
           starts_with(code.mnemonic, "ld1r") || contains(code.operands, "{1to");
}

double& count(CodeMix& mix, Instruction instruction) { return mix.each[static_cast<std::size_t>(instruction)]; }

Instruction arithmetic_of(std::string_view mnemonic) {
    for (const Rule& rule : vector_rules) {
        if (starts_with(mnemonic, rule.prefix)) return rule.instruction;
    }
    return Instruction::logic;
}

void add_memory(const Code& code, bool is_vector, CodeMix& mix) {
    const bool is_pair = code.mnemonic == "ldp" || code.mnemonic == "stp";
    const double accesses = is_pair ? 2 : 1;
    if (is_store(code)) {
        count(mix, Instruction::store) += accesses;
        if (starts_with(code.mnemonic, "vextract")) count(mix, Instruction::shuffle) += 1;
        return;
    }
    const bool one = loads_one_element(code);
    count(mix, one ? Instruction::load_broadcast : Instruction::load) += accesses;
    const bool is_only_load = is_plain_load(code) || starts_with(code.mnemonic, "vbroadcast") ||
                              starts_with(code.mnemonic, "vpbroadcast") || starts_with(code.mnemonic, "mov");
    if (is_only_load) return;
    count(mix, is_vector ? arithmetic_of(code.mnemonic) : Instruction::scalar_int) += 1;
}

}  // namespace

void add_instruction(const Code& code, CodeMix& mix) {
    const int bits = vector_bits(code);
    mix.bits = std::max(mix.bits, bits);
    const std::string_view mnemonic = code.mnemonic;
    if (is_branch(mnemonic)) {
        count(mix, Instruction::branch) += 1;
    } else if (starts_with(mnemonic, "prefetch") || starts_with(mnemonic, "prfm")) {
        count(mix, Instruction::prefetch) += 1;
    } else if (starts_with(mnemonic, "lea")) {
        count(mix, Instruction::scalar_int) += 1;
    } else if (has_memory_operand(code)) {
        add_memory(code, bits > 0, mix);
    } else if (starts_with(mnemonic, "k") || contains(code.operands, "%k")) {
        const bool masked_vector = bits > 0 && !starts_with(mnemonic, "k");
        count(mix, masked_vector ? arithmetic_of(mnemonic) : Instruction::mask) += 1;
    } else if (is_register_move(code) || starts_with(mnemonic, "nop")) {
        return;
    } else {
        count(mix, bits > 0 ? arithmetic_of(mnemonic) : Instruction::scalar_int) += 1;
    }
}

CodeMix mix_of_code(const targets::CodeFunction& function, const targets::CodeLoop& loop) {
    CodeMix mix;
    for (std::size_t block = loop.first; block <= loop.last; ++block) {
        for (const Code& code : function.blocks[block].instructions) add_instruction(code, mix);
    }
    if (mix.bits == 0) mix.bits = no_vector_bits;
    return mix;
}

}  // namespace saku::features
