// Lanes that name elements apart from each other, as few loads of neighbouring elements and shuffles: strided vectors
// (x*2 + v), reversed ones, and rows that follow each other at known distances. Without LLVM: only the plan.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ir/index.h"

namespace saku::targets {

/// Loads of `width` elements each, and from which of them every lane takes its element.
struct WideLoads {
    std::vector<std::int64_t> starts;  ///< first element of each load, counted as the positions are
    std::vector<int> load;             ///< by lane: index into starts
    std::vector<int> element;          ///< by lane: element within that load, 0 .. width-1
};

/// Covers `positions` (of one lane each, elements counted from anywhere) with loads that stay within `readable`. Where
/// there is room the first starts at a multiple of `period`, the stride of the lanes or 1, so that accesses to
/// neighbouring elements (x*2, x*2 + 1) name the same loads. Positions themselves must be readable. Nothing when no
/// load fits, or when so many are needed that loading lane by lane is as good.
[[nodiscard]] std::optional<WideLoads> cover(const std::vector<std::int64_t>& positions, int width,
                                             ir::Interval readable, std::int64_t period);

}  // namespace saku::targets
