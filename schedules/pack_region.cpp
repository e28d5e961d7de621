// Packing by region: the box of the tensor that the loops inside a site reach.
#include <algorithm>
#include <numeric>
#include <utility>

#include "base/checked.h"
#include "schedules/names.h"
#include "schedules/pack_copy.h"

namespace saku::schedules {

namespace {

/// A subscript, taken apart into what stays and what moves inside the site.
struct Parts {
    ir::Index outside;     ///< without the constant
    ir::Index moving;      ///< with the constant
    ir::Interval reach;    ///< of `moving`
    std::int64_t leap = 0; ///< a common divisor of all differences of `moving`; 0 when it does not move
};

ir::Index single(const ir::Term& term) {
    switch (term.atom.kind) {
        case ir::Atom::Kind::variable:
            return ir::Index::variable(term.atom.variable) * term.coefficient;
        case ir::Atom::Kind::floor_div:
            return ir::quotient(*term.atom.inner, term.atom.divisor) * term.coefficient;
        case ir::Atom::Kind::mod:
            return ir::remainder(*term.atom.inner, term.atom.divisor) * term.coefficient;
    }
    return {};
}

Fitted<Parts> parts_of(const ir::Index& index, const PackSite& site, const PackedRead& read) {
    Parts parts;
    parts.moving = index.constant();
    for (const ir::Term& term : index.terms()) {
        const ir::Index summand = single(term);
        if (site.is_outside(summand)) {
            parts.outside += summand;
            continue;
        }
        const std::vector<ir::VarId> variables = summand.variables();
        if (std::any_of(variables.begin(), variables.end(), [&](ir::VarId v) { return site.is_outside(v); })) {
            return NotApplicable{"region not a box", "a division mixes loops outside and inside the place of the copy"};
        }
        parts.moving += summand;
        parts.leap = std::gcd(parts.leap, term.coefficient);
    }
    const std::optional<ir::Interval> reach = ir::range(parts.moving, read.place.ranges());
    if (!reach) return NotApplicable{"region not a box", "a loop of unknown range"};
    parts.reach = *reach;
    return parts;
}

/// One dimension of the tensor, over all reads of the site.
struct Side {
    ir::Index start;  ///< of the box, in loops outside the site
    std::int64_t extent = 1;
    std::int64_t leap = 1;
    std::vector<ir::Index> positions;  ///< in the box, for each read
};

Fitted<Side> side_of(const PackSite& site, std::size_t dimension, const std::string& tensor) {
    std::vector<Parts> all;
    for (const PackedRead& read : site.reads) {
        SAKU_TRY(parts, parts_of(read.access.indices[dimension], site, read));
        if (!all.empty() && !(all.front().outside == parts.outside)) {
            return NotApplicable{"reads differ", tensor + " is read in several boxes"};
        }
        all.push_back(std::move(parts));
    }
    ir::Interval reach = all.front().reach;
    std::int64_t leap = 0;
    for (const Parts& parts : all) {
        reach = {std::min(reach.low, parts.reach.low), std::max(reach.high, parts.reach.high)};
        leap = std::gcd(leap, parts.leap);
        leap = std::gcd(leap, parts.moving.constant() - all.front().moving.constant());
    }
    // Where nothing moves, or all moves by multiples of `leap`, the elements between are not copied. Floors and mods do
    // not start at multiples of it, so only affine subscripts leap.
    const bool affine = std::all_of(all.begin(), all.end(), [](const Parts& parts) { return parts.moving.is_affine(); });
    Side side{.start = all.front().outside + reach.low, .extent = 1, .leap = affine && leap > 0 ? leap : 1, .positions = {}};
    side.extent = (reach.high - reach.low) / side.leap + 1;
    for (const Parts& parts : all) {
        side.positions.push_back(ir::quotient(parts.moving - reach.low, side.leap));
    }
    return side;
}

Fitted<std::vector<std::size_t>> order_of(const Pack& step, std::size_t rank) {
    std::vector<std::size_t> order(rank);
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (step.order.empty()) return order;
    std::vector<std::size_t> wanted;
    for (int dimension : step.order) wanted.push_back(static_cast<std::size_t>(dimension));
    if (!std::is_permutation(wanted.begin(), wanted.end(), order.begin(), order.end())) {
        return NotApplicable{"invalid order", step.tensor + " has " + std::to_string(rank) +
                                                  " dimensions, expected each of them once"};
    }
    return wanted;
}

}  // namespace

Fitted<CopyPlan> plan_by_region(const ir::LoopNest& nest, const PackSite& site, const Pack& step) {
    const std::size_t rank = site.reads.front().access.indices.size();
    SAKU_TRY(order, order_of(step, rank));
    SAKU_TRY(pad, pad_of(site));
    CopyPlan plan{.dimensions = {}, .source = std::vector<ir::Index>(rank), .conditions = {}, .reads = {}, .pad = pad};
    plan.reads.resize(site.reads.size());
    plan.conditions = common_conditions(site, [&](ir::VarId variable) { return site.is_outside(variable); });
    for (std::size_t place = 0; place < rank; ++place) {
        const std::size_t dimension = order[place];
        SAKU_TRY(side, side_of(site, dimension, step.tensor));
        // Rows of whole vectors: what lies between is copied too, so that no lane needs a mask.
        if (place + 1 == rank && step.vector > 1 && side.extent >= step.vector) {
            side.extent = ceil_div(side.extent, step.vector) * step.vector;
        }
        plan.dimensions.push_back({step.buffer + "_" + std::to_string(dimension), side.extent});
        plan.source[dimension] = side.start + ir::Index::variable(placeholder(place)) * side.leap;
        for (std::size_t read = 0; read < site.reads.size(); ++read) plan.reads[read].push_back(side.positions[read]);
    }
    (void)nest;
    return plan;
}

}  // namespace saku::schedules
