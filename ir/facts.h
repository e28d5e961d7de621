// What is known at one place of a nest: the ranges of the loops around it and the guards it stands under.
//
// Questions a reader has. How are bounds found? By interval arithmetic with variables independent of one another, and
// by taking facts away: with c - 2*f >= 3 by intervals and f >= 0 known, c >= 3. One or two facts are combined, each
// with a factor that cancels a term. Is it complete? No: a true bound may stay unproven, never the other way round.
// Floors and mods are terms like variables, bounded by the bounds of what is inside them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "ir/loop_nest.h"

namespace saku::ir {

/// A sum of variables known to be constant at this place: in the tail branch of a block-wise split,
/// `192*n_oo + 48*n_om` is 768. Guards and subscripts that contain the sum (all its terms, each as many times) may
/// replace it.
struct KnownSum {
    Index sum;  ///< affine, constant 0
    std::int64_t value = 0;
};

class Facts {
public:
    Facts() = default;
    /// `outer` tells the ranges of variables whose loops lie outside everything that is entered.
    explicit Facts(Ranges outer) : outer_(std::make_shared<const Ranges>(std::move(outer))) {}

    /// Enters a loop over `variable`; what was known of it before is about another loop and is forgotten.
    void enter(VarId variable, Interval values);
    void enter(const Loop& loop) { enter(loop.variable, {0, largest(loop.extent) - 1}); }
    /// Enters a place where `condition` >= 0 holds.
    void assume(const Index& condition);
    /// Enters the else branch of a guard: its only condition is negative. Of several, nothing is known.
    void assume_not(const std::vector<Index>& conditions);
    void assume(const KnownSum& known);

    /// True when the facts contradict one another: no iteration comes here.
    [[nodiscard]] bool is_impossible() const { return is_impossible_; }

    /// Bounds of the index that hold at this place; empty when none was found.
    [[nodiscard]] std::optional<std::int64_t> lower(const Index& index) const;
    [[nodiscard]] std::optional<std::int64_t> upper(const Index& index) const;
    /// Is the index >= 0 in every iteration that comes here? In none?
    [[nodiscard]] bool always(const Index& condition) const { return is_at_least(condition, 0); }
    [[nodiscard]] bool never(const Index& condition) const;
    /// Both bounds; empty when one is missing.
    [[nodiscard]] std::optional<Interval> bounds(const Index& index) const;
    [[nodiscard]] bool is_within(const Index& index, Interval values) const;

    /// Floors and mods simplified, known sums replaced. Variables stay, even those with one possible value.
    [[nodiscard]] Index simplified(const Index& index) const;
    [[nodiscard]] std::optional<Interval> values_of(VarId variable) const;

private:
    [[nodiscard]] std::optional<Interval> reach_of(const Index& index, int more_facts) const;
    [[nodiscard]] bool is_at_least(const Index& index, std::int64_t bound) const;
    [[nodiscard]] std::optional<std::int64_t> rejoined_below(const Index& index, int more_facts) const;
    [[nodiscard]] std::optional<std::int64_t> bound_below(const Index& index, std::size_t first_fact, int more_facts,
                                                          std::int64_t enough) const;
    [[nodiscard]] std::optional<Interval> bounds(const Index& index, int more_facts) const;
    [[nodiscard]] Index with_sums_replaced(const Index& index) const;
    void narrow(VarId variable, Interval values);

    std::shared_ptr<const Ranges> outer_;  // shared: facts are copied at every place
    std::vector<std::pair<VarId, Interval>> values_;
    std::vector<std::shared_ptr<const Index>> facts_;  // each >= 0; shared, as they are copied at every place
    std::vector<KnownSum> sums_;
    bool is_impossible_ = false;
};

/// Calls `visit` for each node of the block, parents first, with what is known where it stands; `outer` holds for all.
void walk_with_facts(const Block& block, const Facts& outer,
                     const std::function<void(const Node&, const Facts&)>& visit);

}  // namespace saku::ir
