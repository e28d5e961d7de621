// Lanes that lie rows apart, in straight code that goes along the rows: blocks of rows are loaded and transposed.
#pragma once

#include "targets/llvm/place.h"

namespace saku::targets {

/// The elements that the lanes read, all of which are known to be inside the buffer. Null where no unrolled loop around
/// goes along the rows by at least four elements. Its other iterations emit the same loads and shuffles again, of other
/// columns; common subexpressions are merged afterwards, so that each block is loaded once.
[[nodiscard]] llvm::Value* load_from_rows(Frame& frame, const ir::Access& access, const Place& place,
                                          const Lanes& lanes);

}  // namespace saku::targets
