#include "targets/runs_here.h"

#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/TargetParser/Triple.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "targets/llvm/codegen.h"

namespace saku::targets {

namespace {

/// Beginnings of the names of instruction sets that compiled arithmetic uses. The rest of what a processor name implies
/// is for systems (clzero, pku, mwaitx, ...); virtual machines hide those, and no kernel needs them.
constexpr std::array<std::string_view, 17> arithmetic{"sve",  "avx",   "sse",     "ssse", "fma",   "f16c",
                                                      "bmi",  "lzcnt", "popcnt",  "xop",  "movbe", "tbm",
                                                      "gfni", "vaes",  "vpclmul", "amx",  "egpr"};

bool is_arithmetic(std::string_view feature) {
    return std::any_of(arithmetic.begin(), arithmetic.end(),
                       [&](std::string_view start) { return feature.starts_with(start); });
}

}  // namespace

Fitted<Done> runs_here(const Codegen& codegen) {
    SAKU_TRY(machine, target_machine(codegen));
    const llvm::Triple here(llvm::sys::getProcessTriple());
    const llvm::Triple wanted(codegen.triple);
    if (wanted.getArch() != here.getArch() || wanted.getOS() != here.getOS())
        return NotApplicable{"code for another processor", wanted.str() + ", this computer is " + here.str()};
    const llvm::StringMap<bool> host = llvm::sys::getHostCPUFeatures();
    const llvm::MCSubtargetInfo& subtarget = *machine->getMCSubtargetInfo();
    std::string missing;
    for (const llvm::SubtargetFeatureKV& feature : subtarget.getAllProcessorFeatures()) {
        if (!subtarget.getFeatureBits().test(feature.Value)) continue;
        if (!is_arithmetic(feature.Key)) continue;
        // On x86 the list says yes or no to everything it knows, on Arm it only names what is there.
        const auto found = host.find(feature.Key);
        if (found == host.end() ? !here.isAArch64() : found->second) continue;
        missing += std::string(missing.empty() ? "" : ", ") + feature.Key;
    }
    if (!missing.empty())
        return NotApplicable{"code for another processor", "instructions that this computer lacks: " + missing};
    return Done{};
}

}  // namespace saku::targets
