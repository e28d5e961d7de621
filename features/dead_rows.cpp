#include "features/dead_rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "features/border_walk.h"
#include "features/row_queries.h"
#include "ir/unrolled_copies.h"

namespace saku::features {

namespace {

constexpr int most_pieces = 1000;                           ///< of cut loops; nobody writes more
constexpr std::int64_t everything = std::int64_t{1} << 50;  ///< no walk gets there

/// A dimension of an output along which tiles stick out: neighbouring rows, one tile behind the other.
struct Tail {
    const Access* written = nullptr;  ///< the access that writes
    int dimension = 0;
    int loop = no_loop;     ///< around the writing
    double share = 1;       ///< of that loop's iterations that write such a tile
    std::int64_t rows = 0;  ///< that exist
    std::int64_t tile = 0;  ///< rows of a tile
    double live = 1;        ///< part of the tiles' rows that exist
};

/// The way of an operand's dimension through the loops.
struct Walk {
    BorderSteps steps = {};
    std::int64_t extent = 0;                            ///< of the dimension: [0, extent) is inside
    std::int64_t low = 0;                               ///< where the walk begins
    std::int64_t last_live = everything;                ///< what a row that exists reads last
    std::int64_t row_stride = 0;                        ///< positions from what one row reads to what the next one does
    std::size_t tile_levels = 0;                        ///< steps down to the innermost one of tiles
    std::array<bool, most_border_steps> moves_tiles{};  ///< by step
    bool is_unknown = false;                            ///< loops move it, but backwards, or too many
    int pieces = most_pieces;                           ///< that may still be gone through
};

/// Iterations of innermost loops, and those that test padding.
struct Iterations {
    double all = 0;
    double tested = 0;
};

double coefficient_of(const LoopTable& table, const Access& access, int dimension, int loop) {
    for (const Term& term : terms_of(table, access)) {
        if (term.loop == loop && term.dimension == dimension) return term.coefficient;
    }
    return 0;
}

/// A row that writes back, under guards, what is collected in the registers of `buffer`.
const Row* guarded_write(const LoopTable& table, int buffer) {
    for (const Row& row : table.rows) {
        if (row.kind != RowKind::write_back || row.share >= 1 || !reads(table, row, buffer)) continue;
        const Buffer& written = table.buffers[static_cast<std::size_t>(destination_of(table, row).buffer)];
        if (written.scope == Scope::argument) return &row;
    }
    return nullptr;
}

/// Does code of its own write the rest along the dimension? Then tiles stick out of their loops, but do not run there.
bool is_peeled(const LoopTable& table, const Access& written, int dimension) {
    const Box& box = box_along(table, written, dimension);
    return std::any_of(table.rows.begin(), table.rows.end(), [&](const Row& row) {
        const Access& other = destination_of(table, row);
        if (row.kind != RowKind::write_back || other.buffer != written.buffer) return false;
        const Box& own = box_along(table, other, dimension);
        return own.points != box.points || own.low != box.low;
    });
}

/// Of the iterations of a write's loop, those that write such a tile: the last block of a reduction may do so in a row
/// of its own.
double share_of_writes(const LoopTable& table, const Row& write) {
    double share = 0;
    for (const Row& row : table.rows) {
        const bool is_alike = row.kind == RowKind::write_back && row.loop == write.loop &&
                              row.instances == write.instances && row.lanes == write.lanes &&
                              destination_of(table, row).buffer == destination_of(table, write).buffer;
        if (is_alike) share += row.share;
    }
    return share;
}

/// The tail of a written dimension, if its tiles stick out.
std::optional<Tail> tail_of(const LoopTable& table, const Row& write, const Access& written, int dimension) {
    const Box& box = box_along(table, written, dimension);
    if (written.approximate || dimension == lane_dimension(table, written)) return std::nullopt;
    if (box.low != 0 || box.points != box.span + 1 || box.points < 2) return std::nullopt;
    if (is_peeled(table, written, dimension)) return std::nullopt;
    double end = box.span + 1;
    double tiles = 1;
    for (const Term& term : terms_of(table, written)) {
        if (term.dimension != dimension) continue;
        const double trips = table.loops[static_cast<std::size_t>(term.loop)].trips;
        if (term.coefficient <= 0 || trips != std::floor(trips)) return std::nullopt;
        end += term.coefficient * (trips - 1);
        tiles *= trips;
    }
    const std::int64_t rows = extent_along(table, written, dimension);
    // Rows and columns that are one axis go on beyond the columns of a row: then the last tile does not begin in it.
    const bool sticks_out = end > static_cast<double>(rows) && end - box.points < static_cast<double>(rows);
    if (!sticks_out || end != tiles * box.points) return std::nullopt;
    return Tail{.written = &written,
                .dimension = dimension,
                .loop = write.loop,
                .share = share_of_writes(table, write),
                .rows = rows,
                .tile = static_cast<std::int64_t>(box.points),
                .live = static_cast<double>(rows) / end};
}

Walk walk_of(const LoopTable& table, const Access& access, int dimension) {
    Walk walk{.steps = border_steps(table, access, dimension),
              .extent = extent_along(table, access, dimension),
              .low = static_cast<std::int64_t>(box_along(table, access, dimension).low)};
    const std::span<const Term> terms = terms_of(table, access);
    walk.is_unknown = walk.steps.empty() && std::any_of(terms.begin(), terms.end(),
                                                        [&](const Term& term) { return term.dimension == dimension; });
    return walk;
}

/// Positions from what one row of the tail reads to what the next one does; 0 where not all of its loops move the
/// operand's dimension, or not alike.
std::int64_t row_stride(const LoopTable& table, const Walk& walk, const Tail& tail) {
    std::int64_t stride = 0;
    int moving = 0;
    for (const BorderStep& loop : walk.steps) {
        const double rows = coefficient_of(table, *tail.written, tail.dimension, loop.loop);
        if (rows <= 0) continue;
        const auto own = static_cast<std::int64_t>(std::round(static_cast<double>(loop.step) / rows));
        const bool is_whole = static_cast<double>(own) * rows == static_cast<double>(loop.step);
        if (!is_whole || (stride != 0 && own != stride)) return 0;
        stride = own;
        ++moving;
    }
    const std::span<const Term> terms = terms_of(table, *tail.written);
    const auto all =
        std::count_if(terms.begin(), terms.end(), [&](const Term& term) { return term.dimension == tail.dimension; });
    return moving == all ? stride : 0;
}

/// Lets the walk end where rows of the tail do. False where the tail's tiles do not move it as they move the output.
bool end_with(const LoopTable& table, const Access& access, int dimension, const Tail& tail, Walk& walk) {
    const std::int64_t stride = row_stride(table, walk, tail);
    const auto span = static_cast<std::int64_t>(box_along(table, access, dimension).span);
    const std::int64_t window = span - stride * (tail.tile - 1);
    if (stride == 0 || window < 0) return false;
    walk.row_stride = stride;
    walk.last_live = walk.low + stride * (tail.rows - 1) + window;
    for (std::size_t l = 0; l < walk.steps.size(); ++l) {
        const BorderStep& loop = walk.steps[l];
        walk.moves_tiles[l] = coefficient_of(table, *tail.written, tail.dimension, loop.loop) > 0;
        if (walk.moves_tiles[l]) walk.tile_levels = l + 1;
        if (!walk.moves_tiles[l]) walk.last_live += loop.step * (loop.extent - 1);
    }
    return true;
}

/// The iterations from `level` inwards, when loops outside are at `position` and rows that exist read up to
/// `last_live`. Tiles, and loops around them, are cut by all that is read; loops inside test what living rows read, for
/// that of dead ones is dropped. Nothing where dead rows stay in a loop, or there are too many pieces.
std::optional<Iterations> count_tested(Walk& walk, std::size_t level, std::int64_t position, std::int64_t last_live) {
    if (level == walk.steps.size()) return Iterations{.all = 1, .tested = 0};
    if (--walk.pieces < 0) return std::nullopt;
    const BorderStep& loop = walk.steps[level];
    const bool has_tiles = level < walk.tile_levels;
    const bool is_of_tiles = has_tiles && walk.moves_tiles[level];
    const std::int64_t end = position + loop.step * (loop.extent - 1) + loop.reach;
    const BorderCut cut = border_cut(loop, walk.extent, position, has_tiles ? end : std::min(end, last_live));
    // Positions that only later iterations of another loop would get to.
    const auto gone = [&](std::int64_t i) { return is_of_tiles ? 0 : loop.step * (loop.extent - 1 - i); };
    const std::int64_t last_looped = cut.is_cut ? cut.below + cut.inside - 1 : loop.extent - 1;
    const bool is_left = !cut.is_cut || cut.inside > 0;
    if (has_tiles && is_left && position + loop.step * last_looped + loop.reach > last_live - gone(last_looped))
        return std::nullopt;
    const double each = inner_iterations(walk.steps, level + 1);
    if (!cut.is_cut) {
        const double all = static_cast<double>(loop.extent) * each;
        return Iterations{.all = all, .tested = cut.inside < loop.extent ? all : 0};
    }
    Iterations sum{.all = static_cast<double>(std::max<std::int64_t>(0, cut.inside)) * each, .tested = 0};
    for (std::int64_t i = 0; i < loop.extent; ++i) {
        if (i == cut.below && cut.inside > 0) i += cut.inside;
        if (i >= loop.extent) break;
        const auto inner = count_tested(walk, level + 1, position + loop.step * i, last_live - gone(i));
        if (!inner) return std::nullopt;
        sum.all += inner->all;
        sum.tested += inner->tested;
    }
    return sum;
}

/// The part of the iterations that test the dimension.
std::optional<double> tested_share(Walk walk) {
    if (walk.is_unknown) return 1;
    const auto iterations = count_tested(walk, 0, walk.low, walk.last_live);
    if (!iterations) return std::nullopt;
    return iterations->tested / iterations->all;
}

/// What is left of an operand's reads without dead rows.
struct Live {
    double references = 1;  ///< part of them
    double tested = 1;      ///< part of the iterations that test
};

/// Nothing where the access does not make emission decide the tail.
std::optional<Live> live_reads(const LoopTable& table, const Access& access, const Tail& tail) {
    if (access.lanes_inside <= 0 || !may_cut(table, access)) return std::nullopt;
    const int dimensions = table.buffers[static_cast<std::size_t>(access.buffer)].dimension_count;
    std::optional<double> own;
    Live live;
    double others = 0;
    double before = 0;
    for (int d = 0; d < dimensions; ++d) {
        Walk walk = walk_of(table, access, d);
        const double share = tested_share(walk).value_or(1);
        before = std::max(before, share);
        if (own || !end_with(table, access, d, tail, walk)) {
            others = std::max(others, share);
            continue;
        }
        own = tested_share(walk);
        if (!own) return std::nullopt;
        // Rows share what overlaps, so that a dead one drops no more than a step.
        const double points = box_along(table, access, d).points;
        const auto tile = static_cast<double>(tail.tile);
        const auto stride = static_cast<double>(walk.row_stride);
        live.references = 1 - tile * (1 - tail.live) * std::min(stride, points / tile) / points;
    }
    if (!own) return std::nullopt;
    live.tested = before > 0 ? std::min(1.0, std::max(*own, others) / before) : 1;
    return live;
}

void scale_reads(Access& access, const Live& live, const Tail& tail) {
    const double named = access.references * access.repeats * tail.live;
    access.references *= live.references;
    access.live *= live.references;
    access.repeats = std::max(1.0, named / access.references);
    access.unresolved *= live.references;
    const double tested = live.references * live.tested;
    access.padded *= tested;
    access.tests *= tested;
    access.lane_tests *= tested;
    if (tested <= 0) access.masks = 0;
}

/// Executions of the row in an iteration of `loop`, a loop around it, for each of its own loop's iterations.
double share_within(const LoopTable& table, const Row& row, int loop) {
    double share = row.share;
    for (int l = row.loop; l != loop && l != no_loop; l = table.loops[static_cast<std::size_t>(l)].parent)
        share *= table.loops[static_cast<std::size_t>(l)].share;
    return share;
}

/// Does the row compute in the registers of `buffer`, whether its places are written or not? Guards may stand around
/// it, too; and old values of an output are read under those of its writing.
bool computes_in(const LoopTable& table, const Row& row, int buffer, const Tail& tail) {
    if (row.kind == RowKind::write_back || destination_of(table, row).buffer != buffer) return false;
    return share_within(table, row, tail.loop) > tail.share + 1e-9 && !reads(table, row, tail.written->buffer);
}

/// Is there too much in the nest for emission to write loops out (targets/llvm/interior.h)? All rows count: those of
/// one body are mostly all there are.
bool is_too_long(const LoopTable& table) {
    double copies = 0;
    for (const Row& row : table.rows) copies += row.instances;
    const bool has_many_reads = std::any_of(table.accesses.begin(), table.accesses.end(), [](const Access& access) {
        return access.lanes_inside > 0 && access.references / access.live > ir::most_padded_reads;
    });
    return has_many_reads || copies > ir::most_copied_vectors;
}

/// Reads of rows that compute in the registers, by which the tail is decided.
struct Decided {
    int access = 0;
    Live live;
};

std::vector<Decided> decided_by(const LoopTable& table, int buffer, const Tail& tail) {
    std::vector<Decided> found;
    if (is_too_long(table)) return found;
    for (const Row& row : table.rows) {
        if (!computes_in(table, row, buffer, tail)) continue;
        for (int a = row.first_access; a < row.first_access + row.access_count; ++a) {
            const auto live = live_reads(table, table.accesses[static_cast<std::size_t>(a)], tail);
            if (live) found.push_back({.access = a, .live = *live});
        }
    }
    return found;
}

void leave_out(LoopTable& table, int buffer, const Tail& tail) {
    const std::vector<Decided> reads = decided_by(table, buffer, tail);
    if (reads.empty()) return;
    for (const Decided& read : reads)
        scale_reads(table.accesses[static_cast<std::size_t>(read.access)], read.live, tail);
    for (Row& row : table.rows) {
        if (computes_in(table, row, buffer, tail)) row.instances *= tail.live;
    }
}

}  // namespace

void leave_out_dead_rows(LoopTable& table) {
    for (int b = 0; b < static_cast<int>(table.buffers.size()); ++b) {
        if (table.buffers[static_cast<std::size_t>(b)].scope != Scope::registers) continue;
        const Row* const row = guarded_write(table, b);
        if (row == nullptr) continue;
        const Access written = destination_of(table, *row);
        for (int d = 0; d < table.buffers[static_cast<std::size_t>(written.buffer)].dimension_count; ++d) {
            const auto tail = tail_of(table, *row, written, d);
            if (tail) leave_out(table, b, *tail);
        }
    }
}

}  // namespace saku::features
