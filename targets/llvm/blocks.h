// Loops, guards and stores as control flow.
#pragma once

#include <string>

#include "targets/llvm/frame.h"

namespace saku::targets {

/// Emits a block at the builder's place, in scalar code.
void emit_block(Frame& frame, const ir::Block& block);

/// An empty block of the function, to be filled.
[[nodiscard]] llvm::BasicBlock* new_block(Frame& frame, const std::string& name);

/// Gives a variable its values for the nodes inside: registers its range, and takes it back on destruction.
class LoopScope {
public:
    LoopScope(Frame& frame, ir::VarId variable, ir::Interval range);
    ~LoopScope();
    LoopScope(const LoopScope&) = delete;
    LoopScope& operator=(const LoopScope&) = delete;
    void bind(llvm::Value* value);
    void bind(std::int64_t value);

private:
    Frame& frame_;
    ir::VarId variable_;
};

}  // namespace saku::targets
