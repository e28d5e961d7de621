#include "tuner/table_lines.h"

#include <algorithm>
#include <cmath>

namespace saku::tuner {

namespace {

using features::Access;
using features::EnclosingLoop;
using features::no_loop;

/// What the chain makes of one dimension. Without initial values, like the array of them.
struct Dimension {
    double low;
    double span;
    double points;
    double reach;
    double step;         ///< common to the loops of straight code, lanes included
    double copied;       ///< points of the copies of straight code, lanes apart
    double copied_step;  ///< ... and what they are apart
    double copied_span;
};

/// Distinct positions of `points` that lie within a span at multiples of a step.
double distinct(double points, double span, double step) {
    return step > 0 ? std::min(points, features::whole_part(span / step) + 1) : points;
}

void add_slope(const EnclosingLoop& loop, double slope, Dimension& to) {
    const double far = slope * static_cast<double>(loop.extent - 1);
    to.reach += std::abs(far);
    if (loop.table_loop != no_loop) return;
    to.low += std::min(far, 0.0);
    to.span += std::abs(far);
    to.points *= static_cast<double>(loop.extent);
    to.step = features::common_step(to.step, std::abs(slope));
    if (loop.is_vector) return;
    to.copied_span += std::abs(far);
    to.copied *= static_cast<double>(loop.extent);
    to.copied_step = features::common_step(to.copied_step, std::abs(slope));
}

/// Appends the boxes; gives the elements that copies of straight code name by dimension.
double add_boxes(Production& work, const Lines& lines) {
    std::array<Dimension, features::max_dimensions> dimensions;
    for (std::size_t d = 0; d < lines.dimensions; ++d) {
        dimensions[d] = {.low = lines.constant[d],
                         .span = 0,
                         .points = 1,
                         .reach = 1,
                         .step = 0,
                         .copied = 1,
                         .copied_step = 0,
                         .copied_span = 0};
    }
    for (const Slope& slope : lines.slopes)
        add_slope(work.scratch.chain[slope.chain], slope.positions, dimensions[slope.dimension]);
    double by_dimension = 1;
    std::vector<features::Box>& boxes = work.table.boxes;
    const std::size_t first = boxes.size();
    boxes.resize(first + lines.dimensions);
    for (std::size_t d = 0; d < lines.dimensions; ++d) {
        const Dimension& made = dimensions[d];
        double reach = made.reach;
        if (!lines.is_spread) {
            const auto extent = static_cast<double>(dimension_of(work, lines, d).extent);
            reach = std::clamp(reach, 1.0, std::max(1.0, extent));
        }
        by_dimension *= distinct(made.copied, made.copied_span, made.copied_step);
        boxes[first + d] = {
            .low = made.low, .span = made.span, .points = distinct(made.points, made.span, made.step), .reach = reach};
    }
    return by_dimension;
}

/// Elements that the copies of straight code name, repetitions included.
double named_by(const Production& work, const Lines& lines) {
    std::uint32_t moving = 0;  // loops that do, by position in the chain
    for (const Slope& slope : lines.slopes) moving |= std::uint32_t{1} << slope.chain;
    double named = 1;
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    for (std::size_t i = chain.size(); i-- > 0 && chain[i].table_loop == no_loop;) {
        if (!chain[i].is_vector && (moving >> i & 1) != 0) named *= static_cast<double>(chain[i].extent);
    }
    return named;
}

/// The terms of the table's loops, inner loops first.
void add_terms(Production& work, const Lines& lines) {
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    for (std::size_t end = lines.slopes.size(); end > 0;) {
        std::size_t begin = end;
        while (begin > 0 && lines.slopes[begin - 1].chain == lines.slopes[end - 1].chain) --begin;
        const int loop = chain[lines.slopes[begin].chain].table_loop;
        for (std::size_t i = begin; i < end && loop != no_loop; ++i) {
            work.table.terms.push_back({.loop = loop,
                                        .dimension = static_cast<int>(lines.slopes[i].dimension),
                                        .coefficient = lines.slopes[i].positions});
        }
        end = begin;
    }
}

/// Neighbouring elements that the copies of straight code name.
double columns_of(const Lines& lines, const std::vector<EnclosingLoop>& chain) {
    double columns = 1;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const bool goes_along = chain[i].table_loop == no_loop && !chain[i].is_vector && lines.step[i] == 1;
        if (goes_along) columns = std::max(columns, static_cast<double>(chain[i].extent));
    }
    return columns;
}

/// The largest power of two that divides the places of straight code, in elements; 4096 at most.
std::int64_t aligned_elements(const Lines& lines, const std::vector<EnclosingLoop>& chain, bool contiguous) {
    constexpr std::int64_t limit = 4096;
    std::int64_t bits = lines.offset | limit;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        if (!contiguous || !chain[i].is_vector) bits |= lines.step[i];
    }
    return bits & -bits;
}

}  // namespace

features::Access& add_lines(Production& work, const Lines& lines, Use use) {
    static_assert(max_slots <= 32, "positions in the chain are bits of a number");
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    features::LoopTable& table = work.table;
    Access made{.buffer = lines.buffer,
                .reads = use.reads,
                .writes = use.writes,
                .first_box = static_cast<int>(table.boxes.size()),
                .first_term = static_cast<int>(table.terms.size())};
    for (std::size_t i = 0; i < chain.size(); ++i) {
        if (!chain[i].is_vector) continue;
        made.stride = static_cast<double>(lines.step[i]);
        made.lanes = lines.step[i] == 0   ? features::Lanes::broadcast
                     : lines.step[i] == 1 ? features::Lanes::contiguous
                                          : features::Lanes::strided;
    }
    if (made.lanes == features::Lanes::strided) made.columns = columns_of(lines, chain);
    const std::int64_t elements = aligned_elements(lines, chain, made.lanes == features::Lanes::contiguous);
    const int bytes = table.buffers[static_cast<std::size_t>(lines.buffer)].element_bytes;
    made.alignment_bytes = static_cast<int>(std::min<std::int64_t>(64, elements * bytes));
    const double named = named_by(work, lines);
    made.references = std::min(named, add_boxes(work, lines));
    made.repeats = named / made.references;
    add_terms(work, lines);
    made.term_count = static_cast<int>(table.terms.size()) - made.first_term;
    table.accesses.push_back(made);
    return table.accesses.back();
}

}  // namespace saku::tuner
