#include "schedules/reorder.h"

#include <algorithm>
#include <utility>

#include "ir/walk.h"
#include "schedules/dependence.h"
#include "schedules/names.h"
#include "schedules/place.h"

namespace saku::schedules {

namespace {

/// Loops directly inside one another, the conditions of the guards between and under them, and what the innermost
/// holds.
struct Chain {
    std::vector<LoopHead> loops;
    std::vector<ir::Index> conditions;
    ir::Block body;
};

/// The loop or guard that is all the block holds; null otherwise.
template <class Kind>
const Kind* only(const ir::Block& block) {
    return block.size() == 1 ? std::get_if<Kind>(&block.front().node) : nullptr;
}

/// The chain from `outermost` to the innermost of the listed loops.
Fitted<Chain> chain_from(const ir::LoopNest& nest, const ir::Loop& outermost, const std::vector<ir::VarId>& listed) {
    Chain chain;
    std::size_t seen = 0;
    const ir::Loop* loop = &outermost;
    while (true) {
        chain.loops.push_back(head_of(*loop));
        if (std::find(listed.begin(), listed.end(), loop->variable) != listed.end()) ++seen;
        const ir::Block* inner = &loop->body;
        for (const ir::Guard* guard = only<ir::Guard>(*inner); guard != nullptr && guard->otherwise.empty();
             guard = only<ir::Guard>(*inner)) {
            chain.conditions.insert(chain.conditions.end(), guard->conditions.begin(), guard->conditions.end());
            inner = &guard->then;
        }
        if (seen == listed.size()) {
            chain.body = *inner;
            return chain;
        }
        loop = only<ir::Loop>(*inner);
        if (loop == nullptr) {
            return NotApplicable{"not directly nested", "there is more than loops and guards inside " +
                                                            name_of(nest, chain.loops.back().variable)};
        }
    }
}

/// The loops with the listed ones in the listed order.
std::vector<LoopHead> in_order(const std::vector<LoopHead>& loops, const std::vector<ir::VarId>& listed) {
    std::vector<LoopHead> result = loops;
    std::size_t next = 0;
    for (LoopHead& place : result) {
        if (std::find(listed.begin(), listed.end(), place.variable) == listed.end()) continue;
        const ir::VarId wanted = listed[next++];
        place = *std::find_if(loops.begin(), loops.end(), [&](const LoopHead& l) { return l.variable == wanted; });
    }
    return result;
}

/// Of the loops in their old order, those between the first and the last that change place.
std::vector<LoopHead> moved_loops(const std::vector<LoopHead>& before, const std::vector<LoopHead>& after) {
    std::size_t first = 0;
    while (first < before.size() && before[first] == after[first]) ++first;
    std::size_t last = before.size();
    while (last > first && before[last - 1] == after[last - 1]) --last;
    return {before.begin() + static_cast<std::ptrdiff_t>(first), before.begin() + static_cast<std::ptrdiff_t>(last)};
}

Fitted<ir::Block> reordered(const ir::LoopNest& nest, const ir::Loop& outermost, const std::vector<ir::VarId>& listed) {
    SAKU_TRY(chain, chain_from(nest, outermost, listed));
    const std::vector<LoopHead> order = in_order(chain.loops, listed);
    const bool vector_holds_loops =
        std::any_of(order.begin(), order.end() - 1, [](const LoopHead& l) { return l.kind == ir::LoopKind::vector; });
    if (vector_holds_loops) return NotApplicable{"vector loop not innermost", "it must hold stores and guards only"};
    const std::vector<LoopHead> moved = moved_loops(chain.loops, order);
    if (!moved.empty()) {
        const auto innermost = std::find(chain.loops.begin(), chain.loops.end(), moved.back());
        SAKU_TRY_DONE(loops_may_change_places(
            nest, moved, nested({innermost + 1, chain.loops.end()}, chain.conditions, chain.body)));
    }
    return nested(order, chain.conditions, std::move(chain.body));
}

}  // namespace

Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Reorder& step) {
    std::vector<ir::VarId> listed;
    for (const std::string& name : step.loops) {
        SAKU_TRY(variable, loop_named(nest, name));
        if (std::find(listed.begin(), listed.end(), variable) != listed.end()) {
            return NotApplicable{"loop listed twice", name};
        }
        listed.push_back(variable);
    }
    if (listed.empty()) return NotApplicable{"no loop listed", "expected the loops in their new order"};

    std::optional<NotApplicable> failure;
    bool any = false;
    const auto reorder_here = [&](const ir::Node& node) -> std::optional<ir::Block> {
        const ir::Loop* loop = std::get_if<ir::Loop>(&node.node);
        if (loop == nullptr || std::find(listed.begin(), listed.end(), loop->variable) == listed.end()) {
            return std::nullopt;
        }
        const bool holds_all = std::all_of(listed.begin(), listed.end(), [&](ir::VarId variable) {
            return variable == loop->variable || has_loop(loop->body, variable);
        });
        if (!holds_all) return std::nullopt;
        any = true;
        Fitted<ir::Block> changed = reordered(nest, *loop, listed);
        if (changed) return *std::move(changed);
        if (!failure) failure = std::move(changed).error();
        return ir::Block{node};
    };
    ir::LoopNest result = nest;
    result.body = ir::rewrite(nest.body, reorder_here);
    if (failure) return *failure;
    if (!any) return NotApplicable{"not directly nested", "no loop of them holds all others"};
    return result;
}

}  // namespace saku::schedules
