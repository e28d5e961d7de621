#include "schedules/pack_copy.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/checked.h"
#include "schedules/names.h"
#include "schedules/privacy.h"

namespace saku::schedules {

namespace {

constexpr ir::VarId first_placeholder = 1 << 30;
constexpr std::int64_t fewest_lanes = 4;

/// The placeholders of an index replaced by what the loops' variables make of them.
ir::Index in_loops(ir::Index index, const std::vector<ir::Index>& positions) {
    for (std::size_t d = 0; d < positions.size(); ++d) index = ir::substitute(index, placeholder(d), positions[d]);
    return index;
}

bool stays_inside(const ir::Buffer& buffer, const std::vector<ir::Index>& indices, const Place& place) {
    for (std::size_t d = 0; d < indices.size(); ++d) {
        if (!always(indices[d], place) || !always(ir::Index(buffer.shape[d] - 1) - indices[d], place)) return false;
    }
    return true;
}

/// The lanes of the vector loop for a row of `extent` elements: the largest divisor up to `wanted` that is worth a
/// vector, or 1.
std::int64_t lanes_for(std::int64_t extent, std::int64_t wanted) {
    for (std::int64_t lanes = std::min(extent, wanted); lanes >= std::min(extent, fewest_lanes) && lanes > 1; --lanes) {
        if (extent % lanes == 0) return lanes;
    }
    return 1;
}

}  // namespace

ir::VarId placeholder(std::size_t dimension) { return first_placeholder + static_cast<ir::VarId>(dimension); }

bool copies_only_reads(const ir::Buffer& tensor, const PackSite& site, const CopyPlan& plan) {
    Place copying = where_holds(site.place, plan.conditions);
    for (std::size_t d = 0; d < plan.dimensions.size(); ++d) {
        copying.loops.push_back({placeholder(d), plan.dimensions[d].extent, ir::LoopKind::serial});
    }
    // Elsewhere the copy is padded, or the nest would be wrong already.
    for (std::size_t d = 0; d < plan.source.size(); ++d) {
        copying.facts.push_back(plan.source[d]);
        copying.facts.push_back(ir::Index(tensor.shape[d] - 1) - plan.source[d]);
    }
    return std::any_of(site.reads.begin(), site.reads.end(), [&](const PackedRead& read) {
        return names_all_of(read.access.indices, read.place, site.place.loops.size(), plan.source, copying);
    });
}

ir::Block copy_nest(ir::LoopNest& nest, const CopyPlan& plan, const Place& place, ir::BufferId tensor,
                    ir::BufferId copy, std::int64_t lanes, std::vector<ir::VarId>& variables) {
    const std::int64_t inner = lanes_for(plan.dimensions.back().extent, lanes);
    const bool is_split = inner > 1 && inner < plan.dimensions.back().extent;
    if (variables.empty()) {
        for (const CopyDimension& dimension : plan.dimensions) {
            variables.push_back(ir::add_variable(nest, dimension.name));
        }
    }
    if (is_split && variables.size() == plan.dimensions.size()) {
        variables.push_back(ir::add_variable(nest, plan.dimensions.back().name + "_l"));
    }
    std::vector<LoopHead> loops;
    std::vector<ir::Index> positions;
    for (std::size_t d = 0; d < plan.dimensions.size(); ++d) {
        loops.push_back({variables[d], plan.dimensions[d].extent, ir::LoopKind::serial});
        positions.push_back(ir::Index::variable(variables[d]));
    }
    if (is_split) {
        loops.back().extent = plan.dimensions.back().extent / inner;
        loops.push_back({variables.back(), inner, ir::LoopKind::vector});
        positions.back() = positions.back() * inner + ir::Index::variable(variables.back());
    } else if (inner > 1) {
        loops.back().kind = ir::LoopKind::vector;
    }

    ir::Access source{tensor, plan.source, std::nullopt};
    std::vector<ir::Index> conditions = plan.conditions;
    for (ir::Index& index : source.indices) index = in_loops(std::move(index), positions);
    for (ir::Index& index : conditions) index = in_loops(std::move(index), positions);
    Place copying = where_holds(place, conditions);
    copying.loops.insert(copying.loops.end(), loops.begin(), loops.end());
    if (!stays_inside(buffer_of(nest, tensor), source.indices, copying)) source.pad = plan.pad;

    ir::Block body;
    body.push_back({ir::Store{.destination = {copy, positions, std::nullopt},
                              .update = ir::Update::assign,
                              .value = ir::load(std::move(source)),
                              .first = std::nullopt}});
    return nested(loops, conditions, std::move(body));
}

}  // namespace saku::schedules
