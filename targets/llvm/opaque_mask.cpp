#include "targets/llvm/opaque_mask.h"

#include <llvm/IR/InlineAsm.h>

namespace saku::targets {

llvm::Value* opaque_mask(Frame& frame, llvm::Value* mask) {
    auto* constant = llvm::dyn_cast<llvm::Constant>(mask);
    if (constant == nullptr || !frame.plan.has_mask_registers || constant->isAllOnesValue()) return mask;
    const unsigned lanes = llvm::cast<llvm::FixedVectorType>(mask->getType())->getNumElements();
    constexpr unsigned bits = 32;
    if (lanes > bits) return mask;
    // At the top of the function, where it is made once; all that are alike become one.
    llvm::BasicBlock& entry = frame.function->getEntryBlock();
    llvm::IRBuilder<> b(&entry, entry.getFirstInsertionPt());
    llvm::Value* number = b.CreateZExt(b.CreateBitCast(constant, b.getIntNTy(lanes)), b.getInt32Ty());
    auto* type = llvm::FunctionType::get(b.getInt32Ty(), {b.getInt32Ty()}, false);
    // No instruction: the same register in and out.
    llvm::CallInst* hidden = b.CreateCall(llvm::InlineAsm::get(type, "", "=r,0", false), {number});
    hidden->setDoesNotAccessMemory();
    hidden->setDoesNotThrow();
    return b.CreateBitCast(b.CreateTrunc(hidden, b.getIntNTy(lanes)), mask->getType());
}

}  // namespace saku::targets
