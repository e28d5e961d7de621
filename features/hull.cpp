#include "features/hull.h"

#include <algorithm>
#include <cstddef>

namespace saku::features {

namespace {

/// One dimension of a hull.
struct Stretch {
    double count;       ///< positions
    double step_bytes;  ///< between neighbours
};

/// floor and ceil of what is not negative; beyond 2^53 there are no fractions.
double whole_part(double value) {
    return value < 0x1p53 ? static_cast<double>(static_cast<std::int64_t>(value)) : value;
}
double rounded_up(double value) {
    const double whole = whole_part(value);
    return whole < value ? whole + 1 : whole;
}

/// Sets hit by rows `row.step_bytes` apart, in units of the sets that one row hits.
double distinct_sets(const Stretch& row, double sets, double line_bytes) {
    const double period = sets * line_bytes;
    double shift = row.step_bytes - period * whole_part(row.step_bytes / period);
    shift = std::min(shift, period - shift);
    if (shift == 0) return 1;
    if (shift < line_bytes) return std::clamp(row.count * shift / line_bytes, 1.0, std::max(1.0, row.count));
    const double cycle = period / std::max(line_bytes, lowest_bit(shift));
    return std::max(1.0, std::min(row.count, cycle));
}

struct Rows {
    double run_bytes = 0;
    double per_run = 1;     ///< units of one run
    double count = 1;       ///< runs
    std::size_t first = 0;  ///< the first stretch that multiplies rows
};

Rows rows_of(std::span<const Stretch> stretches, double element_bytes, double align, double unit_bytes) {
    Rows rows{.run_bytes = element_bytes, .first = stretches.size()};
    for (std::size_t d = 0; d < stretches.size(); ++d) {
        const Stretch& stretch = stretches[d];
        if (rows.first == stretches.size() && stretch.step_bytes < rows.run_bytes + unit_bytes) {
            rows.run_bytes += (stretch.count - 1) * stretch.step_bytes;
            continue;
        }
        rows.first = std::min(rows.first, d);
        rows.count *= stretch.count;
        align = std::min(align, lowest_bit(stretch.step_bytes));
    }
    rows.per_run = align >= unit_bytes ? rounded_up(rows.run_bytes / unit_bytes)
                                       : std::max(1.0, (rows.run_bytes + unit_bytes - align) / unit_bytes);
    return rows;
}

}  // namespace

double lowest_bit(double bytes) {
    constexpr double limit = 4096;
    if (bytes == 0) return limit;
    if (bytes > 1e15) return 1;
    const auto whole = static_cast<std::int64_t>(bytes);
    if (static_cast<double>(whole) != bytes) return 1;
    return std::min(limit, static_cast<double>(whole & -whole));
}

void copy(const Hull& from, Hull& to, int dimensions) {
    std::copy_n(from.low.begin(), dimensions, to.low.begin());
    std::copy_n(from.high.begin(), dimensions, to.high.begin());
    std::copy_n(from.points.begin(), dimensions, to.points.begin());
}

void widen(Hull& hull, const Hull& other, int dimensions) {
    for (std::size_t d = 0; d < static_cast<std::size_t>(dimensions); ++d) {
        const bool same = hull.low[d] == other.low[d] && hull.high[d] == other.high[d];
        hull.points[d] = same ? std::max(hull.points[d], other.points[d]) : hull.points[d] + other.points[d];
        hull.low[d] = std::min(hull.low[d], other.low[d]);
        hull.high[d] = std::max(hull.high[d], other.high[d]);
    }
}

Measured measure(const Hull& hull, const PerDimension& reach, std::span<const Dimension> dimensions,
                 double element_bytes, double align, const MemoryUnits& units) {
    std::array<Stretch, max_dimensions> storage;
    std::size_t count = 0;
    for (std::size_t d = 0; d < dimensions.size(); ++d) {
        const double width = hull.high[d] - hull.low[d] + 1;
        const double used = std::min(width, hull.points[d]);
        if (used <= 1 || reach[d] <= 1) continue;
        const double spacing = used < width ? (width - 1) / (used - 1) : 1;
        storage[count++] = {.count = std::min(used, reach[d]),
                            .step_bytes = static_cast<double>(dimensions[d].stride) * element_bytes * spacing};
    }
    const std::span<const Stretch> stretches(storage.data(), count);
    Measured measured{};
    const Rows lines = rows_of(stretches, element_bytes, align, units.line_bytes);
    const Rows pages = rows_of(stretches, element_bytes, align, units.page_bytes);
    measured.count = {lines.count * lines.per_run, pages.count * pages.per_run};
    for (std::size_t c = 0; c < set_caches; ++c) {
        if (units.sets[c] <= 0) continue;
        double covered = std::min(units.sets[c], lines.per_run);
        for (const Stretch& row : stretches.subspan(lines.first)) {
            covered = std::min(units.sets[c], covered * distinct_sets(row, units.sets[c], units.line_bytes));
        }
        measured.pressure[c] = measured.count[0] / covered;
    }
    return measured;
}

}  // namespace saku::features
