#include "targets/emit.h"

#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Transforms/Utils/Cloning.h>

#include "base/check.h"
#include "targets/llvm/codegen.h"
#include "targets/llvm/kernel_functions.h"
#include "targets/llvm/plan.h"

namespace saku::targets {

namespace {

void check_module(const llvm::Module& module) {
    std::string complaint;
    llvm::raw_string_ostream stream(complaint);
    const bool is_broken = llvm::verifyModule(module, &stream);
    SAKU_CHECK(!is_broken, complaint);
}

std::string text_of(const llvm::Module& module) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    module.print(stream, nullptr);
    return text;
}

}  // namespace

Fitted<Emitted> emit(const ir::LoopNest& nest, const Codegen& codegen, const EmitOptions& options) {
    SAKU_TRY(plan, plan_emission(nest, codegen));
    SAKU_TRY(target, target_machine(codegen));
    plan.has_masked_loads = has_masked_loads(*target);
    plan.has_mask_registers = has_mask_registers(*target);
    llvm::LLVMContext context;
    SAKU_TRY(module, build_module(context, nest, plan, codegen, options.name));
    module->setTargetTriple(codegen.triple);
    module->setDataLayout(target->createDataLayout());
    module->setPICLevel(llvm::PICLevel::BigPIC);
    check_module(*module);
    optimise(*module, *target);

    Emitted emitted{.object = {},
                    .code_bytes = 0,
                    .assembly = {},
                    .llvm_ir = options.llvm_ir ? text_of(*module) : std::string(),
                    .workspace_bytes = plan.shared_bytes + plan.private_bytes,
                    .shared_workspace_bytes = plan.shared_bytes,
                    .private_workspace_bytes = plan.private_bytes,
                    .packed_bytes = plan.packed_bytes};
    // Code generation changes the module: each output starts from a copy, so that both are of the same code.
    if (options.assembly) {
        const std::unique_ptr<llvm::Module> copy = llvm::CloneModule(*module);
        emitted.assembly = generate(*copy, *target, OutputKind::assembly);
    }
    if (options.object) {
        emitted.object = generate(*module, *target, OutputKind::object);
        emitted.code_bytes = code_bytes(emitted.object);
    }
    return emitted;
}

}  // namespace saku::targets
