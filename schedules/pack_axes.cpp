// Packing by iteration axes: one dimension of the copy for each listed loop.
#include <algorithm>
#include <utility>

#include "schedules/names.h"
#include "schedules/pack_copy.h"

namespace saku::schedules {

namespace {

std::size_t variables_used(const ir::Access& access) {
    std::vector<ir::VarId> used;
    for (const ir::Index& index : access.indices) {
        const std::vector<ir::VarId> more = index.variables();
        used.insert(used.end(), more.begin(), more.end());
    }
    std::sort(used.begin(), used.end());
    return static_cast<std::size_t>(std::unique(used.begin(), used.end()) - used.begin());
}

/// The read that shows the subscripts in full: tails of one iteration have lost theirs.
const PackedRead& fullest(const PackSite& site) {
    return *std::max_element(site.reads.begin(), site.reads.end(), [](const PackedRead& a, const PackedRead& b) {
        return variables_used(a.access) < variables_used(b.access);
    });
}

std::int64_t extent_at(const PackedRead& read, ir::VarId variable) {
    for (const LoopHead& loop : read.place.loops) {
        if (loop.variable == variable) return values_of(loop).high + 1;
    }
    return 0;
}

/// Does every read name the element that the pattern names, for the same values of the loops? Tails may say it in other
/// words, where the position of their tile is known.
bool all_match(const PackSite& site, const ir::Access& pattern) {
    return std::all_of(site.reads.begin(), site.reads.end(), [&](const PackedRead& read) {
        if (read.access.indices == pattern.indices) return true;
        const ir::Facts facts = facts_at(read.place);
        for (std::size_t d = 0; d < pattern.indices.size(); ++d) {
            if (!facts.is_within(pattern.indices[d] - read.access.indices[d], {0, 0})) return false;
        }
        return true;
    });
}

Fitted<std::vector<CopyDimension>> dimensions_of(const ir::LoopNest& nest, const PackSite& site, const Pack& step,
                                                 const ir::Access& pattern, const std::vector<ir::VarId>& axes) {
    std::vector<CopyDimension> dimensions;
    for (ir::VarId axis : axes) {
        const std::string& name = name_of(nest, axis);
        if (site.is_outside(axis)) {
            return NotApplicable{"axis outside", name + " is not inside " + step.at};
        }
        std::int64_t extent = 1;
        for (const PackedRead& read : site.reads) {
            const std::int64_t here = extent_at(read, axis);
            if (here == 0) return NotApplicable{"axis not around the read", name + " of " + step.tensor};
            extent = std::max(extent, here);
        }
        if (extent > 1 && !uses(pattern.indices, axis)) {
            return NotApplicable{"axis not used", step.tensor + " does not move with " + name};
        }
        dimensions.push_back({step.buffer + "_" + name, extent});
    }
    return dimensions;
}

}  // namespace

Fitted<CopyPlan> plan_by_axes(const ir::LoopNest& nest, const PackSite& site, const Pack& step,
                              const std::vector<ir::VarId>& axes) {
    const ir::Access& pattern = fullest(site).access;
    const auto is_axis = [&](ir::VarId variable) {
        return std::find(axes.begin(), axes.end(), variable) != axes.end();
    };
    SAKU_TRY(dimensions, dimensions_of(nest, site, step, pattern, axes));
    CopyPlan plan{.dimensions = std::move(dimensions), .source = {}, .conditions = {}, .reads = {}, .pad = 0};
    SAKU_TRY(pad, pad_of(site));
    plan.pad = pad;
    if (!all_match(site, pattern)) {
        return NotApplicable{"reads differ", step.tensor + " is read with several subscripts"};
    }
    const auto in_copy = [&](ir::Index index) {
        for (std::size_t d = 0; d < axes.size(); ++d) {
            index = ir::substitute(index, axes[d], ir::Index::variable(placeholder(d)));
        }
        return index;
    };
    for (const ir::Index& index : pattern.indices) {
        for (ir::VarId variable : index.variables()) {
            if (is_axis(variable) || site.is_outside(variable)) continue;
            return NotApplicable{"loop not an axis", step.tensor + " also moves with " + name_of(nest, variable)};
        }
        plan.source.push_back(in_copy(index));
    }
    // What is packed before any run holds every element, so that its bytes do not depend on the rest of the schedule.
    if (!step.at.empty()) {
        for (const ir::Index& condition : common_conditions(
                 site, [&](ir::VarId variable) { return is_axis(variable) || site.is_outside(variable); })) {
            plan.conditions.push_back(in_copy(condition));
        }
    }
    std::vector<ir::Index> subscripts;
    for (ir::VarId axis : axes) subscripts.push_back(ir::Index::variable(axis));
    plan.reads.assign(site.reads.size(), subscripts);
    return plan;
}

}  // namespace saku::schedules
