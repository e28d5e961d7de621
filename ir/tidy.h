// Simplification with what the loops and guards around a place tell about its variables.
#pragma once

#include <vector>

#include "ir/facts.h"
#include "ir/loop_nest.h"

namespace saku::ir {

/// The block with, inside-out: floors and mods simplified by the ranges of surrounding loops; guard conditions that
/// always hold removed, guards that never hold replaced by their else branch; loops of extent 1 replaced by their body
/// (unless `keep_unit_loops`, or one of several parallel loops over its variable); loops whose body is guarded by
/// `variable < bound` shortened to that bound; empty loops removed; `first` lists reduced (indices always zero dropped;
/// a list that can never be all zero removed); the pad of reads that cannot leave the shape removed.
[[nodiscard]] Block tidy(const LoopNest& nest, const Block& block, const std::vector<KnownSum>& known = {},
                         bool keep_unit_loops = false);

/// `tidy` on the body and the offline packs.
[[nodiscard]] LoopNest tidy(LoopNest nest);

}  // namespace saku::ir
