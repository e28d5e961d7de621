#include "targets/llvm/codegen.h"

#include <llvm/Analysis/CGSCCPassManager.h>
#include <llvm/Analysis/LoopAnalysisManager.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Object/ObjectFile.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/TargetParser/Triple.h>
#include <llvm/Transforms/InstCombine/InstCombine.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/GVN.h>
#include <llvm/Transforms/Scalar/LICM.h>
#include <llvm/Transforms/Scalar/LoopPassManager.h>
#include <llvm/Transforms/Scalar/SROA.h>
#include <llvm/Transforms/Scalar/SimplifyCFG.h>

#include "base/check.h"

namespace saku::targets {

namespace {

/// Registers LLVM's back ends, once a process.
void initialise_targets() {
    static const bool done = [] {
        llvm::InitializeAllTargetInfos();
        llvm::InitializeAllTargets();
        llvm::InitializeAllTargetMCs();
        llvm::InitializeAllAsmPrinters();
        llvm::InitializeAllAsmParsers();
        return true;
    }();
    static_cast<void>(done);
}

}  // namespace

Fitted<std::unique_ptr<llvm::TargetMachine>> target_machine(const Codegen& codegen) {
    initialise_targets();
    std::string message;
    const llvm::Target* target = llvm::TargetRegistry::lookupTarget(codegen.triple, message);
    if (target == nullptr) return NotApplicable{"target not supported by LLVM", message};
    llvm::TargetOptions options;
    options.AllowFPOpFusion = llvm::FPOpFusion::Standard;
    std::unique_ptr<llvm::TargetMachine> machine(
        target->createTargetMachine(codegen.triple, codegen.cpu, codegen.features, options, llvm::Reloc::PIC_,
                                    llvm::CodeModel::Small, llvm::CodeGenOptLevel::Aggressive));
    if (machine == nullptr) return NotApplicable{"target not supported by LLVM", codegen.triple};
    if (!machine->getMCSubtargetInfo()->isCPUStringValid(codegen.cpu)) {
        return NotApplicable{"processor not known to LLVM", codegen.cpu};
    }
    return machine;
}

bool has_masked_loads(const llvm::TargetMachine& machine) {
    return machine.getTargetTriple().isX86() && machine.getMCSubtargetInfo()->checkFeatures("+avx");
}

bool has_mask_registers(const llvm::TargetMachine& machine) {
    return machine.getTargetTriple().isX86() && machine.getMCSubtargetInfo()->checkFeatures("+avx512vl");
}

void optimise(llvm::Module& module, llvm::TargetMachine& target) {
    llvm::LoopAnalysisManager loops;
    llvm::FunctionAnalysisManager functions;
    llvm::CGSCCAnalysisManager components;
    llvm::ModuleAnalysisManager modules;
    llvm::PassBuilder passes(&target);
    passes.registerModuleAnalyses(modules);
    passes.registerCGSCCAnalyses(components);
    passes.registerFunctionAnalyses(functions);
    passes.registerLoopAnalyses(loops);
    passes.crossRegisterProxies(loops, functions, components, modules);

    llvm::FunctionPassManager list;
    list.addPass(llvm::SROAPass(llvm::SROAOptions::PreserveCFG));
    list.addPass(llvm::EarlyCSEPass(true));
    list.addPass(llvm::InstCombinePass());
    list.addPass(llvm::SimplifyCFGPass());
    list.addPass(llvm::createFunctionToLoopPassAdaptor(
        llvm::LICMPass(
            llvm::LICMOptions(/*MssaOptCap=*/100, /*MssaNoAccForPromotionCap=*/250, /*AllowSpeculation=*/true)),
        /*UseMemorySSA=*/true));
    list.addPass(llvm::GVNPass());
    list.addPass(llvm::InstCombinePass());
    list.addPass(llvm::SimplifyCFGPass());
    llvm::ModulePassManager all;
    all.addPass(llvm::createModuleToFunctionPassAdaptor(std::move(list)));
    all.run(module, modules);
}

std::string generate(llvm::Module& module, llvm::TargetMachine& target, OutputKind kind) {
    llvm::SmallVector<char, 0> bytes;
    llvm::raw_svector_ostream stream(bytes);
    llvm::legacy::PassManager passes;
    const auto type =
        kind == OutputKind::object ? llvm::CodeGenFileType::ObjectFile : llvm::CodeGenFileType::AssemblyFile;
    const bool unsupported = target.addPassesToEmitFile(passes, stream, nullptr, type);
    SAKU_CHECK(!unsupported, "LLVM cannot write this kind of file");
    passes.run(module);
    return {bytes.begin(), bytes.end()};
}

std::int64_t code_bytes(const std::string& object) {
    auto file = llvm::object::ObjectFile::createObjectFile(llvm::MemoryBufferRef(object, "object"));
    SAKU_CHECK(static_cast<bool>(file), "LLVM cannot read the object it wrote");
    std::uint64_t bytes = 0;
    for (const llvm::object::SectionRef& section : (*file)->sections()) {
        if (section.isText()) bytes += section.getSize();
    }
    return static_cast<std::int64_t>(bytes);
}

}  // namespace saku::targets
