// The functions of the kernel ABI (docs/kernel-abi.md) as an LLVM module.
#pragma once

#include <llvm/IR/Module.h>

#include <memory>
#include <string>

#include "base/result.h"
#include "ir/loop_nest.h"
#include "targets/llvm/plan.h"
#include "targets/machine.h"

namespace saku::targets {

/// Kernel, pack, conversion and size functions; target attributes set, not yet optimised.
[[nodiscard]] Fitted<std::unique_ptr<llvm::Module>> build_module(llvm::LLVMContext& context, const ir::LoopNest& nest,
                                                                 const EmissionPlan& plan, const Codegen& codegen,
                                                                 const std::string& name);

}  // namespace saku::targets
