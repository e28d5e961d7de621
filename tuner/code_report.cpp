#include "tuner/code_report.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "targets/assembly.h"

namespace saku::tuner {

namespace {

/// Functions that are called once, to pack or to change layouts: what follows the kernel's name.
constexpr std::array<const char*, 3> beside_kernels{"_pack_", "_to_", "_from_"};

using features::Instruction;

double count(const features::InstructionCounts& counts, Instruction instruction) {
    return counts[static_cast<std::size_t>(instruction)];
}

std::vector<std::string> lines_of(const targets::CodeFunction& function, const targets::CodeLoop& loop) {
    std::vector<std::string> lines;
    for (std::size_t b = loop.first; b <= loop.last; ++b) {
        const targets::CodeBlock& block = function.blocks[b];
        if (!block.label.empty()) lines.push_back(block.label + ":");
        for (const targets::Instruction& code : block.instructions)
            lines.push_back("    " + code.mnemonic + (code.operands.empty() ? "" : " " + code.operands));
    }
    return lines;
}

/// How many iterations of the nest's loop one pass makes, by what both count of one kind; 0 where that does not fit.
double passes_by(double machine, double nest) {
    constexpr double most = 8;
    if (nest <= 0 || machine <= 0) return 0;
    const double ratio = machine / nest;
    const double whole = std::round(ratio);
    return whole >= 1 && whole <= most && std::abs(ratio - whole) < 1e-6 ? whole : 0;
}

double passes_of(const CodeLoopReport& code, const costmodel::InnermostLoop& loop) {
    const double machine = count(code.mix.each, Instruction::fma);
    const double nest = count(loop.each, Instruction::fma);
    if (machine > 0 || nest > 0) return passes_by(machine, nest);
    const auto arithmetic = [](const features::InstructionCounts& each) {
        return count(each, Instruction::add) + count(each, Instruction::multiply) + count(each, Instruction::minmax);
    };
    if (arithmetic(code.mix.each) > 0 || arithmetic(loop.each) > 0)
        return passes_by(arithmetic(code.mix.each), arithmetic(loop.each));
    return passes_by(count(code.mix.each, Instruction::store), count(loop.each, Instruction::store));
}

/// The innermost loop of the nest that the code stands for.
void match(CodeLoopReport& code, const costmodel::Breakdown& breakdown, std::vector<bool>& taken) {
    for (const bool may_share : {false, true}) {
        for (std::size_t i = 0; i < breakdown.innermost.size(); ++i) {
            if (taken[i] && !may_share) continue;
            const double passes = passes_of(code, breakdown.innermost[i]);
            if (passes <= 0) continue;
            taken[i] = true;
            code.innermost = i;
            code.passes = passes;
            code.chain_cycles = breakdown.innermost[i].chain_cycles * passes;
            return;
        }
    }
}

}  // namespace

double CodeLoopReport::bound_cycles() const { return std::max({port_cycles, issue_cycles, chain_cycles}); }

std::string CodeLoopReport::bound_by() const {
    if (chain_cycles > port_cycles && chain_cycles > issue_cycles) return "latency of sums";
    return port_cycles >= issue_cycles ? "ports" : "issue width";
}

std::vector<CodeLoopReport> report_code(const std::string& assembly, const std::string& name,
                                        const costmodel::Breakdown& breakdown, const costmodel::Model& model) {
    const targets::Assembly code = targets::read_assembly(assembly);
    std::vector<features::LoopCode> counts = features::inner_loops(code);
    std::vector<CodeLoopReport> reports;
    std::vector<bool> taken(breakdown.innermost.size(), false);
    for (const targets::CodeFunction& function : code.functions) {
        for (const targets::CodeLoop& loop : function.loops) {
            if (!loop.is_innermost) continue;
            CodeLoopReport report;
            report.counts = counts[reports.size()];
            report.mix = features::mix_of_code(function, loop);
            report.lines = lines_of(function, loop);
            report.is_pack = std::any_of(beside_kernels.begin(), beside_kernels.end(),
                                         [&](const char* kind) { return function.name.starts_with(name + kind); });
            const costmodel::PortModel& ports = model.ports.at(features::Element::f32, report.mix.bits);
            report.port_cycles = costmodel::port_cycles(ports, report.mix.each);
            report.issue_cycles = costmodel::issue_slots(ports, report.mix.each) / model.issue_width;
            if (!report.is_pack) match(report, breakdown, taken);
            reports.push_back(std::move(report));
        }
    }
    return reports;
}

}  // namespace saku::tuner
