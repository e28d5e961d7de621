// Where a pack puts its copy, and the reads that the copy will serve.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ir/loop_nest.h"
#include "schedules/place.h"

namespace saku::schedules {

/// One load of the tensor that is packed.
struct PackedRead {
    ir::Access access;
    Place place;                         ///< from the nest's body to the load
    std::vector<ir::VarId> tile;         ///< loops of the register tile that the load's result goes to
};

/// One place of a copy: the body of a loop `at`, or the nest's whole body.
struct PackSite {
    Place place;                    ///< of what the site holds; its loops are "outside" for the copy
    std::vector<PackedRead> reads;  ///< in program order

    [[nodiscard]] bool is_outside(ir::VarId variable) const { return place.is_inside(variable); }
    /// Are all variables of the index loops at or outside the site?
    [[nodiscard]] bool is_outside(const ir::Index& index) const;
};

/// The reads of `tensor` inside `block`, which stands at `place`; maybe none. Refuses: the tensor written there.
[[nodiscard]] Fitted<PackSite> site_of(const ir::LoopNest& nest, const ir::Block& block, const Place& place,
                                       ir::BufferId tensor);

/// The conditions under which all reads happen, as far as they concern only loops for which `visible` holds and no loop
/// of a register tile: those a later `tail(.., mask)` may drop, so the copy has to serve them too.
[[nodiscard]] std::vector<ir::Index> common_conditions(const PackSite& site,
                                                       const std::function<bool(ir::VarId)>& visible);

/// What padded reads of the site give outside the tensor; 0 where none is padded.
[[nodiscard]] Fitted<double> pad_of(const PackSite& site);

}  // namespace saku::schedules
