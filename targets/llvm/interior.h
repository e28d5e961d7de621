// Where a loop needs no tests: the iterations in which padded reads and guards certainly hold.
#pragma once

#include <optional>

#include "targets/llvm/frame.h"

namespace saku::targets {

/// A loop cut into iterations with tests before, iterations without any, and iterations with tests behind.
///
///     for y < 56 { .. in[y + u - 1] pad 0 .. }   =>   y = 0 | y = 1 .. 54 | y = 55
///
/// The parts join without gaps; any may be empty.
struct LoopParts {
    ir::Interval before;
    ir::Interval inside;
    ir::Interval behind;
};

/// Nothing where no test depends on the loop, or where copies of the body are not worth their code: bodies of more than
/// `ir::most_copied_vectors` vectors, or in which the unrolled copies of one padded access read more than `ir::most_padded_reads`
/// places; borders of more than `ir::most_border_iterations` on a side (fewer become straight code, in which most of
/// their tests are decided), unless the body has no loops and the inside is at least half of the iterations. In bodies
/// with loops only padded reads count: guards there choose between tiles, outside the reduction.
[[nodiscard]] std::optional<LoopParts> parts_of(const Frame& frame, const ir::Loop& loop);

}  // namespace saku::targets
