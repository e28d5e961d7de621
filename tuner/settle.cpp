// Digits to decisions, equivalent digits to one.
#include <algorithm>
#include <array>
#include <iterator>

#include "base/check.h"
#include "base/checked.h"
#include "schedules/prefetch.h"
#include "tuner/plan.h"

namespace saku::tuner {

namespace {

constexpr std::int64_t most_code = 512;  ///< update instructions in straight code: more leaves the micro-op cache

constexpr std::size_t order_count = std::size(block_orders);

/// Of the blocks of an order those of sides that are there: bit 0 m, bit 1 n, bit 2 k.
constexpr std::array<char, 3> order_of_sides(std::size_t order, unsigned there) {
    std::array<char, 3> sides{};
    std::size_t count = 0;
    for (const char* side = block_orders[order]; *side != 0; ++side) {
        const unsigned bit = *side == 'm' ? 1 : *side == 'n' ? 2 : 4;
        if ((there & bit) != 0) sides[count++] = *side;
    }
    return sides;
}

/// By the sides that are there, for every order the first one that comes to the same.
constexpr auto equal_orders = [] {
    std::array<std::array<std::size_t, order_count>, 8> first{};
    for (unsigned there = 0; there < first.size(); ++there) {
        for (std::size_t order = 0; order < order_count; ++order) {
            while (order_of_sides(first[there][order], there) != order_of_sides(order, there)) ++first[there][order];
        }
    }
    return first;
}();

struct Settling {
    /// No aggregate: those are cleared as a whole before their members are set.
    Settling(const Sketch& from, std::vector<int>& chosen, bool stand_for_themselves)
        : sketch(from), digits(chosen), are_canonical(stand_for_themselves) {}

    const Sketch& sketch;
    std::vector<int>& digits;
    bool are_canonical;  ///< the digits stand for themselves: nothing is to be looked for
    Decisions decisions;
    TileCuts cuts;  ///< once tiles and blocks are settled
    // Of the reduction, where there is something to look for:
    PerReduced<int> order;           ///< once k_order is settled
    PerReduced<std::int64_t> parts;  ///< straight code along each of it, for `lines_an_iteration`

    std::optional<std::size_t> hole(Knob knob) const {
        const int found = sketch.hole_of_knob[static_cast<std::size_t>(knob)];
        return found < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(found));
    }

    std::int64_t value_at(std::size_t hole, int digit) const {
        return sketch.holes[hole].values[static_cast<std::size_t>(digit)];
    }
    std::int64_t value(std::size_t hole) const { return value_at(hole, digits[hole]); }

    /// The hole's digit becomes the first whose value `same` accepts; the value that results.
    template <class Same>
    void first_like(std::size_t hole, const Same& same) {
        if (are_canonical) return;
        for (int digit = 0; digit < digits[hole]; ++digit) {
            if (same(value_at(hole, digit))) {
                digits[hole] = digit;
                return;
            }
        }
    }

    // ---- register tile

    bool fits() const {
        return registers_of_tile(sketch, decisions.tile_m, decisions.tile_m2, decisions.vectors) <= sketch.registers;
    }

    void shrink(Knob knob, std::int64_t& member) {
        const auto found = hole(knob);
        if (!found) return;
        while (digits[*found] > 0 && !fits()) member = value_at(*found, --digits[*found]);
    }

    void settle_tile() {
        const auto read = [&](Knob knob, std::int64_t& member) {
            if (const auto found = hole(knob)) member = value(*found);
        };
        read(Knob::tile_m, decisions.tile_m);
        read(Knob::tile_m2, decisions.tile_m2);
        read(Knob::tile_n, decisions.vectors);
        if (are_canonical || fits()) return;
        shrink(Knob::tile_m2, decisions.tile_m2);
        shrink(Knob::tile_m, decisions.tile_m);
        shrink(Knob::tile_n, decisions.vectors);
    }

    // ---- blocks

    static std::int64_t balanced(std::int64_t total, std::int64_t block) {
        if (block == 0 || block >= total) return 0;
        return ceil_div(total, ceil_div(total, block));
    }

    void settle_block(Knob knob, std::int64_t& member, std::int64_t total) {
        const auto found = hole(knob);
        if (!found) return;
        member = balanced(total, value(*found));
        if (are_canonical) return;
        if (member == 0 || !sketch.holes[*found].ordered)
            return first_like(*found, [&](std::int64_t other) { return balanced(total, other) == member; });
        // Longer blocks are not shorter when balanced, so those that are the same stand side by side: shorter ones come
        // to the same as long as there are not so many that each may be smaller than `member`.
        const std::int64_t most_blocks = member == 1 ? total : ceil_div(total, member - 1) - 1;
        const auto is_same = [&](std::int64_t shorter) { return shorter * most_blocks >= total; };
        while (digits[*found] > 0 && is_same(value_at(*found, digits[*found] - 1))) --digits[*found];
    }

    void settle_blocks() {
        cuts = tile_cuts(sketch, decisions);
        if (cuts.blocked >= 0) {
            Cut& cut = cut_in(cuts, sketch, cuts.blocked);
            settle_block(Knob::block_m, decisions.block_m, cut.tile_count);
            cut_into_blocks(decisions.block_m, cut);
        }
        if (sketch.vector >= 0) {
            settle_block(Knob::block_n, decisions.block_n, cuts.vector.tile_count);
            cut_into_blocks(decisions.block_n, cuts.vector);
        }
        if (sketch.longest >= 0)
            settle_block(Knob::block_k, decisions.block_k,
                         sketch.axes[static_cast<std::size_t>(sketch.longest)].extent);
    }

    // ---- orders: those that give the same loops are one

    /// The digit becomes the first whose value gives the same loops as its own, as `same` tells of each.
    template <class Same>
    void settle_order(Knob knob, int& member, const Same& same) {
        const auto found = hole(knob);
        if (!found) return;
        first_like(*found, same);
        member = static_cast<int>(value(*found));
    }

    /// Rotating the longest axis inwards changes nothing where it stands there already.
    void settle_k_order() {
        const bool is_last = !sketch.reduced.empty() && sketch.reduced.back() == sketch.longest;
        settle_order(Knob::k_order, decisions.k_order, [&](std::int64_t) { return is_last; });
        if (!are_canonical) order = reduction_order(sketch, decisions);
    }

    /// Orders of blocks differ in the sides that have blocks only.
    void settle_block_order() {
        if (are_canonical) {
            const auto none = [](std::int64_t) { return false; };
            settle_order(Knob::order, decisions.order, none);
            settle_order(Knob::inner_order, decisions.inner_order, none);
            return;
        }
        const int blocked = cuts.blocked;
        const bool has_m = !sketch.outside.empty() || (blocked >= 0 && cut_in(cuts, sketch, blocked).block_count > 1);
        const bool has_n = sketch.vector >= 0 && cuts.vector.block_count > 1;
        const auto& same_as = equal_orders[(has_m ? 1U : 0U) + (has_n ? 2U : 0U) + (decisions.block_k > 0 ? 4U : 0U)];
        const auto found = hole(Knob::order);
        const std::size_t wanted = same_as[static_cast<std::size_t>(found ? value(*found) : 0)];
        settle_order(Knob::order, decisions.order,
                     [&](std::int64_t other) { return same_as[static_cast<std::size_t>(other)] == wanted; });
        const auto has_tiles = [&](int axis) {
            const Cut& cut = cut_in(cuts, sketch, axis);
            return (cut.block > 0 ? cut.block : cut.tile_count) > 1;
        };
        const bool one_side = sketch.vector < 0 || !has_tiles(sketch.vector) ||
                              std::none_of(sketch.tiled.begin(), sketch.tiled.end(), has_tiles);
        settle_order(Knob::inner_order, decisions.inner_order, [&](std::int64_t) { return one_side; });
    }

    void settle_unroll() {
        const auto found = hole(Knob::unroll);
        if (!found) return;
        decisions.unroll = value(*found);
        if (are_canonical) return;
        const std::int64_t tile = decisions.tile_m * decisions.tile_m2 * decisions.vectors;
        const auto copies = [&](std::int64_t wanted) {
            decisions.unroll = wanted;
            return unrolled_copies(sketch, decisions, order);
        };
        std::int64_t settled = copies(value(*found));
        while (digits[*found] > 0 && settled * tile > most_code) settled = copies(value_at(*found, --digits[*found]));
        first_like(*found, [&](std::int64_t other) { return copies(other) == settled; });
        decisions.unroll = value(*found);
    }

    // ---- packing, tails, the rest

    /// How far inside the loops stands the last one around the register tile that moves the operand? 0: there is none,
    /// 1: among the outer ones and blocks, 2: among the tiles. The same as `packing_place`, without the loops.
    int depth_of_tiles(const SketchOperand& operand) const {
        const auto follows = [&](int axis) { return operand.follows[static_cast<std::size_t>(axis)]; };
        const auto follows_tiles = [&](int axis) {
            if (!follows(axis)) return false;
            const Cut& cut = cut_in(cuts, sketch, axis);
            return (cut.block > 0 ? cut.block : cut.tile_count) > 1;
        };
        if (sketch.vector >= 0 && !sketch.is_partial && follows_tiles(sketch.vector)) return 2;
        if (std::any_of(sketch.tiled.begin(), sketch.tiled.end(), follows_tiles)) return 2;
        return depth_of_blocks(operand);
    }
    int depth_of_blocks(const SketchOperand& operand) const {
        const auto follows = [&](int axis) { return operand.follows[static_cast<std::size_t>(axis)]; };
        const auto follows_blocks = [&](int axis) {
            return axis >= 0 && follows(axis) && cut_in(cuts, sketch, axis).block_count > 1;
        };
        if (std::any_of(sketch.batch.begin(), sketch.batch.end(), follows)) return 1;
        if (std::any_of(sketch.outside.begin(), sketch.outside.end(), follows)) return 1;
        if (follows_blocks(cuts.blocked) || follows_blocks(sketch.vector)) return 1;
        if (decisions.block_k == 0) return 0;
        return follows(sketch.longest) &&
                       decisions.block_k < sketch.axes[static_cast<std::size_t>(sketch.longest)].extent
                   ? 1
                   : 0;
    }
    int depth_of(const SketchOperand& operand, Packing packing) const {
        if (packing == Packing::strip) return depth_of_tiles(operand);
        return packing == Packing::block || packing == Packing::region_block ? depth_of_blocks(operand) : 0;
    }

    void settle_packs() {
        const auto is_region = [](Packing packing) { return packing >= Packing::region_whole; };
        for (const SketchOperand& operand : sketch.operands) {
            decisions.packings.push_back(operand.choices.front());
            if (operand.hole < 0) continue;
            const auto found = static_cast<std::size_t>(operand.hole);
            const auto chosen = static_cast<Packing>(value(found));
            if (!are_canonical && digits[found] > 0 && chosen > Packing::offline) {
                const int depth = depth_of(operand, chosen);
                first_like(found, [&](std::int64_t other_value) {
                    const auto other = static_cast<Packing>(other_value);
                    return other > Packing::offline && is_region(other) == is_region(chosen) &&
                           depth_of(operand, other) == depth;
                });
            }
            decisions.packings.back() = static_cast<Packing>(value(found));
        }
    }

    void settle_tail(Knob knob, bool& member, int axis) {
        const auto found = hole(knob);
        if (!found) return;
        const Cut& cut = cut_in(cuts, sketch, axis);
        if (cut.extent % cut.tile == 0) digits[*found] = 0;
        member = value(*found) == 1;
    }

    void settle_tails() {
        if (!sketch.tiled.empty()) settle_tail(Knob::tail_m, decisions.mask_m, sketch.tiled[0]);
        if (sketch.tiled.size() > 1) settle_tail(Knob::tail_m2, decisions.mask_m2, sketch.tiled[1]);
        if (sketch.vector >= 0) settle_tail(Knob::tail_n, decisions.mask_n, sketch.vector);
    }

    /// Lines of the operand's panel that an iteration of the innermost serial loop of the reduction reads: each loop
    /// inside is a dimension of the panel, the lanes are one line. Straight code is short: no product overflows.
    std::int64_t lines_an_iteration(const SketchOperand& operand) const {
        const auto follows = [&](int axis) { return operand.follows[static_cast<std::size_t>(axis)]; };
        std::int64_t lines = follows(sketch.vector) ? cuts.vector.vectors : 1;
        for (const int axis : sketch.tiled) {
            if (follows(axis)) lines *= cut_in(cuts, sketch, axis).tile;
        }
        if (sketch.is_partial && cuts.vector.tile_count > 1) return lines;
        const int blocked = decisions.block_k > 0 ? sketch.longest : -1;
        for (std::size_t i = order.size(); i-- > 0;) {
            const std::int64_t extent = sketch.axes[static_cast<std::size_t>(order[i])].extent;
            if (follows(order[i])) lines *= parts[i];
            if (parts[i] != (order[i] == blocked ? decisions.block_k : extent)) break;
        }
        return lines;
    }

    /// Are there panels to prefetch, none with more lines an iteration than the step takes?
    bool prefetch_is_useful() {
        if (are_canonical) return true;  // else their digit would be 0
        parts = unrolled_parts(sketch, decisions, order);
        bool packs_vectors = false;
        for (std::size_t o = 0; o < sketch.operands.size(); ++o) {
            const SketchOperand& operand = sketch.operands[o];
            if (!is_by_axes(decisions.packings[o]) || !operand.follows[static_cast<std::size_t>(sketch.vector)]) {
                continue;
            }
            if (lines_an_iteration(operand) > schedules::most_prefetched_lines) return false;
            packs_vectors = true;
        }
        return packs_vectors;
    }

    void settle_parallel(std::size_t found) {
        std::vector<PlannedLoop> loops;
        plan_loops(sketch, decisions, cuts, loops);
        const int wanted = parallel_place(sketch, loops, static_cast<Divided>(value(found)));
        first_like(found, [&](std::int64_t other) {
            return parallel_place(sketch, loops, static_cast<Divided>(other)) == wanted;
        });
    }

    void settle_rest() {
        if (const auto found = hole(Knob::prefetch); found && value(*found) != 0) {
            const bool useful = prefetch_is_useful();
            if (!useful) digits[*found] = 0;
            decisions.prefetch = useful ? value(*found) : 0;
        }
        if (const auto found = hole(Knob::transpose)) {
            if (decisions.tile_m == 1) digits[*found] = 0;
            decisions.transpose = decisions.tile_m > 1 && value(*found) == 1;
        }
        decisions.fused_epilogue = !sketch.epilogues.empty();
        if (const auto found = hole(Knob::epilogue)) decisions.fused_epilogue = value(*found) == 1;
        if (const auto found = hole(Knob::parallel)) {
            if (!are_canonical && digits[*found] > 0) settle_parallel(*found);
            decisions.parallel = static_cast<Divided>(value(*found));
        }
    }
};

}  // namespace

namespace {

void run(Settling& settling) {
    SAKU_CHECK(settling.digits.size() == settling.sketch.holes.size(), "one digit per hole");
    settling.settle_tile();
    settling.settle_blocks();
    settling.settle_k_order();
    settling.settle_unroll();
    settling.settle_block_order();
    settling.settle_packs();
    settling.settle_tails();
    settling.settle_rest();
}

}  // namespace

Decisions settle(const Sketch& sketch, std::vector<int>& digits) {
    Settling settling(sketch, digits, false);
    run(settling);
    return settling.decisions;
}

void make_canonical(const Sketch& sketch, std::vector<int>& digits) {
    Settling settling(sketch, digits, false);
    run(settling);
}

Decisions decisions_of_canonical(const Sketch& sketch, std::vector<int>& digits) {
    Settling settling(sketch, digits, true);
    run(settling);
    return settling.decisions;
}

}  // namespace saku::tuner
