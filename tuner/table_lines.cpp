#include "tuner/table_lines.h"

#include <algorithm>
#include <cmath>

namespace saku::tuner {

namespace {

using features::Access;
using features::EnclosingLoop;
using features::no_loop;

/// What the chain makes of one dimension.
struct Dimension {
    features::Box box;
    double points = 1;  ///< of the copies of straight code, lanes apart
    double step = 0;
    double span = 0;
};

Dimension dimension(const Production& work, const Lines& lines, std::size_t d) {
    Dimension made{.box = {.low = lines.constant[d], .span = 0, .points = 1, .reach = 1}};
    double step = 0;
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const double slope = lines.slope[d][i];
        if (slope == 0) continue;
        const EnclosingLoop& loop = chain[i];
        const double far = slope * static_cast<double>(loop.extent - 1);
        made.box.reach += std::abs(far);
        if (loop.table_loop != no_loop) continue;
        made.box.low += std::min(far, 0.0);
        made.box.span += std::abs(far);
        made.box.points *= static_cast<double>(loop.extent);
        step = features::common_step(step, std::abs(slope));
        if (loop.is_vector) continue;
        made.span += std::abs(far);
        made.points *= static_cast<double>(loop.extent);
        made.step = features::common_step(made.step, std::abs(slope));
    }
    if (step > 0) made.box.points = std::min(made.box.points, std::floor(made.box.span / step) + 1);
    if (made.step > 0) made.points = std::min(made.points, std::floor(made.span / made.step) + 1);
    if (!lines.is_spread) {
        const auto extent = static_cast<double>(dimension_of(work, lines, d).extent);
        made.box.reach = std::clamp(made.box.reach, 1.0, std::max(1.0, extent));
    }
    return made;
}

/// Elements that the copies of straight code name, repetitions included.
double named_by(const Production& work, const Lines& lines) {
    double named = 1;
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    for (std::size_t i = chain.size(); i-- > 0 && chain[i].table_loop == no_loop;) {
        if (chain[i].is_vector) continue;
        bool moves = false;
        for (std::size_t d = 0; d < lines.dimensions; ++d) moves = moves || lines.slope[d][i] != 0;
        if (moves) named *= static_cast<double>(chain[i].extent);
    }
    return named;
}

std::int64_t lowest_bit(std::int64_t value) {
    constexpr std::int64_t limit = 4096;
    return value == 0 ? limit : std::min(limit, value & -value);
}
}  // namespace

const features::Dimension& dimension_of(const Production& work, const Lines& lines, std::size_t d) {
    const features::Buffer& buffer = work.table.buffers[static_cast<std::size_t>(lines.buffer)];
    return work.table.dimensions[static_cast<std::size_t>(buffer.first_dimension) + d];
}

features::Access& add_lines(Production& work, const Lines& lines, Use use) {
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    features::LoopTable& table = work.table;
    const double named = named_by(work, lines);
    Access made{.buffer = lines.buffer,
                .reads = use.reads,
                .writes = use.writes,
                .first_box = static_cast<int>(table.boxes.size()),
                .first_term = static_cast<int>(table.terms.size())};
    std::int64_t elements = lowest_bit(lines.offset);
    for (std::size_t i = 0; i < chain.size(); ++i) {
        if (chain[i].is_vector) {
            made.stride = static_cast<double>(lines.step[i]);
            made.lanes = lines.step[i] == 0   ? features::Lanes::broadcast
                         : lines.step[i] == 1 ? features::Lanes::contiguous
                                              : features::Lanes::strided;
            if (made.lanes == features::Lanes::contiguous) continue;
        }
        elements = std::min(elements, lowest_bit(lines.step[i]));
    }
    const int bytes = table.buffers[static_cast<std::size_t>(lines.buffer)].element_bytes;
    made.alignment_bytes = static_cast<int>(std::min<std::int64_t>(64, elements * bytes));
    double by_dimension = 1;
    for (std::size_t d = 0; d < lines.dimensions; ++d) {
        const Dimension along = dimension(work, lines, d);
        by_dimension *= along.points;
        table.boxes.push_back(along.box);
    }
    made.references = std::min(named, by_dimension);
    made.repeats = named / made.references;
    for (std::size_t i = chain.size(); i-- > 0;) {
        if (chain[i].table_loop == no_loop) continue;
        for (std::size_t d = 0; d < lines.dimensions; ++d) {
            if (lines.slope[d][i] == 0) continue;
            table.terms.push_back(
                {.loop = chain[i].table_loop, .dimension = static_cast<int>(d), .coefficient = lines.slope[d][i]});
        }
    }
    made.term_count = static_cast<int>(table.terms.size()) - made.first_term;
    table.accesses.push_back(made);
    return table.accesses.back();
}

}  // namespace saku::tuner
