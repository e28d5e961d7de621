// What unrolled loops make of one access: straight code that names an element for each of their iterations.
#pragma once

#include <cstdint>
#include <span>

#include "ir/index.h"

namespace saku::ir {

struct UnrolledLoop {
    VarId variable;
    std::int64_t extent = 1;
};

/// Emission copies the bodies of loops at the borders of padding (targets/llvm/interior.h), but not where the copies of
/// one padded access read more places than this, and no borders of more iterations, unless bodies have no more vectors
/// than the third of these; and no bodies of more vectors than the last. Pricing counts on all four.
inline constexpr double most_padded_reads = 48;
inline constexpr std::int64_t most_border_iterations = 2;
inline constexpr std::int64_t short_body = 16;
inline constexpr std::int64_t most_copied_vectors = 512;

/// Elements among those that the copies of an access name: the three taps of a window at eight neighbouring places are
/// ten, not 24. An upper bound where subscripts leave gaps, or hold floors or remainders.
[[nodiscard]] double distinct_copies(std::span<const Index> subscripts, std::span<const UnrolledLoop> unrolled);

}  // namespace saku::ir
