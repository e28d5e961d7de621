#include "ir/unrolled_copies.h"

#include <algorithm>
#include <cmath>

namespace saku::ir {

namespace {

/// Values of one subscript.
double distinct_values(const Index& subscript, std::span<const UnrolledLoop> unrolled) {
    double span = 1;
    double copies = 1;
    for (const UnrolledLoop& loop : unrolled) {
        if (!subscript.uses(loop.variable)) continue;
        const auto extent = static_cast<double>(loop.extent);
        copies *= extent;
        span += std::abs(static_cast<double>(subscript.coefficient(loop.variable))) * (extent - 1);
    }
    return subscript.is_affine() ? std::min(span, copies) : copies;
}

}  // namespace

double distinct_copies(std::span<const Index> subscripts, std::span<const UnrolledLoop> unrolled) {
    double copies = 1;
    for (const UnrolledLoop& loop : unrolled) {
        if (uses(subscripts, loop.variable)) copies *= static_cast<double>(loop.extent);
    }
    double distinct = 1;
    for (const Index& subscript : subscripts) distinct *= distinct_values(subscript, unrolled);
    return std::min(distinct, copies);
}

}  // namespace saku::ir
