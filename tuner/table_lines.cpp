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
    int folded;  ///< loops of straight code, lanes included, that move it
};

/// Distinct positions of `points` that lie within a span at multiples of a step.
double distinct(double points, double span, double step) {
    return step > 0 ? std::min(points, features::whole_part(span / step) + 1) : points;
}

/// A loop of straight code moves the dimension by `far` in all.
void add_folded(const EnclosingLoop& loop, double far, double slope, Dimension& to) {
    const double step = std::abs(slope);
    const double span = std::abs(far);
    const auto extent = static_cast<double>(loop.extent);
    to.low += std::min(far, 0.0);
    to.span += span;
    to.points *= extent;
    to.step = to.folded++ == 0 ? step : features::common_step(to.step, step);
    if (loop.is_vector) return;
    to.copied_span += span;
    to.copied *= extent;
    to.copied_step = features::common_step(to.copied_step, step);
}

/// What straight code names.
struct Named {
    double references = 1;   ///< distinct elements, by dimension
    double occurrences = 1;  ///< repetitions included
    std::size_t terms = 0;   ///< slopes of loops of the table
};

/// Appends the boxes. `folded` is where the straight code of the chain begins.
Named add_boxes(Production& work, const Lines& lines, std::size_t folded) {
    std::array<Dimension, features::max_dimensions> dimensions;
    for (std::size_t d = 0; d < lines.dimensions; ++d) {
        dimensions[d] = {.low = lines.constant[d],
                         .span = 0,
                         .points = 1,
                         .reach = 1,
                         .step = 0,
                         .copied = 1,
                         .copied_step = 0,
                         .copied_span = 0,
                         .folded = 0};
    }
    Named named;
    std::size_t last = max_slots;  // the loop of the slope before
    for (const Slope& slope : lines.slopes) {
        const EnclosingLoop& loop = work.scratch.chain[slope.chain];
        Dimension& to = dimensions[slope.dimension];
        const double far = slope.positions * static_cast<double>(loop.extent - 1);
        to.reach += std::abs(far);
        if (loop.table_loop != no_loop) {
            ++named.terms;
            continue;
        }
        add_folded(loop, far, slope.positions, to);
        if (slope.chain >= folded && slope.chain != last && !loop.is_vector)
            named.occurrences *= static_cast<double>(loop.extent);
        last = slope.chain;
    }
    std::vector<features::Box>& boxes = work.table.boxes;
    const std::size_t first = boxes.size();
    boxes.resize(first + lines.dimensions);
    const features::Dimension* const layout = lines.dimensions > 0 ? &dimension_of(work, lines, 0) : nullptr;
    for (std::size_t d = 0; d < lines.dimensions; ++d) {
        const Dimension& made = dimensions[d];
        double reach = made.reach;
        if (!lines.is_spread) reach = std::clamp(reach, 1.0, std::max(1.0, static_cast<double>(layout[d].extent)));
        // Whole steps of one loop come to as many positions as it has iterations.
        const bool is_one_loop = made.folded <= 1 && !lines.is_spread;
        named.references *= is_one_loop ? made.copied : distinct(made.copied, made.copied_span, made.copied_step);
        boxes[first + d] = {.low = made.low,
                            .span = made.span,
                            .points = is_one_loop ? made.points : distinct(made.points, made.span, made.step),
                            .reach = reach};
    }
    return named;
}

/// The terms of the table's loops, inner loops first; `count` of them.
void add_terms(Production& work, const Lines& lines, std::size_t count) {
    if (count == 0) return;
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    std::vector<features::Term>& terms = work.table.terms;
    const std::size_t first = terms.size();
    terms.resize(first + count);
    features::Term* next = terms.data() + first;
    const Slope* const slopes = lines.slopes.begin();
    for (const Slope* end = lines.slopes.end(); end != slopes;) {
        const Slope* begin = end - 1;
        const std::uint32_t position = begin->chain;
        while (begin != slopes && (begin - 1)->chain == position) --begin;
        const int loop = chain[position].table_loop;
        if (loop != no_loop) {
            for (const Slope* slope = begin; slope != end; ++slope) {
                *next++ = {
                    .loop = loop, .dimension = static_cast<int>(slope->dimension), .coefficient = slope->positions};
            }
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

}  // namespace

features::Access& add_lines(Production& work, const Lines& lines, Use use) {
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    features::LoopTable& table = work.table;
    Access& made = table.accesses.emplace_back();
    made.buffer = lines.buffer;
    made.reads = use.reads;
    made.writes = use.writes;
    made.first_box = static_cast<int>(table.boxes.size());
    made.first_term = static_cast<int>(table.terms.size());
    // The largest power of two that divides the places of straight code, in elements; 4096 at most. Neighbouring lanes
    // do not count.
    constexpr std::int64_t most_elements = 4096;
    std::int64_t bits = lines.offset | most_elements;
    std::size_t folded = 0;  // where the loops of straight code begin
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const EnclosingLoop& loop = chain[i];
        const std::int64_t step = lines.step[i];
        if (loop.table_loop != no_loop) folded = i + 1;
        if (loop.is_vector) {
            made.stride = static_cast<double>(step);
            made.lanes = step == 0   ? features::Lanes::broadcast
                         : step == 1 ? features::Lanes::contiguous
                                     : features::Lanes::strided;
            if (step == 1) continue;
        }
        bits |= step;
    }
    if (made.lanes == features::Lanes::strided) made.columns = columns_of(lines, chain);
    const int bytes = table.buffers[static_cast<std::size_t>(lines.buffer)].element_bytes;
    made.alignment_bytes = static_cast<int>(std::min<std::int64_t>(64, (bits & -bits) * bytes));
    const Named named = add_boxes(work, lines, folded);
    made.references = std::min(named.occurrences, named.references);
    made.repeats = named.occurrences / made.references;
    add_terms(work, lines, named.terms);
    made.term_count = static_cast<int>(named.terms);
    return made;
}

}  // namespace saku::tuner
