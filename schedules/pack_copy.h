// The copies a pack makes: what goes where, and the nest that does it.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "ir/loop_nest.h"
#include "schedules/pack.h"
#include "schedules/pack_reads.h"

namespace saku::schedules {

/// One dimension of a copy.
struct CopyDimension {
    std::string name;         ///< of the loop that fills it
    std::int64_t extent = 1;  ///< of this site; the buffer has the largest of all sites
};

/// How one site copies: `copy[v0, v1, ..] = tensor[source(v0, v1, ..)]`, and what its reads become.
struct CopyPlan {
    std::vector<CopyDimension> dimensions;
    /// Subscripts of the tensor; loop d of the copy stands as variable `placeholder(d)`.
    std::vector<ir::Index> source;
    std::vector<ir::Index> conditions;          ///< in the same terms
    std::vector<std::vector<ir::Index>> reads;  ///< subscripts of the copy for each read of the site
    double pad = 0;
    bool copies_only_reads = false;  ///< see below; found out for outputs only
};

/// Stands for loop d of a copy until its variable exists.
[[nodiscard]] ir::VarId placeholder(std::size_t dimension);

/// One dimension for each listed loop: reads must all name the same element for the same loops.
[[nodiscard]] Fitted<CopyPlan> plan_by_axes(const ir::LoopNest& nest, const PackSite& site, const Pack& step,
                                            const std::vector<ir::VarId>& axes);

/// The box that the loops inside the site reach, without the steps that all reads leap over.
[[nodiscard]] Fitted<CopyPlan> plan_by_region(const ir::LoopNest& nest, const PackSite& site, const Pack& step);

/// Is every element that the copy takes from inside the tensor also read by the loops it serves, each time? Sufficient,
/// not necessary.
[[nodiscard]] bool copies_only_reads(const ir::Buffer& tensor, const PackSite& site, const CopyPlan& plan);

/// The nest that fills `copy`, in the loops of the site's place. `variables` are the loops' variables, made by the
/// first call and shared by the copies of other sites.
[[nodiscard]] ir::Block copy_nest(ir::LoopNest& nest, const CopyPlan& plan, const Place& place, ir::BufferId tensor,
                                  ir::BufferId copy, std::int64_t lanes, std::vector<ir::VarId>& variables);

}  // namespace saku::schedules
