#include "tuner/table_lines.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace saku::tuner {

namespace {

using features::Access;
using features::EnclosingLoop;
using features::no_loop;

double reach_of(const Production& work, const Lines& lines, std::size_t d) {
    double reach = 1;
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        reach += std::abs(lines.slope[d][i]) * static_cast<double>(chain[i].extent - 1);
    }
    if (lines.is_spread) return reach;
    return std::clamp(reach, 1.0, std::max(1.0, static_cast<double>(dimension_of(work, lines, d).extent)));
}

struct References {
    double named = 1;
    double distinct = 1;
};

References references_of(const Production& work, const Lines& lines) {
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    References result;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        if (chain[i].table_loop != no_loop || chain[i].is_vector) continue;
        bool moves = false;
        for (std::size_t d = 0; d < lines.dimensions; ++d) moves = moves || lines.slope[d][i] != 0;
        if (moves) result.named *= static_cast<double>(chain[i].extent);
    }
    double by_dimension = 1;
    for (std::size_t d = 0; d < lines.dimensions; ++d) {
        const auto slope = [&](std::size_t i) { return lines.slope[d][i]; };
        by_dimension *=
            features::box_of(lines.constant[d], slope, 1, std::span<const EnclosingLoop>(chain), false).points;
    }
    result.distinct = std::min(result.named, by_dimension);
    return result;
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
    const References references = references_of(work, lines);
    Access made{.buffer = lines.buffer,
                .reads = use.reads,
                .writes = use.writes,
                .references = references.distinct,
                .repeats = references.named / references.distinct,
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
    for (std::size_t d = 0; d < lines.dimensions; ++d) {
        const auto slope = [&](std::size_t i) { return lines.slope[d][i]; };
        table.boxes.push_back(features::box_of(lines.constant[d], slope, reach_of(work, lines, d),
                                               std::span<const EnclosingLoop>(chain), true));
    }
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
