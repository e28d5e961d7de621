// Parts of an access that only depend on its slopes in the loops around: shared by both producers of loop tables.
//
// `slope(i)` is the slope of one dimension in the loop at position i of the chain (outermost first).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "features/loop_table.h"
#include "ir/index.h"

namespace saku::features {

/// A loop around the place that a table is being made for, outermost first in a chain.
struct EnclosingLoop {
    ir::VarId variable = 0;
    std::int64_t extent = 1;
    int table_loop = no_loop;  ///< position in `LoopTable::loops`; no_loop: folded into the row
    bool is_vector = false;    ///< the folded loop whose iterations are lanes
};

/// The loop of the chain whose iterations are lanes; null without one.
inline const EnclosingLoop* vector_loop(std::span<const EnclosingLoop> chain) {
    const auto found =
        std::find_if(chain.begin(), chain.end(), [](const EnclosingLoop& loop) { return loop.is_vector; });
    return found == chain.end() ? nullptr : &*found;
}

/// floor of what is not negative; beyond 2^53 there are no fractions.
inline double whole_part(double value) {
    return value < 0x1p53 ? static_cast<double>(static_cast<std::int64_t>(value)) : value;
}

/// Of two steps (not negative) the one that reaches the positions of both: their greatest common divisor while they are
/// whole numbers, else the smaller.
inline double common_step(double a, double b) {
    if (a == 0 || a == b) return b;
    if (a != whole_part(a) || b != whole_part(b)) return std::min(a, b);
    if (a == 1 || b == 1) return 1;
    while (b != 0) {
        const double rest = a - b * whole_part(a / b);
        a = b;
        b = rest;
    }
    return a;
}

/// What the folded loops make of one dimension in one execution of the row; without the lanes if asked.
template <class Slope>
Box box_of(double constant, const Slope& slope, double reach, std::span<const EnclosingLoop> chain, bool with_lanes) {
    Box box{.low = constant, .span = 0, .points = 1, .reach = reach};
    double step = 0;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const EnclosingLoop& loop = chain[i];
        if (loop.table_loop != no_loop || loop.extent <= 1 || (loop.is_vector && !with_lanes)) continue;
        const double own = slope(i);
        if (own == 0) continue;
        const double far = own * static_cast<double>(loop.extent - 1);
        box.low += std::min(far, 0.0);
        box.span += std::abs(far);
        box.points *= static_cast<double>(loop.extent);
        step = common_step(step, std::abs(own));
    }
    if (step > 0) box.points = std::min(box.points, whole_part(box.span / step) + 1);
    return box;
}

}  // namespace saku::features
