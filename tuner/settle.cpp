// Digits to decisions, equivalent digits to one.
#include <algorithm>
#include <array>
#include <functional>

#include "base/check.h"
#include "base/checked.h"
#include "schedules/prefetch.h"
#include "tuner/plan.h"

namespace saku::tuner {

namespace {

constexpr std::int64_t most_code = 512;  ///< update instructions in straight code: more leaves the micro-op cache

struct Settling {
    const Sketch& sketch;
    std::vector<int>& digits;
    bool are_canonical = false;  ///< the digits stand for themselves: nothing is to be looked for
    Decisions decisions = {};
    TileCuts cuts = {};                 ///< once tiles and blocks are settled
    std::vector<PlannedLoop> all = {};  ///< `planned`, once everything is settled that they depend on

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
        if (are_canonical) return;
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
        const auto same = [&](std::int64_t other) { return balanced(total, other) == member; };
        if (member == 0 || !sketch.holes[*found].ordered) return first_like(*found, same);
        // Longer blocks are not shorter when balanced, so those that are the same stand side by side.
        while (digits[*found] > 0 && same(value_at(*found, digits[*found] - 1))) --digits[*found];
    }

    void settle_blocks() {
        if (const int axis = blocked_axis(sketch); axis >= 0) {
            settle_block(Knob::block_m, decisions.block_m, cut_of(sketch, decisions, axis).tile_count);
        }
        if (sketch.vector >= 0) {
            settle_block(Knob::block_n, decisions.block_n, cut_of(sketch, decisions, sketch.vector).tile_count);
        }
        if (const int axis = longest_reduction(sketch); axis >= 0) {
            settle_block(Knob::block_k, decisions.block_k, sketch.axes[static_cast<std::size_t>(axis)].extent);
        }
        cuts = tile_cuts(sketch, decisions);
    }

    // ---- orders: those that give the same loops are one

    /// The digit becomes the first whose value gives the same loops as its own by `same`.
    template <class Same>
    void settle_order(Knob knob, int& member, const Same& same) {
        const auto found = hole(knob);
        if (!found) return;
        const std::int64_t wanted = value(*found);
        first_like(*found, [&](std::int64_t other) { return other == wanted || same(other, wanted); });
        member = static_cast<int>(value(*found));
    }

    /// Rotating the longest axis inwards changes nothing where it stands there already.
    void settle_k_order() {
        const bool is_last = !sketch.reduced.empty() && sketch.reduced.back() == longest_reduction(sketch);
        settle_order(Knob::k_order, decisions.k_order, [&](std::int64_t, std::int64_t) { return is_last; });
    }

    /// Orders of blocks differ in the sides that have blocks only.
    void settle_block_order() {
        if (are_canonical) {
            settle_order(Knob::order, decisions.order, std::equal_to<>());
            settle_order(Knob::inner_order, decisions.inner_order, std::equal_to<>());
            return;
        }
        const int blocked = cuts.blocked;
        const bool has_m = !sketch.outside.empty() || (blocked >= 0 && cut_in(cuts, sketch, blocked).block_count > 1);
        const bool has_n = sketch.vector >= 0 && cuts.vector.block_count > 1;
        const auto order_of_sides = [&](std::int64_t order) {
            std::array<char, 4> sides{};
            std::size_t count = 0;
            for (const char* side = block_orders[static_cast<std::size_t>(order)]; *side != 0; ++side) {
                const bool is_there = *side == 'm' ? has_m : *side == 'n' ? has_n : decisions.block_k > 0;
                if (is_there) sides[count++] = *side;
            }
            return sides;
        };
        settle_order(Knob::order, decisions.order, [&](std::int64_t other, std::int64_t wanted) {
            return order_of_sides(other) == order_of_sides(wanted);
        });
        const auto has_tiles = [&](int axis) {
            const Cut& cut = cut_in(cuts, sketch, axis);
            return (cut.block > 0 ? cut.block : cut.tile_count) > 1;
        };
        const bool one_side = sketch.vector < 0 || !has_tiles(sketch.vector) ||
                              std::none_of(sketch.tiled.begin(), sketch.tiled.end(), has_tiles);
        settle_order(Knob::inner_order, decisions.inner_order, [&](std::int64_t, std::int64_t) { return one_side; });
    }

    void settle_unroll() {
        const auto found = hole(Knob::unroll);
        if (!found) return;
        decisions.unroll = value(*found);
        if (are_canonical) return;
        const PerReduced<int> order = reduction_order(sketch, decisions);
        const std::int64_t tile = decisions.tile_m * decisions.tile_m2 * decisions.vectors;
        const auto amount = [&](std::int64_t wanted) {
            decisions.unroll = wanted;
            std::int64_t product = 1;
            for (const std::int64_t part : unrolled_parts(sketch, decisions, order)) product *= part;
            return product;
        };
        while (digits[*found] > 0 && amount(value(*found)) * tile > most_code) --digits[*found];
        const std::int64_t wanted_amount = amount(value(*found));
        first_like(*found, [&](std::int64_t other) { return amount(other) == wanted_amount; });
        decisions.unroll = value(*found);
    }

    // ---- packing, tails, the rest

    void settle_packs() {
        decisions.packings.assign(sketch.operands.size(), Packing::none);
        const auto is_region = [](Packing packing) { return packing >= Packing::region_whole; };
        for (std::size_t o = 0; o < sketch.operands.size(); ++o) {
            const std::vector<Packing>& choices = sketch.operands[o].choices;
            decisions.packings[o] = choices.front();
            if (sketch.operands[o].hole < 0) continue;
            const std::optional found = static_cast<std::size_t>(sketch.operands[o].hole);
            const auto chosen = static_cast<Packing>(value(*found));
            const auto place = [&](Packing packing) {
                return packing_place(sketch, planned(), static_cast<int>(o), packing);
            };
            if (chosen > Packing::offline) {
                first_like(*found, [&](std::int64_t other_value) {
                    const auto other = static_cast<Packing>(other_value);
                    return other > Packing::offline && is_region(other) == is_region(chosen) &&
                           place(other) == place(chosen);
                });
            }
            decisions.packings[o] = static_cast<Packing>(value(*found));
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

    const std::vector<PlannedLoop>& planned() {
        if (all.empty()) plan_loops(sketch, decisions, cuts, all);
        return all;
    }

    /// Lines of the operand's panel that an iteration of the innermost serial loop of the reduction reads: each loop
    /// inside is a dimension of the panel, the lanes are one line.
    std::int64_t lines_an_iteration(const SketchOperand& operand) {
        const std::vector<PlannedLoop>& loops = planned();
        std::int64_t lines = 1;  // straight code is short: no product of its extents overflows
        for (auto loop = loops.rbegin(); loop != loops.rend() && loop->kind != PlannedKind::serial; ++loop) {
            const bool moves = operand.follows[static_cast<std::size_t>(loop->axis)];
            if (moves && loop->kind != PlannedKind::lanes) lines *= loop->extent;
        }
        return lines;
    }

    /// Are there panels to prefetch, none with more lines an iteration than the step takes?
    bool prefetch_is_useful() {
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
            const int wanted = are_canonical ? -1 : parallel_place(sketch, planned(), static_cast<int>(value(*found)));
            first_like(*found, [&](std::int64_t other) {
                return parallel_place(sketch, planned(), static_cast<int>(other)) == wanted;
            });
            decisions.parallel = static_cast<int>(value(*found));
        }
    }
};

}  // namespace

namespace {

Decisions decided(Settling settling) {
    SAKU_CHECK(settling.digits.size() == settling.sketch.holes.size(), "one digit per hole");
    settling.settle_tile();
    settling.settle_blocks();
    settling.settle_k_order();
    settling.settle_unroll();
    settling.settle_block_order();
    settling.settle_packs();
    settling.settle_tails();
    settling.settle_rest();
    return std::move(settling.decisions);
}

}  // namespace

Decisions settle(const Sketch& sketch, std::vector<int>& digits) {
    return decided({.sketch = sketch, .digits = digits});
}

Decisions decisions_of_canonical(const Sketch& sketch, std::vector<int>& digits) {
    return decided({.sketch = sketch, .digits = digits, .are_canonical = true});
}

}  // namespace saku::tuner
