// Expressions as LLVM values.
#pragma once

#include "targets/llvm/frame.h"

namespace saku::targets {

/// The element an access names, from memory or from a register tile.
[[nodiscard]] llvm::Value* read(Frame& frame, const ir::Access& access, const Lanes& lanes, llvm::Value* mask);

/// The expression's value in every lane. Lanes outside `mask` give any value.
[[nodiscard]] llvm::Value* evaluate(Frame& frame, const ir::Expr& expr, const Lanes& lanes, llvm::Value* mask);

/// update(old, value); sums of products become fused multiply-adds where the target has them.
[[nodiscard]] llvm::Value* combine(Frame& frame, ir::Update update, llvm::Value* old_value, const ir::Expr& value,
                                   const Lanes& lanes, llvm::Value* mask);

}  // namespace saku::targets
