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
    bool has_only_loop;  ///< the last child was a loop, and `only` what it touches
    Measured only;
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
        const std::span<const Dimension> all(table_.dimensions);
        layout_ = all.subspan(static_cast<std::size_t>(buffer_->first_dimension),
                              static_cast<std::size_t>(buffer_->dimension_count));
        for (std::size_t d = 0; d < layout_.size(); ++d) {
            stride_bytes_[d] = static_cast<double>(layout_[d].stride) * buffer_->element_bytes;
            reach_[d] = 1;
        }
        align_ = 64;
        innermost_ = 0;
    }

    /// Adds one access: marks the loops around it and widens the hull of the innermost one.
    void touch(const Row& row, const Access& access) {
        const int position = row.loop + 1;
        for (int at = position;; at = parent_position(at)) {
            mark(at);
            if (at == 0) break;
        }
        const Box* boxes = table_.boxes.data() + access.first_box;
        for (std::size_t d = 0; d < layout_.size(); ++d) {
            reach_[d] = std::max(reach_[d], boxes[d].reach);
            if (boxes[d].low != 0) align_ = std::min(align_, lowest_bit(std::abs(boxes[d].low) * stride_bytes_[d]));
        }
        for (int t = access.first_term; t < access.first_term + access.term_count; ++t) {
            const Term& term = table_.terms[static_cast<std::size_t>(t)];
            Node& node = nodes_[static_cast<std::size_t>(term.loop) + 1];
            const auto d = static_cast<std::size_t>(term.dimension);
            node.back[d] = std::min(node.back[d], term.coefficient);
            node.forth[d] = std::max(node.forth[d], term.coefficient);
            node.moves = true;
            node.align = std::min(node.align, lowest_bit(std::abs(term.coefficient) * stride_bytes_[d]));
        }
        merge(nodes_[static_cast<std::size_t>(position)], hull_of(access));
    }

    /// What one execution of an access's row touches.
    [[nodiscard]] PerGrain lines_of(const Access& access) const {
        return measured(hull_of(access), std::max(access.alignment_bytes, 1)).count;
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
    [[nodiscard]] Hull hull_of(const Access& access) const {
        Hull hull;
        const Box* boxes = table_.boxes.data() + access.first_box;
        for (std::size_t d = 0; d < layout_.size(); ++d) {
            hull.low[d] = boxes[d].low;
            hull.high[d] = boxes[d].low + boxes[d].span;
            hull.points[d] = boxes[d].points;
        }
        return hull;
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
        node.has_only_loop = false;
        node.align = 4096;
        std::fill_n(node.back.begin(), layout_.size(), 0.0);
        std::fill_n(node.forth.begin(), layout_.size(), 0.0);
    }

    void merge(Node& node, const Hull& hull) const {
        const int dimensions = static_cast<int>(layout_.size());
        if (node.children++ == 0) {
            copy(hull, node.body, dimensions);
        } else {
            widen(node.body, hull, dimensions);
        }
    }

    /// Turns each node's alignment of its own steps into that of the places where its iterations begin.
    void spread_alignment() {
        for (int at = 0; at <= innermost_; ++at) {
            Node& node = nodes_[static_cast<std::size_t>(at)];
            if (!node.touched) continue;
            const double outside = at == 0 ? align_ : nodes_[static_cast<std::size_t>(parent_position(at))].align;
            node.align = std::min(node.align, outside);
        }
    }

    void add_use(int at, const Node& node) {
        Use& use = out_.uses[static_cast<std::size_t>(out_.use_count++)];
        use.loop = at - 1;
        use.parent = -1;
        use.children = node.children;
        use.moves = node.moves;
        // A loop that is the only child has been measured already: its box is this body's.
        use.body = node.has_only_loop && node.children == 1 ? node.only : measured(node.body, node.align);
        use.full = use.body;
        if (at == 0) return;
        Node& parent = nodes_[static_cast<std::size_t>(parent_position(at))];
        if (node.moves) {
            const Hull stretched = stretch(node, trips_[static_cast<std::size_t>(at - 1)]);
            use.full = measured(stretched, parent.align);
            merge(parent, stretched);
        } else {
            merge(parent, node.body);
        }
        parent.has_only_loop = true;
        parent.only = use.full;
    }

    [[nodiscard]] Hull stretch(const Node& node, double trips) const {
        Hull hull;
        copy(node.body, hull, static_cast<int>(layout_.size()));
        const double steps = std::max(0.0, trips - 1);
        for (std::size_t d = 0; d < layout_.size(); ++d) {
            if (node.back[d] == 0 && node.forth[d] == 0) continue;
            hull.low[d] += steps * node.back[d];
            hull.high[d] += steps * node.forth[d];
            hull.points[d] *= std::max(1.0, trips);
        }
        return hull;
    }

    [[nodiscard]] Measured measured(const Hull& hull, double align) const {
        return measure(hull, reach_, layout_, buffer_->element_bytes, align, units_);
    }

    const LoopTable& table_;
    std::span<const double> trips_;
    const MemoryUnits& units_;
    Footprints& out_;
    const Buffer* buffer_ = nullptr;
    std::span<const Dimension> layout_;
    PerDimension stride_bytes_{};
    PerDimension reach_{};
    double align_ = 64;  ///< of the buffer's start and the constants of its subscripts, in bytes
    int innermost_ = 0;
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
            out.body_bytes[position][g] += use.body.count[g] * bytes[g];
            out.full_bytes[position][g] += use.full.count[g] * bytes[g];
        }
    }
}

}  // namespace

namespace {

/// One pass over the accesses of a buffer: all, or the writes only.
bool measure_group(const LoopTable& table, const AccessLists& lists, std::size_t buffer, bool writes_only,
                   GroupMeasure& measure, Footprints& out) {
    Group& group = out.groups[static_cast<std::size_t>(out.group_count++)];
    group = Group{.buffer = static_cast<int>(buffer),
                  .writes_only = writes_only,
                  .reads = lists.reads[buffer] && !writes_only,
                  .writes = lists.writes[buffer],
                  .first_use = 0,
                  .use_count = 0,
                  .first_touch = out.touch_count,
                  .touch_count = 0};
    const auto counts = [&](int a) { return !writes_only || table.accesses[static_cast<std::size_t>(a)].writes; };
    measure.begin(group.buffer);
    for (int a = lists.head[buffer]; a >= 0; a = lists.next[static_cast<std::size_t>(a)]) {
        if (!counts(a)) continue;
        const Row& row = table.rows[static_cast<std::size_t>(lists.row_of[static_cast<std::size_t>(a)])];
        measure.touch(row, table.accesses[static_cast<std::size_t>(a)]);
        ++group.touch_count;
    }
    if (out.touch_count + group.touch_count > max_touches || !measure.finish(group)) return false;
    for (int a = lists.head[buffer]; a >= 0; a = lists.next[static_cast<std::size_t>(a)]) {
        if (!counts(a)) continue;
        const Row& row = table.rows[static_cast<std::size_t>(lists.row_of[static_cast<std::size_t>(a)])];
        const int use = measure.use_at(row.loop);
        const Use& around = out.uses[static_cast<std::size_t>(use)];
        // An only child is its loop's body, measured with the same alignment: first misses are the body's lines.
        out.touches[static_cast<std::size_t>(out.touch_count++)] =
            Touch{.use = use,
                  .phase = row.phase,
                  .share = row.share,
                  .lines = around.children == 1 ? around.body.count
                                                : measure.lines_of(table.accesses[static_cast<std::size_t>(a)])};
    }
    return true;
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
        const std::size_t first = static_cast<std::size_t>(out.group_count);
        if (!measure_group(table, lists, buffer, false, measure, out)) return false;
        add_bytes(out.groups[first], units, out);
        const bool both = lists.reads[buffer] && lists.writes[buffer];
        if (both && !measure_group(table, lists, buffer, true, measure, out)) return false;
    }
    return true;
}

}  // namespace saku::features
