// Going through a nest and rebuilding parts of it.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "ir/loop_nest.h"

namespace saku::ir {

/// Calls `visit` for every node, parents before children, in program order.
void walk(const Block& block, const std::function<void(const Node&)>& visit);

/// Rebuilds a block: where `replace` gives a block, it stands in for the node (and is not entered again); where it
/// gives nothing, the node stays and its children are rebuilt.
[[nodiscard]] Block rewrite(const Block& block, const std::function<std::optional<Block>(const Node&)>& replace);

/// Every index of the block passed through `change`: subscripts, guards, `first` lists.
[[nodiscard]] Block map_indices(const Block& block, const std::function<Index(const Index&)>& change);

/// Every access of the block passed through `change` (destinations, loads, prefetches).
[[nodiscard]] Block map_accesses(const Block& block, const std::function<Access(const Access&)>& change);

/// One variable replaced by an expression everywhere in the block; loops over it are not removed.
[[nodiscard]] Block substitute(const Block& block, VarId variable, const Index& replacement);

/// Calls `visit` for each access of the block, in program order; `is_write` for destinations.
void for_each_access(const Block& block, const std::function<void(const Access&, bool is_write)>& visit);

/// The loop over `variable`; null when there is none. A variable may have several loops (the two branches of a guard,
/// the parts of a partition): `find_loops` gives all, in program order.
[[nodiscard]] const Loop* find_loop(const Block& block, VarId variable);
[[nodiscard]] std::vector<const Loop*> find_loops(const Block& block, VarId variable);

/// [0, extent-1] of every loop in the block. Where a variable has loops of different extents, the widest counts;
/// run-time extents count as `largest` says.
[[nodiscard]] Ranges ranges_of(const Block& block);

/// Gives the variables of the block that loops inside it define fresh names in `nest`, so that a copy of a block can
/// stand beside the original.
[[nodiscard]] Block with_fresh_variables(LoopNest& nest, const Block& block);

}  // namespace saku::ir
