#include "tuner/straight_code.h"

#include <cstdlib>
#include <numeric>

#include "base/checked.h"
#include "features/written_out.h"
#include "tuner/least_copies.h"
#include "tuner/table_guards.h"

namespace saku::tuner {

StraightCode::StraightCode(const Production& work) : work_(work) {
    for (std::size_t o = 0; o < work.copies.size(); ++o) {
        const CopyState& copy = work.copies[o];
        has_copies_beside_ = has_copies_beside_ || (copy.exists && !copy.is_offline && !plan_copy(work, o).has_loop);
    }
    for (const int axis : work.sketch.reduced) axes_[static_cast<std::size_t>(axis)].is_reduced = true;
    find_innermost();
    for (std::size_t a = 0; a < work.sketch.axes.size(); ++a) plan_axis(a);
}

const CopyState* StraightCode::copy_of(const TemplateAccess& load) const {
    if (load.operand < 0) return nullptr;
    const CopyState& copy = work_.copies[static_cast<std::size_t>(load.operand)];
    return copy.exists ? &copy : nullptr;
}

/// Are there positions of the loops outside at which the loop, over a reduced axis, moves the access along nothing
/// but places inside of its dimensions? Then it stays a loop.
bool StraightCode::stays_inside(const TemplateAccess& access, std::size_t axis) const {
    if (work_.shape.parts_of_axis[axis].size() > 1) return false;
    const auto part = static_cast<std::size_t>(work_.shape.parts_of_axis[axis].front());
    return std::all_of(access.dimensions.begin(), access.dimensions.end(), [&](const TemplateDimension& dimension) {
        return dimension.by_part[part] == 0 || has_inside(dimension);
    });
}

/// Does some tile lie inside of the dimension, with all that reduced axes add to its places?
bool StraightCode::has_inside(const TemplateDimension& dimension) const {
    std::int64_t step = 0;  // from tile to tile
    std::int64_t tiles = 1;
    std::int64_t reach = 0;  // of one tile
    for (std::size_t a = 0; a < work_.sketch.axes.size(); ++a) {
        const std::vector<int>& parts = work_.shape.parts_of_axis[a];
        for (const int part : parts) {
            const std::int64_t times = dimension.by_part[static_cast<std::size_t>(part)];
            if (times == 0) continue;
            if (times < 0 || parts.size() > 1) return false;
            const Cut& cut = work_.axes[a].cut;
            if (axes_[a].is_reduced || (work_.sketch.is_partial && static_cast<int>(a) == work_.sketch.vector)) {
                reach += times * (cut.extent - 1);
                continue;
            }
            if (step != 0) return false;
            step = times * cut.tile;
            tiles = cut.tile_count;
            reach += times * (cut.tile - 1);
        }
    }
    const std::int64_t first = dimension.constant >= 0 ? 0 : step == 0 ? tiles : ceil_div(-dimension.constant, step);
    return first < tiles && dimension.constant + first * step + reach < dimension.extent;
}

/// Could the loop be written out for a padded read of the update?
bool StraightCode::may_be_written_out(const PlannedLoop& loop) const {
    if (loop.extent > features::most_written_out) return false;
    const auto axis = static_cast<std::size_t>(loop.axis);
    const auto moves_padded = [&](const TemplateAccess& load) {
        if (load.buffer < 0 || copy_of(load) != nullptr || !load.is_moved_by[axis]) return false;
        if (!load.is_padded && !is_freed(work_, load)) return false;
        return load.is_blocked || loop.section != Section::reduction || !stays_inside(load, axis);
    };
    const std::vector<TemplateAccess>& loads = work_.shape.update.loads;
    if (std::any_of(loads.begin(), loads.end(), moves_padded)) return true;
    return loop.section != Section::reduction && has_copies_beside_;
}

/// Finds the loop around the update that certainly stays a loop, and those inside it that may become straight code.
void StraightCode::find_innermost() {
    for (int s = work_.first_tile; s-- > 0 && innermost_ < 0;) {
        const PlannedLoop& loop = work_.loops[static_cast<std::size_t>(s)];
        if (loop.kind == PlannedKind::unrolled) continue;
        const Cut& cut = axis_state(work_, loop.axis).cut;
        const bool is_partial = work_.sketch.is_partial && loop.axis == work_.sketch.vector;
        if (is_partial && cut.extent < 2 * cut.tile) continue;  // one whole tile
        if (may_be_written_out(loop)) {
            written_out_.push_back(s);
        } else {
            innermost_ = s;
        }
    }
}

/// Vectors of a vector axis.
void StraightCode::plan_vectors(const AxisState& state, AxisCopies& axis) const {
    const Cut& cut = state.cut;
    const bool is_peeled = !work_.sketch.is_partial && state.is_ragged && !state.is_masked;
    const auto vectors = static_cast<double>(cut.vectors);
    axis.tiles = static_cast<double>(work_.sketch.is_partial ? cut.extent / cut.tile : cut.tile_count);
    axis.tile = axis.inside = vectors;
    axis.all = axis.tiles * vectors;
    axis.counted = vectors;
    if (!is_peeled) return;
    const auto last = static_cast<double>(ceil_div(last_tile(state), static_cast<std::int64_t>(work_.sketch.lanes)));
    axis.all += last - vectors;
    axis.inside = axis.all / axis.tiles;
    if (cut.tile_count == 1) axis.tile = axis.counted = last;
    if (cut.tile_count > 1) axis.tiles -= 1;
}

/// Could emission decide which rows of the last tile exist, and drop what the others do (features/dead_rows.h)?
bool StraightCode::may_drop_rows(std::size_t axis) const {
    const std::vector<TemplateAccess>& loads = work_.shape.update.loads;
    return std::any_of(loads.begin(), loads.end(), [&](const TemplateAccess& load) {
        return load.buffer >= 0 && copy_of(load) == nullptr && load.is_moved_by[axis] &&
               (load.is_padded || is_freed(work_, load));
    });
}

/// Elements of another axis of the register tile.
void StraightCode::plan_rows(std::size_t number, AxisCopies& axis) const {
    const AxisState& state = work_.axes[number];
    const Cut& cut = state.cut;
    const bool may_drop = state.is_masked && may_drop_rows(number);
    const bool is_filled = state.is_masked && written_out_.empty() && !may_drop;
    axis.all = static_cast<double>(is_filled ? cut.tile_count * cut.tile : cut.extent);
    axis.inside = axis.all / static_cast<double>(cut.tile_count);
    axis.tile = static_cast<double>(state.is_masked ? cut.tile : std::min(cut.tile, cut.extent));
    axis.tiles = static_cast<double>(cut.tile_count);
    if (state.is_ragged && !state.is_masked && cut.tile_count > 1) axis.tiles -= 1;
    axis.counted = may_drop ? axis.inside : axis.tile;
}

void StraightCode::plan_axis(std::size_t number) {
    const AxisState& state = work_.axes[number];
    AxisCopies& axis = axes_[number];
    if (static_cast<int>(number) == work_.sketch.vector) {
        plan_vectors(state, axis);
    } else if (state.is_tiled) {
        plan_rows(number, axis);
    } else {
        axis.all = axis.tiles = static_cast<double>(state.cut.extent);
    }
    for (const PlannedLoop& loop : work_.loops) {
        const bool is_straight = loop.section == Section::reduction && loop.kind == PlannedKind::unrolled;
        if (loop.axis != static_cast<int>(number) || !is_straight) continue;
        axis.inside = axis.tile = axis.counted = static_cast<double>(loop.extent);
        axis.tiles = axis.all / axis.tile;
    }
    for (const int s : written_out_) {
        const PlannedLoop& loop = work_.loops[static_cast<std::size_t>(s)];
        if (loop.axis == static_cast<int>(number)) axis.written *= static_cast<double>(loop.extent);
    }
}

LanesOf StraightCode::lanes_of(const TemplateAccess& access) const {
    const int vector = work_.sketch.vector;
    if (vector < 0) return LanesOf::broadcast;
    const auto v = static_cast<std::size_t>(vector);
    if (access.is_blocked || (access.is_moved_by[v] && access.group[v] < 0)) return LanesOf::unknown;
    const std::int64_t step = access.axis_stride[v];
    return step == 0 ? LanesOf::broadcast : step == 1 ? LanesOf::contiguous : LanesOf::strided;
}

/// Lanes of a copy by its region: whether neighbours lie next to each other.
LanesOf StraightCode::lanes_of_region(const CopyState& copy, const TemplateAccess& access) const {
    const int vector = work_.sketch.vector;
    if (vector < 0) return LanesOf::broadcast;
    if (!access.is_moved_by[static_cast<std::size_t>(vector)]) return LanesOf::broadcast;
    const auto part = static_cast<std::size_t>(work_.shape.parts_of_axis[static_cast<std::size_t>(vector)].back());
    const std::size_t last = copy.shape.size() - 1;
    for (std::size_t d = 0; d <= last; ++d) {
        const std::int64_t times = access.dimensions[static_cast<std::size_t>(copy.order[d])].by_part[part];
        if (times != (d == last ? copy.leap[d] : 0)) return LanesOf::unknown;
    }
    return copy.shape[last] > 1 ? LanesOf::contiguous : LanesOf::unknown;
}

namespace {

/// What the axes of one group name along their dimension.
struct Group {
    double most = 1;          ///< of one axis, on average
    double most_in_tile = 1;  ///< ... in a whole tile
    // Where all of them move one dimension alone:
    bool is_line = true;
    bool is_even = true;    ///< all by the same step
    double joined = 1;      ///< on average, if so
    double points = 1;      ///< in a whole tile, repetitions included
    std::int64_t span = 0;  ///< ... and the way that they go
    std::int64_t step = 0;  ///< a common one

    void add(double average, std::int64_t tile, std::int64_t own_step) {
        most = std::max(most, average);
        most_in_tile = std::max(most_in_tile, static_cast<double>(tile));
        is_line = is_line && own_step != 0;
        if (average > 1) {
            is_even = is_even && (joined == 1 || step == std::abs(own_step));
            joined += average - 1;
        }
        if (average > 1 || tile > 1) step = std::gcd(step, own_step);
        points *= static_cast<double>(tile);
        span += std::abs(own_step) * (tile - 1);
    }
    [[nodiscard]] double elements() const { return is_line && is_even ? std::max(most, joined) : most; }
    [[nodiscard]] double in_tile() const {
        if (!is_line || step == 0) return most_in_tile;
        return std::min(points, static_cast<double>(span / step + 1));
    }
};

}  // namespace

/// Positions of the only dimension that the axis moves, from one copy of straight code to the next; 0: no such.
std::int64_t StraightCode::step_of(const TemplateAccess& access, std::size_t axis) const {
    const std::vector<int>& parts = work_.shape.parts_of_axis[axis];
    if (parts.size() > 1) return 0;
    std::int64_t step = 0;
    for (const TemplateDimension& dimension : access.dimensions) {
        const std::int64_t times = dimension.by_part[static_cast<std::size_t>(parts.front())];
        if (times == 0) continue;
        if (step != 0) return 0;
        step = times;
    }
    return static_cast<int>(axis) == work_.sketch.vector ? step * work_.sketch.lanes : step;
}

/// By groups of axes; `place`: loops up to there do not move it.
Named StraightCode::named_by_groups(const TemplateAccess& access, int place) const {
    std::array<Group, features::max_dimensions> groups;
    Named named;
    for (std::size_t a = 0; a < work_.sketch.axes.size(); ++a) {
        const int group = access.group[a];
        if (group < 0) continue;
        named.moves = named.moves || is_moved_by_innermost(a, place);
        groups[static_cast<std::size_t>(group)].add(axes_[a].inside * written_inside(a, place),
                                                    static_cast<std::int64_t>(axes_[a].tile), step_of(access, a));
    }
    for (std::size_t g = 0; g < access.dimensions.size(); ++g) {
        named.elements *= groups[g].elements();
        named.in_tile *= groups[g].in_tile();
        named.is_shared = named.is_shared || (groups[g].is_line && groups[g].points > 1.02 * groups[g].in_tile());
    }
    return named;
}

bool StraightCode::is_moved_by_innermost(std::size_t axis, int place) const {
    return innermost_ > place && work_.loops[static_cast<std::size_t>(innermost_)].axis == static_cast<int>(axis);
}

double StraightCode::written_inside(std::size_t axis, int place) const {
    double iterations = 1;
    for (const int s : written_out_) {
        const PlannedLoop& loop = work_.loops[static_cast<std::size_t>(s)];
        if (s > place && loop.axis == static_cast<int>(axis)) iterations *= static_cast<double>(loop.extent);
    }
    return iterations;
}

/// A copy by axes: each loop is a dimension of its own.
Named StraightCode::named_by_axes(const CopyState& copy, const SketchOperand& operand) const {
    Named named;
    for (std::size_t a = 0; a < work_.sketch.axes.size(); ++a) {
        if (!operand.follows[a]) continue;
        named.moves = named.moves || is_moved_by_innermost(a, copy.place);
        named.elements *= axes_[a].inside * written_inside(a, copy.place);
        named.in_tile *= axes_[a].tile;
    }
    const int vector = work_.sketch.vector;
    named.lanes =
        vector >= 0 && operand.follows[static_cast<std::size_t>(vector)] ? LanesOf::contiguous : LanesOf::broadcast;
    return named;
}

/// At the most, in elements: a power of two. Loops of the reduction are everywhere around the update.
std::int64_t StraightCode::alignment_of(const TemplateAccess& access) const {
    std::int64_t bits = access.offset | Named{}.alignment;
    for (int s = work_.first_reduction; s < work_.first_tile; ++s) {
        const PlannedLoop& loop = work_.loops[static_cast<std::size_t>(s)];
        const auto axis = static_cast<std::size_t>(loop.axis);
        if (access.group[axis] >= 0)
            bits |= access.axis_stride[axis] * work_.slots[static_cast<std::size_t>(s)].coefficient;
    }
    return bits & -bits;
}

Named StraightCode::named_by(const TemplateAccess& load) const {
    const CopyState* const copy = copy_of(load);
    if (copy == nullptr) {
        Named named = named_by_groups(load, -1);
        named.lanes = lanes_of(load);
        named.alignment = alignment_of(load);
        return named;
    }
    if (!copy->is_region) return named_by_axes(*copy, work_.sketch.operands[static_cast<std::size_t>(load.operand)]);
    Named named = named_by_groups(load, copy->place);
    named.lanes = lanes_of_region(*copy, load);
    return named;
}

}  // namespace saku::tuner
