#include "schedules/epilogue_match.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/checked.h"

namespace saku::schedules {

namespace {

bool covers(const ir::Index& index, const Place& place, std::int64_t extent) {
    if (!index.is_affine() || index.constant() != 0) return false;
    std::vector<ir::Term> terms = index.terms();
    std::sort(terms.begin(), terms.end(),
              [](const ir::Term& a, const ir::Term& b) { return a.coefficient < b.coefficient; });
    std::int64_t reach = 0;  // all values from 0 to reach are taken
    for (const ir::Term& term : terms) {
        const std::optional<ir::Interval> values = place.ranges()(term.atom.variable);
        if (!values || term.coefficient <= 0 || term.coefficient > reach + 1) return false;
        const std::optional<std::int64_t> more = checked_mul(term.coefficient, values->high);
        const std::optional<std::int64_t> sum = more ? checked_add(reach, *more) : std::nullopt;
        if (!sum) return true;
        reach = *sum;
    }
    return reach >= extent - 1;
}

/// The loop position that a guard leaves out is the one after the last: B - 4*k_oo - k_om >= 0 with k_om < 4 counts
/// through, and ends at 0.
bool counts_down_to_zero(const ir::Index& fact, const std::vector<LoopHead>& reduced) {
    std::int64_t step = 1;
    std::size_t used = 0;
    for (auto loop = reduced.rbegin(); loop != reduced.rend(); ++loop) {
        const std::int64_t coefficient = fact.coefficient(loop->variable);
        if (coefficient == 0) continue;
        if (coefficient != -step) return false;
        step *= values_of(*loop).high + 1;
        ++used;
    }
    return fact.is_affine() && used == fact.terms().size() && fact.constant() < step;
}

/// `index` as a constant plus multiples of `from`, with `to` in their place.
std::optional<ir::Index> rewritten(const ir::Index& index, const std::vector<ir::Index>& from,
                                   const std::vector<ir::Index>& to) {
    ir::Index rest = index;
    ir::Index result;
    for (std::size_t d = 0; d < from.size(); ++d) {
        if (from[d].is_constant()) continue;
        const ir::Term& pivot = from[d].terms().front();
        std::int64_t times = 0;
        for (const ir::Term& term : rest.terms()) {
            if (!(ir::Index::of(term.atom) == ir::Index::of(pivot.atom))) continue;
            if (term.coefficient % pivot.coefficient != 0) return std::nullopt;
            times = term.coefficient / pivot.coefficient;
        }
        rest += from[d] * -times;
        result += to[d] * times;
    }
    if (!rest.is_constant()) return std::nullopt;
    return result + rest;
}

}  // namespace

bool covers_shape(const ir::Access& access, const std::vector<LoopHead>& loops,
                  const std::vector<std::int64_t>& shape) {
    const Place place{.loops = loops, .facts = {}};
    for (std::size_t d = 0; d < shape.size(); ++d) {
        if (!covers(access.indices[d], place, shape[d])) return false;
        // Dimensions that share a loop would cover a diagonal only.
        for (std::size_t other = 0; other < d; ++other) {
            for (ir::VarId variable : access.indices[d].variables()) {
                if (access.indices[other].uses(variable)) return false;
            }
        }
    }
    return true;
}

namespace {

struct PlacedStore {
    ir::Access destination;
    std::vector<LoopHead> loops;
    std::vector<std::pair<const ir::Guard*, bool>> branches;  ///< guards around it; in their first block?
};

void collect_stores(const ir::Block& block, ir::BufferId buffer, PlacedStore& here, std::vector<PlacedStore>& stores) {
    for (const ir::Node& node : block) {
        if (const ir::Loop* loop = std::get_if<ir::Loop>(&node.node)) {
            here.loops.push_back(head_of(*loop));
            collect_stores(loop->body, buffer, here, stores);
            here.loops.pop_back();
        } else if (const ir::Guard* guard = std::get_if<ir::Guard>(&node.node)) {
            for (const bool first : {true, false}) {
                here.branches.emplace_back(guard, first);
                collect_stores(first ? guard->then : guard->otherwise, buffer, here, stores);
                here.branches.pop_back();
            }
        } else if (const ir::Store* store = std::get_if<ir::Store>(&node.node);
                   store != nullptr && store->destination.buffer == buffer) {
            stores.push_back({store->destination, here.loops, here.branches});
        }
    }
}

/// Do the two stand in different branches of one guard?
bool exclude_each_other(const PlacedStore& a, const PlacedStore& b) {
    return std::any_of(a.branches.begin(), a.branches.end(), [&](const auto& branch) {
        return std::find(b.branches.begin(), b.branches.end(), std::pair(branch.first, !branch.second)) !=
               b.branches.end();
    });
}

/// Can the difference never be zero? Where a number divides some of its terms, the others must reach a multiple of it.
bool is_never_zero(const ir::Index& difference, const ir::Ranges& ranges) {
    std::vector<std::int64_t> steps{std::int64_t{1} << 62};
    for (const ir::Term& term : difference.terms()) steps.push_back(std::max(term.coefficient, -term.coefficient));
    return std::any_of(steps.begin(), steps.end(), [&](std::int64_t step) {
        ir::Index rest = difference.constant();
        for (const ir::Term& term : difference.terms()) {
            if (term.coefficient % step != 0) rest += ir::Index::of(term.atom) * term.coefficient;
        }
        const std::optional<ir::Interval> reach = ir::range(rest, ranges);
        return reach && floor_div(reach->high, step) * step < reach->low;
    });
}

bool name_different_elements(const PlacedStore& a, const PlacedStore& b) {
    // The loops of `b` under other names: both run through all their iterations independently.
    constexpr ir::VarId aside = 1 << 29;
    Place place{.loops = a.loops, .facts = {}};
    ir::Access other = b.destination;
    for (const LoopHead& loop : b.loops) {
        place.loops.push_back({aside + loop.variable, loop.extent, loop.kind});
        for (ir::Index& index : other.indices) {
            index = ir::substitute(index, loop.variable, ir::Index::variable(aside + loop.variable));
        }
    }
    for (std::size_t d = 0; d < other.indices.size(); ++d) {
        if (is_never_zero(a.destination.indices[d] - other.indices[d], place.ranges())) return true;
    }
    return false;
}

}  // namespace

bool is_stored_in_one_place(const ir::Block& block, ir::BufferId buffer) {
    std::vector<PlacedStore> stores;
    PlacedStore here;
    collect_stores(block, buffer, here, stores);
    for (std::size_t a = 0; a < stores.size(); ++a) {
        for (std::size_t b = 0; b < a; ++b) {
            if (!exclude_each_other(stores[a], stores[b]) && !name_different_elements(stores[a], stores[b])) {
                return false;
            }
        }
    }
    return true;
}

Fitted<std::vector<ir::Index>> last_iteration(const ir::Access& destination, const Place& place) {
    std::vector<LoopHead> reduced;
    for (const LoopHead& loop : place.loops) {
        // Of one iteration nothing is left out: its variable may have gone from the subscripts.
        const bool is_single = loop.extent == ir::Extent(1);
        if (!is_single && !uses(destination.indices, loop.variable)) reduced.push_back(loop);
    }
    std::vector<ir::Index> conditions;
    std::vector<ir::VarId> counted;
    for (const ir::Index& fact : place.facts) {
        const bool concerns =
            std::any_of(reduced.begin(), reduced.end(), [&](const LoopHead& loop) { return fact.uses(loop.variable); });
        // What holds in any case leaves nothing out.
        if (!concerns || always(fact, {.loops = place.loops, .facts = {}})) continue;
        const std::vector<ir::VarId> used = fact.variables();
        // Leaves out early iterations only: the branch of an epilogue that has been put here before.
        const bool grows = std::all_of(fact.terms().begin(), fact.terms().end(),
                                       [](const ir::Term& term) { return term.coefficient > 0; });
        if (grows && fact.is_affine()) continue;
        const bool again = std::any_of(used.begin(), used.end(), [&](ir::VarId variable) {
            return std::find(counted.begin(), counted.end(), variable) != counted.end();
        });
        if (again || !counts_down_to_zero(fact, reduced)) {
            return NotApplicable{"last iteration unclear", "a guard concerns the reduction loops outside the tile"};
        }
        conditions.push_back(fact * -1);
        counted.insert(counted.end(), used.begin(), used.end());
    }
    for (const LoopHead& loop : reduced) {
        if (std::find(counted.begin(), counted.end(), loop.variable) != counted.end()) continue;
        conditions.push_back(ir::Index::variable(loop.variable) - values_of(loop).high);
    }
    return conditions;
}

Fitted<ir::Expr> epilogue_of(const ir::Store& last, const ir::Store& store) {
    std::optional<NotApplicable> failure;
    ir::Expr value = ir::map_loads(last.value, [&](const ir::Access& access) -> ir::Expr {
        if (access.buffer == last.destination.buffer) return store.value;
        ir::Access changed = access;
        for (ir::Index& index : changed.indices) {
            const std::optional<ir::Index> here = rewritten(index, last.destination.indices, store.destination.indices);
            if (here) {
                index = *here;
            } else {
                failure =
                    NotApplicable{"operand not along the tensor", "a subscript is no sum of the tensor's subscripts"};
            }
        }
        return ir::load(std::move(changed));
    });
    value = ir::map_index_values(value, [&](const ir::Index& index) {
        const std::optional<ir::Index> here = rewritten(index, last.destination.indices, store.destination.indices);
        if (!here)
            failure = NotApplicable{"operand not along the tensor", "an index is no sum of the tensor's subscripts"};
        return here.value_or(index);
    });
    if (failure) return *failure;
    return value;
}

}  // namespace saku::schedules
