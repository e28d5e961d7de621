#include "features/footprint.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace saku::features {

namespace {

/// What is known of the current group inside one loop. Without initial values, like the array of them.
struct Node {
    bool touched;
    bool has_only_loop;  ///< the last child was a loop, and `only` what it touches
    int children;
    int hull;             ///< of one iteration; position in `hulls_`
    std::uint32_t moved;  ///< bit d: the loop moves along dimension d
    double align;         ///< largest power of two that divides the loop's steps, in bytes
    Measured only;
    PerDimension back;  ///< smallest and largest step of the loop along each dimension that it moves along
    PerDimension forth;
};

class GroupMeasure {
public:
    GroupMeasure(const LoopTable& table, std::span<const double> trips, const MemoryUnits& units, Footprints& out)
        : table_(table), trips_(trips), units_(units), out_(out) {
        for (std::size_t position = 0; position <= table.loops.size(); ++position) nodes_[position].touched = false;
    }

    /// Begins a group; its touches follow.
    void begin(int number) {
        const Buffer& buffer = table_.buffers[static_cast<std::size_t>(number)];
        frame_.dimensions = static_cast<std::size_t>(buffer.dimension_count);
        frame_.element_bytes = buffer.element_bytes;
        for (std::size_t d = 0; d < frame_.dimensions; ++d) {
            const Dimension& dimension = table_.dimensions[static_cast<std::size_t>(buffer.first_dimension) + d];
            frame_.neighbours[d] = step_of(static_cast<double>(dimension.stride) * buffer.element_bytes, units_);
            frame_.reach[d] = 1;
            lowest_[d] = std::numeric_limits<double>::infinity();
            end_[d] = -lowest_[d];
        }
        align_ = 64;
        innermost_ = 0;
        hull_count_ = 0;
    }

    /// Adds one access: marks the loops around it and widens the hull of the innermost one.
    void touch(const Row& row, const Access& access) {
        const int position = row.loop + 1;
        innermost_ = std::max(innermost_, position);
        for (int at = position; !node_at(at).touched; at = parent_position(at)) {
            mark(node_at(at));
            if (at == 0) break;
        }
        const std::span<const Box> boxes = boxes_of(access);
        for (std::size_t d = 0; d < boxes.size(); ++d) {
            reach_to(d, boxes[d]);
            if (boxes[d].low != 0)
                align_ = std::min(align_, lowest_bit(std::abs(boxes[d].low) * frame_.neighbours[d].bytes));
        }
        for (int t = access.first_term; t < access.first_term + access.term_count; ++t) {
            const Term& term = table_.terms[static_cast<std::size_t>(t)];
            move(node_at(term.loop + 1), static_cast<std::size_t>(term.dimension), term.coefficient);
        }
        Node& node = node_at(position);
        if (node.children++ == 0) {
            node.hull = hull_count_++;
            fill(hull_of(node), boxes);
        } else {
            fill(temporary_, boxes);
            widen(hull_of(node), temporary_, frame_.dimensions);
        }
    }

    /// What one execution of an access's row touches.
    [[nodiscard]] PerGrain lines_of(const Access& access) {
        fill(temporary_, boxes_of(access));
        return count_units(temporary_, frame_, std::max(access.alignment_bytes, 1), units_);
    }

    /// Appends the group's uses, inner loops first; false when there is no room.
    bool finish(Group& group) {
        group.first_use = out_.use_count;
        spread_alignment();
        for (int at = innermost_; at >= 0; --at) {
            Node& node = node_at(at);
            if (!node.touched) continue;
            if (out_.use_count >= max_uses) return false;
            use_of_[static_cast<std::size_t>(at)] = out_.use_count;
            const bool walks = at == innermost_ && group.reads && !group.writes;
            if (walks) group.innermost = runs_of(hull_of(node), frame_, units_);
            add_use(at, node);
            if (walks && node.moved != 0)
                group.goes_on = goes_on(group.innermost, runs_of(hull_of(node), frame_, units_),
                                        trips_[static_cast<std::size_t>(at - 1)]);
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
    /// The widest reach; and of accesses that lie behind each other, such as what a partition leaves over, all of it.
    /// Single positions are no walk that anything goes on from: joined with what lies behind them, 1x1 convolutions are
    /// ranked a little worse.
    void reach_to(std::size_t d, const Box& box) {
        const double end = box.low + box.reach;
        const bool is_apart = box.low >= end_[d] || end <= lowest_[d];
        lowest_[d] = std::min(lowest_[d], box.low);
        end_[d] = std::max(end_[d], end);
        const bool goes_on = is_apart && frame_.reach[d] > 1;
        frame_.reach[d] = std::max(frame_.reach[d], goes_on ? end_[d] - lowest_[d] : box.reach);
    }

    [[nodiscard]] std::span<const Box> boxes_of(const Access& access) const {
        return {table_.boxes.data() + access.first_box, frame_.dimensions};
    }

    [[nodiscard]] Node& node_at(int position) { return nodes_[static_cast<std::size_t>(position)]; }
    [[nodiscard]] Hull& hull_of(const Node& node) { return hulls_[static_cast<std::size_t>(node.hull)]; }

    [[nodiscard]] int parent_position(int position) const {
        return table_.loops[static_cast<std::size_t>(position - 1)].parent + 1;
    }

    /// The loops around a marked one are marked too.
    static void mark(Node& node) {
        node.touched = true;
        node.has_only_loop = false;
        node.children = 0;
        node.moved = 0;
        node.align = 4096;
    }

    void move(Node& node, std::size_t d, double positions) const {
        const std::uint32_t bit = std::uint32_t{1} << d;
        if ((node.moved & bit) == 0) node.back[d] = node.forth[d] = 0;
        node.moved |= bit;
        node.back[d] = std::min(node.back[d], positions);
        node.forth[d] = std::max(node.forth[d], positions);
        node.align = std::min(node.align, lowest_bit(std::abs(positions) * frame_.neighbours[d].bytes));
    }

    /// Turns each node's alignment of its own steps into that of the places where its iterations begin.
    void spread_alignment() {
        for (int at = 0; at <= innermost_; ++at) {
            Node& node = node_at(at);
            if (!node.touched) continue;
            const double outside = at == 0 ? align_ : node_at(parent_position(at)).align;
            node.align = std::min(node.align, outside);
        }
    }

    /// Do the runs of one iteration become as many longer ones over all iterations, without gaps in them?
    [[nodiscard]] static bool goes_on(const Runs& each, const Runs& all, double trips) {
        constexpr double rounding = 1.01;
        return all.count <= each.count * rounding && all.lines > each.lines * rounding &&
               all.lines <= each.lines * trips * rounding;
    }

    void add_use(int at, const Node& node) {
        Use& use = out_.uses[static_cast<std::size_t>(out_.use_count++)];
        Hull& hull = hull_of(node);
        use.loop = at - 1;
        use.parent = -1;
        use.children = node.children;
        use.moves = node.moved != 0;
        // A loop that is the only child has been measured already: its box is this body's.
        use.body = node.has_only_loop && node.children == 1 ? node.only : measure(hull, frame_, node.align, units_);
        use.full = use.body;
        if (at == 0) return;
        Node& parent = node_at(parent_position(at));
        if (use.moves) {
            for (std::uint32_t left = node.moved; left != 0; left &= left - 1) {
                const auto d = static_cast<std::size_t>(std::countr_zero(left));
                stretch(hull, d, node.back[d], node.forth[d], trips_[static_cast<std::size_t>(at - 1)]);
            }
            use.full = measure(hull, frame_, parent.align, units_);
        }
        // The first child's hull becomes the parent's.
        if (parent.children++ == 0) {
            parent.hull = node.hull;
        } else {
            widen(hull_of(parent), hull, frame_.dimensions);
        }
        parent.has_only_loop = true;
        parent.only = use.full;
    }

    const LoopTable& table_;
    std::span<const double> trips_;
    const MemoryUnits& units_;
    Footprints& out_;
    Frame frame_;
    PerDimension lowest_;  ///< positions where some access begins, all loops at 0
    PerDimension end_;     ///< ... and where the nest gets to at most from there
    double align_ = 64;    ///< of the buffer's start and the constants of its subscripts, in bytes
    int innermost_ = 0;
    int hull_count_ = 0;
    Hull temporary_;
    std::array<Node, max_loops + 1> nodes_;
    std::array<Hull, max_loops + 1> hulls_;  ///< of loops with accesses of their own
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
                  .touch_count = 0,
                  .innermost = {.lines = 0, .count = 1},
                  .goes_on = false};
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
