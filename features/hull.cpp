#include "features/hull.h"

#include <algorithm>
#include <bit>

#include "features/access_shape.h"

namespace saku::features {

namespace {

double rounded_up(double value) {
    const double whole = whole_part(value);
    return whole < value ? whole + 1 : whole;
}

/// Sets hit by so many rows one step apart, in units of the sets that one row hits.
double distinct_sets(double count, double shift, double cycle, double line_bytes) {
    if (shift == 0) return 1;
    if (shift < line_bytes) return std::clamp(count * shift / line_bytes, 1.0, std::max(1.0, count));
    return std::max(1.0, std::min(count, cycle));
}

/// Works out what is kept beside the positions.
void settle(Side& side, const Step& neighbours, double reach, const MemoryUnits& units) {
    const double width = std::min(side.high - side.low + 1, std::max(1.0, reach));  // last tiles stick out
    const double used = std::min(width, side.points);
    side.count = 1;
    if (used <= 1 || reach <= 1) return;
    const auto take = [&](const Step& step) {
        side.count = std::min(used, reach);
        side.step_bytes = step.bytes;
        side.align = step.align;
        for (std::size_t c = 0; c < set_caches; ++c) {
            if (units.sets[c] > 0)
                side.sets[c] = distinct_sets(side.count, step.shift[c], step.cycle[c], units.line_bytes);
        }
    };
    if (used >= width) return take(neighbours);
    Step apart = step_of(neighbours.bytes * ((width - 1) / (used - 1)), units);
    // On the average: every place is a whole number of neighbours away from the first.
    apart.align = std::max(apart.align, neighbours.align);
    take(apart);
}

void settle_changed(Hull& hull, const Frame& frame, const MemoryUnits& units) {
    for (std::uint32_t left = hull.changed; left != 0; left &= left - 1) {
        const auto d = static_cast<std::size_t>(std::countr_zero(left));
        settle(hull.sides[d], frame.neighbours[d], frame.reach[d], units);
    }
    hull.changed = 0;
}

struct Rows {
    double per_run = 1;  ///< units of one run
    double count = 1;    ///< runs
    double run_bytes = 0;
    std::size_t first;  ///< the first dimension that multiplies rows
};

Rows rows_of(const Hull& hull, const Frame& frame, double align, double unit_bytes) {
    Rows rows{.first = frame.dimensions};
    double run_bytes = frame.element_bytes;
    std::size_t d = 0;
    for (; d < frame.dimensions; ++d) {
        const Side& side = hull.sides[d];
        if (side.count <= 1) continue;
        if (side.step_bytes >= run_bytes + unit_bytes) break;
        run_bytes += (side.count - 1) * side.step_bytes;
    }
    rows.first = d;
    rows.run_bytes = run_bytes;
    for (; d < frame.dimensions; ++d) {
        const Side& side = hull.sides[d];
        if (side.count <= 1) continue;
        rows.count *= side.count;
        align = std::min(align, side.align);
    }
    rows.per_run = align >= unit_bytes ? rounded_up(run_bytes / unit_bytes)
                                       : std::max(1.0, (run_bytes + unit_bytes - align) / unit_bytes);
    return rows;
}

}  // namespace

Step step_of(double bytes, const MemoryUnits& units) {
    Step step{.bytes = bytes, .align = lowest_bit(bytes), .shift = {}, .cycle = {}};
    for (std::size_t c = 0; c < set_caches; ++c) {
        if (units.sets[c] <= 0) continue;
        const double period = units.sets[c] * units.line_bytes;
        double shift = bytes;
        if (shift >= period) shift -= period * whole_part(shift / period);
        step.shift[c] = std::min(shift, period - shift);
        step.cycle[c] = period / std::max(units.line_bytes, lowest_bit(step.shift[c]));
    }
    return step;
}

void fill(Hull& hull, std::span<const Box> boxes) {
    for (std::size_t d = 0; d < boxes.size(); ++d) {
        Side& side = hull.sides[d];
        side.low = boxes[d].low;
        side.high = boxes[d].low + boxes[d].span;
        side.points = boxes[d].points;
    }
    hull.changed = (std::uint32_t{1} << boxes.size()) - 1;
}

void widen(Hull& hull, const Hull& other, std::size_t dimensions) {
    for (std::size_t d = 0; d < dimensions; ++d) {
        Side& side = hull.sides[d];
        const Side& with = other.sides[d];
        const bool same = side.low == with.low && side.high == with.high;
        const double points = same ? std::max(side.points, with.points) : side.points + with.points;
        if (same && points == side.points) continue;
        side.points = points;
        side.low = std::min(side.low, with.low);
        side.high = std::max(side.high, with.high);
        hull.changed |= std::uint32_t{1} << d;
    }
}

void stretch(Hull& hull, std::size_t dimension, double back, double forth, double trips) {
    if (back == 0 && forth == 0) return;
    Side& side = hull.sides[dimension];
    const double steps = std::max(0.0, trips - 1);
    side.low += steps * back;
    side.high += steps * forth;
    side.points *= std::max(1.0, trips);
    hull.changed |= std::uint32_t{1} << dimension;
}

PerGrain count_units(Hull& hull, const Frame& frame, double align, const MemoryUnits& units) {
    settle_changed(hull, frame, units);
    const Rows lines = rows_of(hull, frame, align, units.line_bytes);
    const Rows pages = rows_of(hull, frame, align, units.page_bytes);
    return {lines.count * lines.per_run, pages.count * pages.per_run};
}

Runs runs_of(Hull& hull, const Frame& frame, const MemoryUnits& units) {
    settle_changed(hull, frame, units);
    const Rows lines = rows_of(hull, frame, 1, units.line_bytes);
    return {.lines = lines.run_bytes / units.line_bytes, .count = lines.count};
}

Measured measure(Hull& hull, const Frame& frame, double align, const MemoryUnits& units) {
    settle_changed(hull, frame, units);
    const Rows lines = rows_of(hull, frame, align, units.line_bytes);
    const Rows pages = rows_of(hull, frame, align, units.page_bytes);
    Measured measured{};
    measured.count = {lines.count * lines.per_run, pages.count * pages.per_run};
    for (std::size_t c = 0; c < set_caches; ++c) {
        if (units.sets[c] <= 0) continue;
        double covered = std::min(units.sets[c], lines.per_run);
        for (std::size_t d = lines.first; d < frame.dimensions; ++d) {
            if (hull.sides[d].count > 1) covered = std::min(units.sets[c], covered * hull.sides[d].sets[c]);
        }
        measured.pressure[c] = measured.count[0] / covered;
    }
    return measured;
}

}  // namespace saku::features
