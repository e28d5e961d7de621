// LLVM's side of emission: target machines, the fixed pass list, object and assembly output.
#pragma once

#include <llvm/IR/Module.h>
#include <llvm/Target/TargetMachine.h>

#include <memory>
#include <string>

#include "base/result.h"
#include "targets/machine.h"

namespace saku::targets {

/// A target machine for the triple, processor and features; NotApplicable when this LLVM does not know them.
[[nodiscard]] Fitted<std::unique_ptr<llvm::TargetMachine>> target_machine(const Codegen& codegen);

/// Can the target load some lanes of a vector without a branch for each?
[[nodiscard]] bool has_masked_loads(const llvm::TargetMachine& machine);

/// Does the target keep masks in registers of their own, so that choosing zeros costs no instruction?
[[nodiscard]] bool has_mask_registers(const llvm::TargetMachine& machine);

/// The fixed pass list: the nest alone decides the code's shape, so there are no loop or SLP vectorisers, no unroller,
/// no inliner; only clean-up that a hand-written kernel would not need.
void optimise(llvm::Module& module, llvm::TargetMachine& target);

enum class OutputKind : std::uint8_t { object, assembly };
[[nodiscard]] std::string generate(llvm::Module& module, llvm::TargetMachine& target, OutputKind kind);

/// Bytes of machine code in an object that `generate` made.
[[nodiscard]] std::int64_t code_bytes(const std::string& object);

}  // namespace saku::targets
