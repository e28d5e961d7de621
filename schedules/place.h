// A place in a nest: the loops and conditions around it, and what follows from them.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/result.h"
#include "ir/facts.h"
#include "ir/loop_nest.h"

namespace saku::schedules {

/// A loop without its body.
struct LoopHead {
    ir::VarId variable = 0;
    ir::Extent extent;
    ir::LoopKind kind = ir::LoopKind::serial;
    friend bool operator==(const LoopHead&, const LoopHead&) = default;
};

[[nodiscard]] LoopHead head_of(const ir::Loop& loop);
/// The values the loop's variable takes.
[[nodiscard]] ir::Interval values_of(const LoopHead& loop);

struct Place {
    std::vector<LoopHead> loops;   ///< around the place, outermost first
    std::vector<ir::Index> facts;  ///< each is >= 0 here
    bool facts_are_all = true;     ///< false in the second block of a guard of several conditions: one of them fails

    [[nodiscard]] bool is_inside(ir::VarId variable) const;
    /// The interval of each surrounding loop's variable. Refers to this place, which must outlive it.
    [[nodiscard]] ir::Ranges ranges() const;
};

[[nodiscard]] Place inside(Place place, const ir::Loop& loop);
/// In a guard's first block.
[[nodiscard]] Place where_holds(Place place, const std::vector<ir::Index>& conditions);
/// In a guard's second block: a single condition is known to be negative there.
[[nodiscard]] Place where_fails(Place place, const std::vector<ir::Index>& conditions);

/// The same as ir::Facts, which answers questions about bounds.
[[nodiscard]] ir::Facts facts_at(const Place& place);

/// Is `condition` >= 0 in every iteration that gets to the place? Sufficient, not necessary.
[[nodiscard]] bool always(const ir::Index& condition, const Place& place);

/// Calls `visit` for every node with its place, parents before children, in program order.
void walk_places(const ir::Block& block, const Place& place,
                 const std::function<void(const ir::Node&, const Place&)>& visit);

/// Puts what `change` gives in the place of each loop over `variable` (which is not entered again).
using LoopChange = std::function<Fitted<ir::Block>(const ir::Loop&, const Place&)>;
[[nodiscard]] Fitted<ir::Block> change_loops(const ir::Block& block, ir::VarId variable, const LoopChange& change,
                                             const Place& place = {});

/// Does a loop over the variable stand in the block?
[[nodiscard]] bool has_loop(const ir::Block& block, ir::VarId variable);

// ---- chains: loops directly inside one another, with nothing but guards between

/// The body in guards; as it is without conditions.
[[nodiscard]] ir::Block guarded(std::vector<ir::Index> conditions, ir::Block body);

/// The body in the loops, outermost first. Each condition stands as far out as its variables allow.
[[nodiscard]] ir::Block nested(const std::vector<LoopHead>& loops, const std::vector<ir::Index>& conditions,
                               ir::Block body);

// ---- subscripts and conditions

/// Every subscript, condition and `first` index with floors and mods simplified by the ranges of the block's loops.
[[nodiscard]] ir::Block with_simple_indices(const ir::Block& block);

/// Can `factor` times another variable stand for the variable, with all its coefficients below 2^52?
[[nodiscard]] bool coefficients_stay_small(const ir::Block& block, ir::VarId variable, std::int64_t factor);

/// Do all indices of the block, and the sums inside them, stay below 2^52 for all iterations?
[[nodiscard]] bool indices_stay_small(const ir::Block& block);

}  // namespace saku::schedules
