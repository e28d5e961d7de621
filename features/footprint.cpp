#include "features/footprint.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace saku::features {

namespace {

/// What is known of the current group inside one loop.
struct Node {
    bool touched;
    int children;
    bool moves;
    Hull body;
    PerDimension back;  ///< smallest and largest step of the loop along each dimension
    PerDimension forth;
    double align;  ///< largest power of two that divides the loop's steps, in bytes
};

class GroupMeasure {
public:
    GroupMeasure(const LoopTable& table, std::span<const double> trips, const MemoryUnits& units, Footprints& out)
        : table_(table), trips_(trips), units_(units), out_(out) {
        nodes_[0].touched = false;
        for (std::size_t loop = 0; loop < table.loops.size(); ++loop) nodes_[loop + 1].touched = false;
    }

    /// Begins a group; its touches follow.
    void begin(int buffer) {
        buffer_ = &table_.buffers[static_cast<std::size_t>(buffer)];
        dimensions_ = buffer_->dimension_count;
        reach_.fill(1);
        align_ = 4096;
        innermost_ = -1;
    }

    /// Adds one access: marks the loops around it and stretches the hull of the innermost one.
    PerGrain touch(const Row& row, const Access& access) {
        const int position = row.loop + 1;
        for (int at = position;; at = table_.loops[static_cast<std::size_t>(at - 1)].parent + 1) {
            mark(at);
            if (at == 0) break;
        }
        Hull hull;
        const Box* boxes = &table_.boxes[static_cast<std::size_t>(access.first_box)];
        for (int d = 0; d < dimensions_; ++d) {
            const auto i = static_cast<std::size_t>(d);
            hull.low[i] = boxes[d].low;
            hull.high[i] = boxes[d].low + boxes[d].span;
            hull.points[i] = boxes[d].points;
            reach_[i] = std::max(reach_[i], boxes[d].reach);
            align_ = std::min(align_, lowest_bit(std::abs(boxes[d].low) * stride_bytes(d)));
        }
        for (int t = access.first_term; t < access.first_term + access.term_count; ++t) {
            const Term& term = table_.terms[static_cast<std::size_t>(t)];
            Node& node = nodes_[static_cast<std::size_t>(term.loop) + 1];
            const auto d = static_cast<std::size_t>(term.dimension);
            node.back[d] = std::min(node.back[d], term.coefficient);
            node.forth[d] = std::max(node.forth[d], term.coefficient);
            node.moves = true;
            node.align = std::min(node.align, lowest_bit(std::abs(term.coefficient) * stride_bytes(term.dimension)));
        }
        merge(nodes_[static_cast<std::size_t>(position)], hull);
        return measured(hull, std::max(access.alignment_bytes, 1)).count;
    }

    /// Appends the group's uses, inner loops first; false when there is no room.
    bool finish(Group& group) {
        group.first_use = out_.use_count;
        spread_alignment();
        for (int at = innermost_; at >= 0; --at) {
            Node& node = nodes_[static_cast<std::size_t>(at)];
            if (!node.touched) continue;
            if (out_.use_count >= max_uses) return false;
            use_of_[static_cast<std::size_t>(at)] = out_.use_count;
            add_use(at, node);
            node.touched = false;
        }
        group.use_count = out_.use_count - group.first_use;
        for (int u = group.first_use; u < out_.use_count; ++u) {
            Use& use = out_.uses[static_cast<std::size_t>(u)];
            if (use.loop == no_loop) continue;
            use.parent = use_of_[static_cast<std::size_t>(parent_position(use.loop + 1))];
        }
        return true;
    }

    [[nodiscard]] int use_at(int loop) const { return use_of_[static_cast<std::size_t>(loop) + 1]; }

private:
    [[nodiscard]] double stride_bytes(int d) const {
        const Dimension& dimension = table_.dimensions[static_cast<std::size_t>(buffer_->first_dimension + d)];
        return static_cast<double>(dimension.stride) * buffer_->element_bytes;
    }

    [[nodiscard]] int parent_position(int position) const {
        return table_.loops[static_cast<std::size_t>(position - 1)].parent + 1;
    }

    void mark(int at) {
        Node& node = nodes_[static_cast<std::size_t>(at)];
        innermost_ = std::max(innermost_, at);
        if (node.touched) return;
        node.touched = true;
        node.children = 0;
        node.moves = false;
        node.align = 4096;
        node.back.fill(0);
        node.forth.fill(0);
    }

    void merge(Node& node, const Hull& hull) const {
        if (node.children++ == 0) {
            node.body = hull;
        } else {
            widen(node.body, hull, dimensions_);
        }
    }

    /// Turns each node's alignment of its own steps into that of the places where its iterations begin.
    void spread_alignment() {
        for (int at = 0; at <= innermost_; ++at) {
            Node& node = nodes_[static_cast<std::size_t>(at)];
            if (!node.touched) continue;
            const double outside = at == 0 ? std::min(align_, static_cast<double>(64))
                                           : nodes_[static_cast<std::size_t>(parent_position(at))].align;
            node.align = std::min(node.align, outside);
        }
    }

    void add_use(int at, const Node& node) {
        Use& use = out_.uses[static_cast<std::size_t>(out_.use_count++)];
        use = Use{.loop = at - 1, .parent = -1, .children = node.children, .moves = node.moves};
        const Measured body = measured(node.body, node.align);
        use.body = body.count;
        use.body_pressure = body.pressure;
        use.full = use.body;
        use.full_pressure = use.body_pressure;
        if (at > 0) {
            Node& parent = nodes_[static_cast<std::size_t>(parent_position(at))];
            if (node.moves) {
                const Hull stretched = stretch(node, trips_[static_cast<std::size_t>(at - 1)]);
                const Measured full = measured(stretched, parent.align);
                use.full = full.count;
                use.full_pressure = full.pressure;
                merge(parent, stretched);
            } else {
                merge(parent, node.body);
            }
        }
    }

    [[nodiscard]] Hull stretch(const Node& node, double trips) const {
        Hull hull = node.body;
        const double steps = std::max(0.0, trips - 1);
        for (std::size_t d = 0; d < static_cast<std::size_t>(dimensions_); ++d) {
            if (node.back[d] == 0 && node.forth[d] == 0) continue;
            hull.low[d] += steps * node.back[d];
            hull.high[d] += steps * node.forth[d];
            hull.points[d] *= std::max(1.0, trips);
        }
        return hull;
    }

    [[nodiscard]] Measured measured(const Hull& hull, double align) const {
        const std::span<const Dimension> all(table_.dimensions);
        return measure(hull, reach_,
                       all.subspan(static_cast<std::size_t>(buffer_->first_dimension),
                                   static_cast<std::size_t>(buffer_->dimension_count)),
                       buffer_->element_bytes, align, units_);
    }

    const LoopTable& table_;
    std::span<const double> trips_;
    const MemoryUnits& units_;
    Footprints& out_;
    const Buffer* buffer_ = nullptr;
    int dimensions_ = 0;
    PerDimension reach_{};
    double align_ = 4096;
    int innermost_ = -1;
    std::array<Node, max_loops + 1> nodes_;
    std::array<int, max_loops + 1> use_of_;
};

/// The accesses of each buffer as linked lists, in program order.
struct AccessLists {
    std::array<int, max_buffers> head;
    std::array<int, max_touches> next;
    std::array<int, max_touches> row_of;
    std::array<bool, max_buffers> reads;
    std::array<bool, max_buffers> writes;
};

bool list_accesses(const LoopTable& table, AccessLists& lists) {
    if (table.accesses.size() > max_touches || table.buffers.size() > max_buffers) return false;
    lists.head.fill(-1);
    lists.reads.fill(false);
    lists.writes.fill(false);
    for (std::size_t r = table.rows.size(); r-- > 0;) {
        const Row& row = table.rows[r];
        if (row.kind == RowKind::prefetch) continue;
        for (int a = row.first_access + row.access_count - 1; a >= row.first_access; --a) {
            const Access& access = table.accesses[static_cast<std::size_t>(a)];
            if (!in_memory(table, access)) continue;
            const auto buffer = static_cast<std::size_t>(access.buffer);
            lists.next[static_cast<std::size_t>(a)] = lists.head[buffer];
            lists.row_of[static_cast<std::size_t>(a)] = static_cast<int>(r);
            lists.head[buffer] = a;
            lists.reads[buffer] = lists.reads[buffer] || access.reads;
            lists.writes[buffer] = lists.writes[buffer] || access.writes;
        }
    }
    return true;
}

void add_bytes(const Group& group, const MemoryUnits& units, Footprints& out) {
    const PerGrain bytes{units.line_bytes, units.page_bytes};
    for (int u = group.first_use; u < group.first_use + group.use_count; ++u) {
        const Use& use = out.uses[static_cast<std::size_t>(u)];
        const auto position = static_cast<std::size_t>(use.loop + 1);
        for (std::size_t g = 0; g < grain_count; ++g) {
            out.body_bytes[position][g] += use.body[g] * bytes[g];
            out.full_bytes[position][g] += use.full[g] * bytes[g];
        }
    }
}

}  // namespace

bool measure_footprints(const LoopTable& table, std::span<const double> trips, const MemoryUnits& units,
                        Footprints& out) {
    AccessLists lists;
    if (table.loops.size() > max_loops || !list_accesses(table, lists)) return false;
    out.group_count = out.use_count = out.touch_count = 0;
    for (std::size_t position = 0; position <= table.loops.size(); ++position) {
        out.body_bytes[position] = {};
        out.full_bytes[position] = {};
    }
    GroupMeasure measure(table, trips, units, out);
    for (std::size_t buffer = 0; buffer < table.buffers.size(); ++buffer) {
        if (lists.head[buffer] < 0) continue;
        const bool both = lists.reads[buffer] && lists.writes[buffer];
        for (int pass = 0; pass < (both ? 2 : 1); ++pass) {
            Group& group = out.groups[static_cast<std::size_t>(out.group_count++)];
            group = Group{.buffer = static_cast<int>(buffer),
                          .writes_only = pass == 1,
                          .reads = lists.reads[buffer] && pass == 0,
                          .writes = lists.writes[buffer],
                          .first_touch = out.touch_count};
            measure.begin(group.buffer);
            for (int a = lists.head[buffer]; a >= 0; a = lists.next[static_cast<std::size_t>(a)]) {
                const Access& access = table.accesses[static_cast<std::size_t>(a)];
                if (pass == 1 && !access.writes) continue;
                if (out.touch_count >= max_touches) return false;
                const Row& row = table.rows[static_cast<std::size_t>(lists.row_of[static_cast<std::size_t>(a)])];
                Touch& touch = out.touches[static_cast<std::size_t>(out.touch_count++)];
                touch =
                    Touch{.use = row.loop, .phase = row.phase, .share = row.share, .lines = measure.touch(row, access)};
            }
            group.touch_count = out.touch_count - group.first_touch;
            if (!measure.finish(group)) return false;
            for (int t = group.first_touch; t < out.touch_count; ++t) {
                Touch& touch = out.touches[static_cast<std::size_t>(t)];
                touch.use = measure.use_at(touch.use);
                // The same place, measured with the same alignment: the first misses of a loop are its body's lines.
                const Use& use = out.uses[static_cast<std::size_t>(touch.use)];
                if (use.children == 1) touch.lines = use.body;
            }
            if (pass == 0) add_bytes(group, units, out);
        }
    }
    return true;
}

}  // namespace saku::features
