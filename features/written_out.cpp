#include "features/written_out.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "features/border_copies.h"
#include "features/row_queries.h"

namespace saku::features {

namespace {

/// Positions that `points` ones, evenly spread over `span` + 1, and their copies each `step` further name.
double joined_points(const Box& box, double step, double copies) {
    const double apart = box.points > 1 ? box.span / (box.points - 1) : step;
    const double most = box.points * copies;
    const double all = box.span + step * (copies - 1);
    if (apart <= 0) return most;
    const double grid = std::fmod(step, apart) == 0 ? apart : 1;
    return std::min(most, std::floor(all / grid) + 1);
}

/// Takes the loop's term along the dimension out; 0 where there is none.
double take_term(LoopTable& table, Access& access, int loop, int dimension) {
    for (int t = access.first_term; t < access.first_term + access.term_count; ++t) {
        const Term found = table.terms[static_cast<std::size_t>(t)];
        if (found.loop != loop || found.dimension != dimension) continue;
        for (int next = t + 1; next < access.first_term + access.term_count; ++next)
            table.terms[static_cast<std::size_t>(next) - 1] = table.terms[static_cast<std::size_t>(next)];
        --access.term_count;
        table.terms[static_cast<std::size_t>(access.first_term + access.term_count)] = {};  // belongs to nobody
        return found.coefficient;
    }
    return 0;
}

bool may_leave(const LoopTable& table, const Access& access, int lanes) {
    const Buffer& buffer = table.buffers[static_cast<std::size_t>(access.buffer)];
    if (access.term_count > 0) return true;
    if (lanes < 0) return false;
    const Box& box = table.boxes[static_cast<std::size_t>(access.first_box + lanes)];
    const Dimension& dimension = table.dimensions[static_cast<std::size_t>(buffer.first_dimension + lanes)];
    return box.low < 0 || box.low + box.span >= static_cast<double>(dimension.extent);
}

/// Where no loop is left that moves the place, nothing is tested; else no more often than the loop around moves it.
void settle_padding(const LoopTable& table, Access& access, int lanes, double grown, int parent) {
    if (access.padded <= 0) return;
    if (!may_leave(table, access, lanes)) {
        access.padded = access.tests = access.lane_tests = access.masks = 0;
        return;
    }
    access.padded = std::min(access.references, access.padded * grown);
    if (parent == no_loop || !moves_with(table, access, parent)) access.tests = access.lane_tests = 0;
}

void unroll_access(LoopTable& table, Access& access, int loop, double copies, int parent) {
    const double named = access.references * access.repeats;
    const int lanes = lane_dimension(table, access);
    const Buffer& buffer = table.buffers[static_cast<std::size_t>(access.buffer)];
    double grown = 1;
    bool moved = false;
    for (int d = 0; d < buffer.dimension_count; ++d) {
        const double step = take_term(table, access, loop, d);
        if (step == 0) continue;
        moved = true;
        Box& box = table.boxes[static_cast<std::size_t>(access.first_box + d)];
        const double points = joined_points(box, std::abs(step), copies);
        if (d == lanes) {
            grown *= copies;  // starts of vectors
            if (access.lanes == Lanes::strided && step == 1) access.columns = std::max(access.columns, copies);
        } else {
            grown *= points / box.points;
        }
        box.low += std::min(0.0, step * (copies - 1));
        box.span += std::abs(step) * (copies - 1);
        box.points = points;
    }
    if (moved) {
        access.references *= grown;
        access.unresolved *= grown;
    }
    settle_padding(table, access, lanes, grown, parent);
    access.repeats = std::max(1.0, named * (moved ? copies : 1) / access.references);
}

/// Copies of one sum go on with it; those of sums that begin in the loop have their own, one copy after the other.
void join_chain(const LoopTable& table, Row& row, double copies) {
    if (row.carried && !begins_sums(table, row)) {
        row.chain *= copies;
    } else {
        row.in_turn *= copies;
    }
    const int parent = table.loops[static_cast<std::size_t>(row.loop)].parent;
    row.carried = parent != no_loop && !moves_with(table, destination_of(table, row), parent);
}

void unroll_row(LoopTable& table, Row& row, double copies) {
    const int parent = table.loops[static_cast<std::size_t>(row.loop)].parent;
    for (int a = row.first_access; a < row.first_access + row.access_count; ++a)
        unroll_access(table, table.accesses[static_cast<std::size_t>(a)], row.loop, copies, parent);
    row.instances *= copies;
}

bool is_innermost(const LoopTable& table, int loop) {
    return std::none_of(table.loops.begin(), table.loops.end(),
                        [&](const Loop& other) { return other.parent == loop; });
}

/// A whole number of iterations, few, each of its own.
bool may_be_written_out(const LoopTable& table, int loop) {
    const Loop& own = table.loops[static_cast<std::size_t>(loop)];
    return own.kind == LoopKind::serial && own.trips > 1 && own.trips <= most_written_out &&
           own.trips == std::floor(own.trips) && own.share == 1 && is_innermost(table, loop);
}

void remove_loop(LoopTable& table, int loop) {
    const auto behind = [loop](int other) { return other > loop ? other - 1 : other; };
    table.loops.erase(table.loops.begin() + loop);
    for (Loop& other : table.loops) other.parent = behind(other.parent);
    for (Row& row : table.rows) row.loop = behind(row.loop);
    for (Term& term : table.terms) term.loop = behind(term.loop);
}

bool is_written_out(const LoopTable& table, int loop) {
    return std::any_of(table.rows.begin(), table.rows.end(), [&](const Row& row) {
        if (row.loop != loop) return false;
        const std::span<const Access> accesses = accesses_of(table, row);
        return std::any_of(accesses.begin(), accesses.end(), [&](const Access& access) {
            return access.lanes_inside > 0 && writes_out(table, access, loop);
        });
    });
}

void fold(LoopTable& table, int loop) {
    const Loop own = table.loops[static_cast<std::size_t>(loop)];
    for (Row& row : table.rows) {
        if (row.loop != loop) continue;
        if (row.chain > 0) join_chain(table, row, own.trips);
        unroll_row(table, row, own.trips);
    }
    for (Row& row : table.rows) {
        if (row.loop == loop) row.loop = own.parent;
    }
    remove_loop(table, loop);
}

}  // namespace

std::vector<int> fold_written_out(LoopTable& table) {
    std::vector<int> folded;
    const bool is_padded = std::any_of(table.accesses.begin(), table.accesses.end(),
                                       [](const Access& access) { return access.lanes_inside > 0; });
    if (!is_padded) return folded;
    for (int loop = static_cast<int>(table.loops.size()); loop-- > 0;) {  // inner ones first
        if (!may_be_written_out(table, loop) || !is_written_out(table, loop)) continue;
        fold(table, loop);
        folded.push_back(loop);
    }
    return folded;
}

}  // namespace saku::features
