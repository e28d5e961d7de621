// Transposing a block of vectors in registers.
#pragma once

#include <llvm/IR/IRBuilder.h>

#include <vector>

namespace saku::targets {

/// Takes R vectors of C floats, gives C vectors of R' floats: element r of result c is element c of input r. R' is R
/// rounded up to a power of two; C is a power of two. Null inputs stand for rows of undefined contents; not all are.
/// Each C rows take log2(C) rounds of C two-input shuffles, moves of blocks of 16 bytes, then unpacks inside them, none of
/// which needs a register of indices.
[[nodiscard]] std::vector<llvm::Value*> transpose(llvm::IRBuilder<>& builder, std::vector<llvm::Value*> rows,
                                                  int columns);

}  // namespace saku::targets
