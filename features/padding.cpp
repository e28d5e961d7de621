#include "features/padding.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/checked.h"
#include "base/fixed_vector.h"
#include "features/border_walk.h"
#include "ir/unrolled_copies.h"

namespace saku::features {

namespace {

constexpr std::int64_t most_places = 1 << 20;  // straight code of more copies is refused elsewhere
constexpr double most_enumerated = 4096;
constexpr std::size_t most_unrolled = 12;  ///< loops of more than one iteration in `most_enumerated` copies
constexpr std::size_t most_steps = 64;

using Subscripts = std::span<const Subscript>;
using Chain = std::vector<EnclosingLoop>;

bool is_copied(const EnclosingLoop& loop) { return loop.table_loop == no_loop && !loop.is_vector; }

bool uses(const Subscript& subscript, std::size_t loop) {
    return std::any_of(subscript.moves.begin(), subscript.moves.end(),
                       [&](const Move& move) { return move.loop == loop; });
}

/// Visits the unrolled loops that move some wanted subscript, each once.
template <class IsWanted, class Visit>
void for_each_copied(Subscripts subscripts, const Chain& chain, const IsWanted& is_wanted, const Visit& visit) {
    const auto is_known = [&](std::size_t end, std::size_t loop) {
        for (std::size_t d = 0; d < end; ++d) {
            if (is_wanted(d) && uses(subscripts[d], loop)) return true;
        }
        return false;
    };
    for (std::size_t d = 0; d < subscripts.size(); ++d) {
        if (!is_wanted(d)) continue;
        for (const Move& move : subscripts[d].moves) {
            if (is_copied(chain[move.loop]) && !is_known(d, move.loop)) visit(move.loop);
        }
    }
}

/// Different places of one subscript in the copies of straight code; an upper bound where it leaves gaps or divides.
double distinct_values(const Subscript& subscript, const Chain& chain) {
    double span = 1;
    double copies = 1;
    for (const Move& move : subscript.moves) {
        if (!is_copied(chain[move.loop])) continue;
        const auto extent = static_cast<double>(chain[move.loop].extent);
        copies *= extent;
        span += std::abs(static_cast<double>(move.step)) * (extent - 1);
    }
    return subscript.divided == nullptr ? std::min(span, copies) : copies;
}

/// Elements among those that straight code names, as far as the wanted subscripts tell.
template <class IsWanted>
double distinct_places(Subscripts subscripts, const Chain& chain, const IsWanted& is_wanted) {
    double copies = 1;
    for_each_copied(subscripts, chain, is_wanted,
                    [&](std::size_t loop) { copies *= static_cast<double>(chain[loop].extent); });
    double distinct = 1;
    for (std::size_t d = 0; d < subscripts.size(); ++d) {
        if (is_wanted(d)) distinct *= distinct_values(subscripts[d], chain);
    }
    return std::min(distinct, copies);
}

constexpr auto any = [](std::size_t) { return true; };

/// A subscript's way through the loops of the table that move it, from outside to inside.
struct Walk {
    std::int64_t first = 0;   ///< the position in the first iterations of all
    std::int64_t extent = 0;  ///< of the dimension: [0, extent) is inside
    bool is_short = false;    ///< straight code inside: borders of the innermost loop may be many
    FixedVector<BorderStep, most_steps> steps;
};

std::int64_t straight_copies(Subscripts subscripts, const Chain& chain) {
    std::int64_t copies = 1;
    for_each_copied(subscripts, chain, any, [&](std::size_t loop) {
        copies = std::min(copies * std::min(chain[loop].extent, most_places), most_places);
    });
    return copies;
}

/// Fills in the subscript's walk; false where it is not affine or runs backwards.
bool fill_walk(const Subscript& subscript, const Chain& chain, Walk& walk) {
    if (subscript.divided != nullptr) return false;
    walk.first = subscript.constant;
    walk.extent = subscript.extent;
    std::int64_t reach = 0;
    for (auto move = subscript.moves.rbegin(); move != subscript.moves.rend(); ++move) {
        const EnclosingLoop& loop = chain[move->loop];
        if (move->step < 0 || walk.steps.full()) return false;
        if (loop.table_loop != no_loop && loop.extent > 1)
            walk.steps.push_back({.loop = loop.table_loop, .step = move->step, .extent = loop.extent, .reach = reach});
        reach += move->step * (loop.extent - 1);
    }
    std::reverse(walk.steps.begin(), walk.steps.end());
    return true;
}

/// Iterations of innermost loops; those entirely outside do not count: guards skip them, or their values are known.
struct Iterations {
    double all = 0;
    double tested = 0;
};

/// The iterations from `level` inwards, when loops outside are at `position`. Emission cuts loops where the subscript
/// begins or ceases to leave the dimension (targets/llvm/interior.h): the iterations in between test nothing, and few
/// at the borders become straight code, in which that loop's variable is a number. Beyond `most_borders` pieces of it,
/// which nobody writes, all that is left counts as tested.
Iterations count_tested(const Walk& walk, std::size_t level, std::int64_t position, int& most_borders) {
    if (level == walk.steps.size()) return {.all = 1, .tested = 0};  // numbers all
    const BorderStep& loop = walk.steps[level];
    const BorderCut cut = border_cut(loop, walk.extent, position);
    const double each = inner_iterations(walk.steps, level + 1);
    const double whole = static_cast<double>(loop.extent) * each;
    if (--most_borders < 0) return {.all = whole, .tested = whole};
    if (cut.inside == loop.extent) return {.all = whole, .tested = 0};
    if (!cut.is_cut) {
        const auto clamped = [&](std::int64_t count) { return std::clamp(count, std::int64_t{0}, loop.extent); };
        const std::int64_t end = position + loop.step * (loop.extent - 1) - (walk.extent - 1);
        const std::int64_t outside =
            clamped(ceil_div(-position - loop.reach, loop.step)) + clamped(ceil_div(end, loop.step));
        const double all = static_cast<double>(loop.extent - std::min(outside, loop.extent)) * each;
        const bool has_loops =
            walk.is_short && level + 1 == walk.steps.size() && cut.inside >= 2 && 2 * cut.inside >= loop.extent;
        return {.all = all, .tested = has_loops ? std::max(0.0, all - static_cast<double>(cut.inside)) : all};
    }
    Iterations sum{.all = static_cast<double>(std::max<std::int64_t>(0, cut.inside)) * each, .tested = 0};
    for (std::int64_t i = 0; i < loop.extent; ++i) {
        if (i == cut.below && cut.inside > 0) i += cut.inside;
        if (i == loop.extent) break;
        const std::int64_t at = position + loop.step * i;
        if (at > walk.extent - 1 || at + loop.reach < 0) continue;
        const Iterations border = count_tested(walk, level + 1, at, most_borders);
        sum.all += border.all;
        sum.tested += border.tested;
    }
    return sum;
}

/// Something for each subscript; operators have no more dimensions (ir/operator_check.cpp).
constexpr std::size_t most_subscripts = max_dimensions;
template <class T>
using PerSubscript = FixedVector<T, most_subscripts>;

/// By dimension, the part of the iterations in which the subscript is tested where it is read.
PerSubscript<double> tested_shares(Subscripts subscripts, const Chain& chain) {
    PerSubscript<double> shares;
    const std::int64_t copies = straight_copies(subscripts, chain);
    const bool are_many = static_cast<double>(copies) > ir::most_padded_reads &&
                          distinct_places(subscripts, chain, any) > ir::most_padded_reads;
    for (const Subscript& subscript : subscripts) {
        shares.push_back(1);
        Walk walk;
        walk.is_short = copies <= ir::short_body;
        if (are_many || !fill_walk(subscript, chain, walk)) continue;
        int most_borders = 1000;
        const Iterations iterations = count_tested(walk, 0, walk.first, most_borders);
        shares.back() = iterations.all > 0 ? iterations.tested / iterations.all : 0;
    }
    return shares;
}

/// An unrolled loop whose copies are gone through.
struct Copied {
    std::size_t loop;
    std::int64_t at;
};
using Copies = FixedVector<Copied, most_unrolled>;

/// What becomes of the reach when the move's loop runs.
ir::Interval over_all_iterations(ir::Interval reach, const Move& move, const Chain& chain) {
    const std::int64_t far = move.step * (chain[move.loop].extent - 1);
    return {reach.low + std::min<std::int64_t>(far, 0), reach.high + std::max<std::int64_t>(far, 0)};
}

/// The values of a subscript in one copy, all other loops running.
std::optional<ir::Interval> reach_in(const Subscript& subscript, const Copies& copies, const Chain& chain) {
    const auto copy_of = [&](std::size_t loop) {
        return std::find_if(copies.begin(), copies.end(), [&](const Copied& copied) { return copied.loop == loop; });
    };
    if (subscript.divided != nullptr) {
        const ir::Ranges outer = ranges_of_chain(chain);
        return ir::range(*subscript.divided, [&](ir::VarId id) -> std::optional<ir::Interval> {
            for (const Copied& copied : copies) {
                if (chain[copied.loop].variable == id) return ir::Interval{copied.at, copied.at};
            }
            return outer(id);
        });
    }
    ir::Interval reach{subscript.constant, subscript.constant};
    for (const Move& move : subscript.moves) {
        if (const Copied* const copy = copy_of(move.loop); copy != copies.end()) {
            reach = {reach.low + move.step * copy->at, reach.high + move.step * copy->at};
            continue;
        }
        reach = over_all_iterations(reach, move, chain);
    }
    return reach;
}

/// May the subscript leave its dimension in one copy?
bool leaves(const Subscript& subscript, const Copies& copies, const Chain& chain) {
    const auto reach = reach_in(subscript, copies, chain);
    return !reach || reach->low < 0 || reach->high >= subscript.extent;
}

/// The next copy; false behind the last.
bool advance(Copies& copies, const Chain& chain) {
    for (std::size_t u = copies.size(); u-- > 0;) {
        if (++copies[u].at < chain[copies[u].loop].extent) return true;
        copies[u].at = 0;
    }
    return false;
}

/// Subscripts by what they share: those that one unrolled loop moves belong together.
PerSubscript<std::size_t> groups_of(Subscripts subscripts, const Chain& chain) {
    PerSubscript<std::size_t> groups;
    for (std::size_t d = 0; d < subscripts.size(); ++d) {
        groups.push_back(d);
        for (std::size_t e = 0; e < d; ++e) {
            const bool share = std::any_of(subscripts[d].moves.begin(), subscripts[d].moves.end(), [&](const Move& m) {
                return is_copied(chain[m.loop]) && chain[m.loop].extent > 1 && uses(subscripts[e], m.loop);
            });
            if (!share) continue;
            const std::size_t from = groups[e];
            for (std::size_t& group : groups) group = group == from ? d : group;
        }
    }
    return groups;
}

/// Copies of straight code that may leave the buffer. Subscripts that no loop moves together are counted apart: those
/// that stay inside are the product. `is_open` becomes which of them may leave their dimensions.
double leaving_copies(Subscripts subscripts, const Chain& chain, PerSubscript<bool>& is_open) {
    const PerSubscript<std::size_t> groups = groups_of(subscripts, chain);
    is_open.clear();
    for (std::size_t d = 0; d < subscripts.size(); ++d) is_open.push_back(false);
    double all = 1;
    double inside = 1;
    for (std::size_t group = 0; group < subscripts.size(); ++group) {
        const auto is_here = [&](std::size_t d) { return groups[d] == group; };
        Copies copies;
        for_each_copied(subscripts, chain, is_here, [&](std::size_t loop) {
            if (chain[loop].extent > 1) copies.push_back({.loop = loop, .at = 0});
        });
        double count = 1;
        for (const Copied& copied : copies) count *= static_cast<double>(chain[copied.loop].extent);
        bool may_leave = false;
        for (std::size_t d = 0; d < subscripts.size() && !may_leave; ++d)
            may_leave = is_here(d) && leaves(subscripts[d], {}, chain);
        double leaving = 0;
        while (may_leave) {
            bool is_outside = false;
            for (std::size_t d = 0; d < subscripts.size(); ++d) {
                if (!is_here(d) || !leaves(subscripts[d], copies, chain)) continue;
                is_outside = true;
                is_open[d] = true;
            }
            leaving += is_outside ? 1 : 0;
            may_leave = advance(copies, chain);
        }
        all *= count;
        inside *= count - leaving;
    }
    return all - inside;
}

/// Lanes whose elements some iteration finds inside, as far as plain subscripts tell.
double lanes_inside(Subscripts subscripts, const Chain& chain) {
    const EnclosingLoop* const vector = vector_loop(chain);
    if (vector == nullptr) return 1;
    const auto at = static_cast<std::size_t>(vector - chain.data());
    std::int64_t first = 0;
    std::int64_t last = vector->extent - 1;
    for (const Subscript& subscript : subscripts) {
        if (subscript.divided != nullptr) continue;
        std::int64_t step = 0;
        ir::Interval others{subscript.constant, subscript.constant};
        for (const Move& move : subscript.moves) {
            if (move.loop == at) {
                step += move.step;
            } else {
                others = over_all_iterations(others, move, chain);
            }
        }
        if (step <= 0) continue;
        first = std::max(first, ceil_div(-others.high, step));
        last = std::min(last, floor_div(subscript.extent - 1 - others.low, step));
    }
    return static_cast<double>(std::max<std::int64_t>(1, last - first + 1));
}

}  // namespace

ir::Ranges ranges_of_chain(const std::vector<EnclosingLoop>& chain) {
    return [&chain](ir::VarId id) -> std::optional<ir::Interval> {
        for (const EnclosingLoop& loop : chain) {
            if (loop.variable == id) return ir::Interval{0, loop.extent - 1};
        }
        return ir::Interval{0, 0};
    };
}

namespace {

Padding tested_places(Subscripts subscripts, double references, const Chain& chain) {
    const auto all_tested = [&](double share) {
        return Padding{.references = references * share,
                       .tests = references * share,
                       .lane_tests = references * share,
                       .masks = references};
    };
    if (subscripts.size() > most_subscripts) return all_tested(1);
    if (subscripts.empty()) return {};
    const PerSubscript<double> shares = tested_shares(subscripts, chain);
    const double share = *std::max_element(shares.begin(), shares.end());
    if (share <= 0) return {};
    double all = 1;
    for_each_copied(subscripts, chain, any, [&](std::size_t loop) { all *= static_cast<double>(chain[loop].extent); });
    if (all > most_enumerated) return all_tested(share);
    PerSubscript<bool> is_open;
    Padding outside;
    outside.references = leaving_copies(subscripts, chain, is_open) * (share * references / all);
    outside.masks = distinct_places(subscripts, chain, [&](std::size_t d) { return is_open[d]; });
    std::size_t innermost = chain.size();
    for (std::size_t i = 0; i < chain.size(); ++i) {
        if (chain[i].table_loop != no_loop) innermost = i;
    }
    for (std::size_t d = 0; d < subscripts.size(); ++d) {
        const bool changes = innermost == chain.size() || uses(subscripts[d], innermost);
        if (!is_open[d] || !changes) continue;
        const double tests = distinct_places(subscripts.subspan(d, 1), chain, any);
        const bool differs = std::any_of(subscripts[d].moves.begin(), subscripts[d].moves.end(),
                                         [&](const Move& move) { return chain[move.loop].is_vector; });
        outside.tests += shares[d] * tests;
        outside.lane_tests += differs ? shares[d] * tests : 0;
    }
    return outside;
}

}  // namespace

Padding padding_of(Subscripts subscripts, double references, const std::vector<EnclosingLoop>& chain) {
    Padding padding = tested_places(subscripts, references, chain);
    padding.lanes_inside = lanes_inside(subscripts, chain);
    return padding;
}

Padding padding_of(const ir::Access& access, const ir::Buffer& buffer, double references,
                   const std::vector<EnclosingLoop>& chain) {
    std::vector<std::vector<Move>> moves(access.indices.size());
    std::vector<Subscript> subscripts;
    for (std::size_t d = 0; d < access.indices.size(); ++d) {
        const ir::Index& index = access.indices[d];
        for (std::size_t i = 0; i < chain.size(); ++i) {
            const ir::VarId variable = chain[i].variable;
            if (index.uses(variable)) moves[d].push_back({.loop = i, .step = index.coefficient(variable)});
        }
        // What overflows is nothing that can be walked through, either.
        const bool is_plain = index.is_affine() && ir::range(index, ranges_of_chain(chain)).has_value();
        subscripts.push_back({.constant = index.constant(),
                              .extent = buffer.shape[d],
                              .moves = moves[d],
                              .divided = is_plain ? nullptr : &index});
    }
    return padding_of(subscripts, references, chain);
}

}  // namespace saku::features
