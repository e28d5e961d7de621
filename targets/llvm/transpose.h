// Transposing a block of vectors in registers.
#pragma once

#include <llvm/IR/IRBuilder.h>

#include <vector>

namespace saku::targets {

/// Takes R vectors of C floats, gives C vectors of R' floats: element r of result c is element c of input r. R' is R
/// rounded up to a power of two; C is a power of two. Null inputs stand for rows of undefined contents; not all are.
/// Each C rows take log2(C) rounds of C two-input shuffles, those inside 16 bytes first: unpacks, then moves of whole
/// blocks, none of which needs a register of indices.
[[nodiscard]] std::vector<llvm::Value*> transpose(llvm::IRBuilder<>& builder, std::vector<llvm::Value*> rows,
                                                  int columns);

}  // namespace saku::targets
