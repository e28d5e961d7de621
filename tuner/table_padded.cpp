#include "tuner/table_padded.h"

#include <array>
#include <cstdint>

#include "features/padding.h"
#include "tuner/table_lines.h"

namespace saku::tuner {

namespace {

using features::EnclosingLoop;

/// Subscripts, as they are written, over the chain.
struct Places {
    static constexpr std::size_t most_dimensions = 16;  // of operators (ir/operator_check.cpp)
    FixedVector<features::Move, most_dimensions * max_slots> moves;
    std::array<features::Subscript, most_dimensions> subscripts;
    std::size_t count = 0;
};

/// Appends a subscript that a loop at position i of the chain moves by `step(i)`.
template <class Step>
void add_subscript(const Production& work, const TemplateDimension& dimension, std::int64_t constant, const Step& step,
                   Places& places) {
    const std::size_t first = places.moves.size();
    for (std::size_t i = 0; i < work.scratch.chain.size(); ++i) {
        if (const std::int64_t positions = step(i); positions != 0)
            places.moves.push_back({.loop = i, .step = positions});
    }
    places.subscripts[places.count++] = {
        .constant = constant, .extent = dimension.extent, .moves = {places.moves.begin() + first, places.moves.end()}};
}

/// What an axis is made of here: the values of its parts are sums over its loops, which are numbered from the
/// outermost.
struct FusedAxis {
    const FusedParts* parts = nullptr;  ///< null: not fused
    ir::VarId next = 0;                 ///< the number of the axis' next loop of the chain
};

/// The subscripts of an access of an argument.
void fill_places(Production& work, const TemplateAccess& access, Guarding guarded, Places& places) {
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    std::array<FusedAxis, max_axes> axes;
    for (std::size_t a = 0; a < work.sketch.axes.size(); ++a) {
        if (is_fused(work, static_cast<int>(a)) && access.is_moved_by[a])
            axes[a].parts = &fused_parts(work, static_cast<int>(a), guarded);
    }
    std::array<ir::VarId, max_slots> number{};  // of a loop of the chain among those of its axis
    for (std::size_t i = 0; i < chain.size(); ++i)
        number[i] = axes[static_cast<std::size_t>(work.slots[static_cast<std::size_t>(chain[i].variable)].axis)].next++;
    for (const TemplateDimension& dimension : access.dimensions) {
        std::int64_t constant = dimension.constant;
        const auto times = [&](std::size_t a, std::size_t p) {
            return dimension.by_part[static_cast<std::size_t>(work.shape.parts_of_axis[a][p])];
        };
        for (std::size_t a = 0; a < work.sketch.axes.size(); ++a) {
            if (axes[a].parts == nullptr) continue;
            for (std::size_t p = 0; p < axes[a].parts->parts.size(); ++p)
                constant += times(a, p) * axes[a].parts->parts[p].constant();
        }
        const auto step = [&](std::size_t i) {
            const Slot& slot = work.slots[static_cast<std::size_t>(chain[i].variable)];
            const auto a = static_cast<std::size_t>(slot.axis);
            if (!access.is_moved_by[a]) return std::int64_t{0};
            if (axes[a].parts == nullptr) return times(a, 0) * slot.coefficient;
            std::int64_t sum = 0;
            for (std::size_t p = 0; p < axes[a].parts->parts.size(); ++p) {
                if (times(a, p) != 0) sum += times(a, p) * axes[a].parts->parts[p].coefficient(number[i]);
            }
            return sum;
        };
        add_subscript(work, dimension, constant, step, places);
    }
}

/// The subscripts of a region's copy, in the order of the tensor's dimensions.
void fill_region(const Production& work, const CopyState& copy, const TemplateAccess& access, Places& places) {
    const std::vector<EnclosingLoop>& chain = work.scratch.chain;
    std::array<std::size_t, Places::most_dimensions> copied{};  // position in the copy of a dimension of the tensor
    for (std::size_t d = 0; d < copy.order.size(); ++d) copied[static_cast<std::size_t>(copy.order[d])] = d;
    const bool has_lanes = chain.back().variable == extra_slot;
    for (std::size_t of = 0; of < access.dimensions.size(); ++of) {
        const TemplateDimension& dimension = access.dimensions[of];
        const std::size_t d = copied[of];
        const bool is_last = d + 1 == copy.shape.size();
        const auto step = [&](std::size_t i) -> std::int64_t {
            const int slot = chain[i].variable;
            if (slot <= copy.place) {
                const Slot& outer = work.slots[static_cast<std::size_t>(slot)];
                const int part = work.shape.parts_of_axis[static_cast<std::size_t>(outer.axis)].back();
                return dimension.by_part[static_cast<std::size_t>(part)] * outer.coefficient;
            }
            if (slot == extra_slot) return is_last ? copy.leap[d] : 0;
            if (slot != copy.copying[d]) return 0;
            return copy.leap[d] * (is_last && has_lanes ? chain.back().extent : 1);
        };
        add_subscript(work, dimension, copy.low[d], step, places);
    }
}

/// The same over the layout's dimensions and over memory.
void fill_lines(const Production& work, const TemplateAccess& access, const Places& places, Lines& lines) {
    lines.buffer = access.buffer;
    lines.dimensions = access.order.size();
    std::fill_n(lines.step.begin(), work.scratch.chain.size(), 0);
    for (std::size_t of = 0; of < places.count; ++of) {
        const std::int64_t stride = access.dimensions[of].stride;
        lines.offset += places.subscripts[of].constant * stride;
        for (const features::Move& move : places.subscripts[of].moves) lines.step[move.loop] += move.step * stride;
    }
    std::array<const features::Move*, features::max_dimensions> next;
    const auto subscript = [&](std::size_t d) { return places.subscripts[static_cast<std::size_t>(access.order[d])]; };
    for (std::size_t d = 0; d < lines.dimensions; ++d) {
        lines.constant[d] = static_cast<double>(subscript(d).constant);
        next[d] = subscript(d).moves.data();
    }
    for (std::size_t i = 0; i < work.scratch.chain.size(); ++i) {
        for (std::size_t d = 0; d < lines.dimensions; ++d) {
            const auto& moves = subscript(d).moves;
            if (next[d] == moves.data() + moves.size() || next[d]->loop != i) continue;
            push_slope(lines, i, d, static_cast<double>(next[d]++->step));
        }
    }
}

void add_places(Production& work, const TemplateAccess& access, const Places& places, bool padded, Use use) {
    Lines lines;
    fill_lines(work, access, places, lines);
    features::Access& made = add_lines(work, lines, use);
    if (!padded) return;
    const features::Padding padding =
        features::padding_of({places.subscripts.data(), places.count}, made.references, work.scratch.chain);
    made.lanes_inside = padding.lanes_inside;
    made.padded = padding.references;
    made.tests = padding.tests;
    made.lane_tests = padding.lane_tests;
    made.masks = padding.masks;
}

}  // namespace

void add_padded(Production& work, const TemplateAccess& access, Use use, Guarding guarded) {
    Places places;
    fill_places(work, access, guarded, places);
    add_places(work, access, places, true, use);
}

void add_straight_region(Production& work, const CopyState& copy, const TemplateAccess& access, bool padded) {
    Places places;
    fill_region(work, copy, access, places);
    add_places(work, access, places, padded, {.reads = true, .writes = false});
}

}  // namespace saku::tuner
