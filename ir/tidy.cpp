#include "ir/tidy.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/checked.h"
#include "base/result.h"
#include "ir/walk.h"

namespace saku::ir {

namespace {

void append(Block& block, Block more) {
    block.insert(block.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// The largest value of `variable`, at most `last`, in whose iteration the block may do anything. Guards that bound the
/// variable from above by a constant count, those inside inner loops too. Negative when there is no such iteration.
std::int64_t last_useful(const Block& block, VarId variable, std::int64_t last, const Facts& facts) {
    std::int64_t useful = -1;
    for (const Node& node : block) {
        std::int64_t here = last;
        if (const Loop* loop = std::get_if<Loop>(&node.node)) {
            Facts inside = facts;
            inside.enter(*loop);
            here = last_useful(loop->body, variable, last, inside);
        } else if (const Guard* guard = std::get_if<Guard>(&node.node)) {
            for (const Index& written : guard->conditions) {
                const Index condition = facts.simplified(written);
                const std::int64_t slope = condition.coefficient(variable);
                const Index rest = condition - Index::variable(variable) * slope;
                if (slope >= 0 || rest.uses(variable)) continue;
                const std::optional<std::int64_t> most = facts.upper(rest);
                if (most) here = std::min(here, floor_div(*most, -slope));
            }
            if (here >= 0) here = last_useful(guard->then, variable, here, facts);
            here = std::max(here, last_useful(guard->otherwise, variable, last, facts));
        }
        useful = std::max(useful, here);
        if (useful == last) break;
    }
    return useful;
}

/// Whether a guard in the block bounds the variable from above at all: a quick look before `last_useful`.
bool may_bound(const Block& block, VarId variable) {
    return std::any_of(block.begin(), block.end(), [&](const Node& node) {
        if (const Loop* loop = std::get_if<Loop>(&node.node)) return may_bound(loop->body, variable);
        const Guard* guard = std::get_if<Guard>(&node.node);
        if (guard == nullptr) return false;
        return std::any_of(guard->conditions.begin(), guard->conditions.end(),
                           [&](const Index& condition) { return condition.coefficient(variable) < 0; }) ||
               may_bound(guard->then, variable) || may_bound(guard->otherwise, variable);
    });
}

class Tidier {
public:
    Tidier(const LoopNest& nest, bool keep_unit_loops) : nest_(nest), keep_unit_loops_(keep_unit_loops) {
        walk(nest.body, [&](const Node& node) {
            const Loop* loop = std::get_if<Loop>(&node.node);
            if (loop != nullptr && loop->kind == LoopKind::parallel) parallel_.push_back(loop->variable);
        });
    }

    [[nodiscard]] Block block(const Block& nodes, const Facts& facts) const {
        Block result;
        if (facts.is_impossible()) return result;
        for (const Node& node : nodes) {
            append(result, std::visit([&](const auto& alternative) { return tidied(alternative, facts); }, node.node));
        }
        return result;
    }

private:
    [[nodiscard]] Block tidied(const Loop& loop, const Facts& facts) const {
        Loop changed{.variable = loop.variable, .extent = loop.extent, .kind = loop.kind, .body = {}};
        Facts inside = facts;
        inside.enter(loop);
        const bool is_constant = loop.extent.kind == Extent::Kind::constant;
        if (is_constant && loop.kind != LoopKind::vector && may_bound(loop.body, loop.variable)) {
            changed.extent.value = 1 + last_useful(loop.body, loop.variable, loop.extent.value - 1, inside);
            if (changed.extent.value <= 0) return {};
            inside = facts;
            inside.enter(changed);
        }
        if (is_constant && changed.extent.value == 1 && !keep_unit_loops_ && !is_one_of_several(loop)) {
            return block(substitute(loop.body, loop.variable, 0), facts);
        }
        changed.body = block(loop.body, inside);
        if (changed.body.empty()) return {};
        return block_of(Node{std::move(changed)});
    }

    /// A part of a parallel loop: the scratch it shares with the other parts is private to iterations in all of them.
    [[nodiscard]] bool is_one_of_several(const Loop& loop) const {
        return loop.kind == LoopKind::parallel && std::count(parallel_.begin(), parallel_.end(), loop.variable) > 1;
    }

    [[nodiscard]] Block tidied(const Guard& guard, const Facts& facts) const {
        Facts holds = facts;
        std::vector<Index> open;
        for (const Index& written : guard.conditions) {
            Index condition = facts.simplified(written);
            if (facts.always(condition)) continue;
            holds.assume(condition);
            open.push_back(std::move(condition));
        }
        if (holds.is_impossible()) return block(guard.otherwise, facts);
        drop_implied(open, facts);
        if (open.empty()) return block(guard.then, facts);
        Facts fails = facts;
        fails.assume_not(open);
        Guard changed{.conditions = std::move(open), .then = {}, .otherwise = {}};
        changed.then = block(guard.then, holds);
        changed.otherwise = block(guard.otherwise, fails);
        if (changed.then.empty() && changed.otherwise.empty()) return {};
        if (changed.then.empty() && changed.conditions.size() == 1) {
            changed.conditions[0] = changed.conditions[0] * -1 - 1;
            std::swap(changed.then, changed.otherwise);
        }
        return block_of(Node{std::move(changed)});
    }

    /// Removes conditions that the others imply, the later ones first.
    static void drop_implied(std::vector<Index>& conditions, const Facts& facts) {
        for (std::size_t i = conditions.size(); i-- > 0 && conditions.size() > 1;) {
            Facts others = facts;
            for (std::size_t k = 0; k < conditions.size(); ++k) {
                if (k != i) others.assume(conditions[k]);
            }
            if (others.always(conditions[i])) conditions.erase(conditions.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }

    [[nodiscard]] Block tidied(const Store& store, const Facts& facts) const {
        Store changed = store;
        changed.destination = simplified(store.destination, facts);
        changed.value = map_loads(store.value, [&](const Access& access) { return read(access, facts); });
        changed.value = map_index_values(changed.value, [&](const Index& index) { return facts.simplified(index); });
        if (store.first) changed.first = reduced(*store.first, facts);
        return block_of(Node{std::move(changed)});
    }

    [[nodiscard]] Block tidied(const Prefetch& prefetch, const Facts& facts) const {
        return block_of(Node{Prefetch{simplified(prefetch.access, facts)}});
    }

    /// What an instruction does stays as it is written: emission and pricing know it by its form.
    [[nodiscard]] static Block tidied(const Intrinsic& intrinsic, const Facts&) { return block_of(Node{intrinsic}); }

    [[nodiscard]] static Access simplified(const Access& access, const Facts& facts) {
        Access changed = access;
        for (Index& index : changed.indices) index = facts.simplified(index);
        return changed;
    }

    [[nodiscard]] Expr read(const Access& access, const Facts& facts) const {
        Access changed = simplified(access, facts);
        if (!changed.pad) return load(std::move(changed));
        const std::vector<std::int64_t>& shape = nest_.buffers[static_cast<std::size_t>(access.buffer)].shape;
        bool is_inside = true;
        for (std::size_t d = 0; d < shape.size() && d < changed.indices.size(); ++d) {
            const Index& index = changed.indices[d];
            if (facts.never(index) || facts.never(Index(shape[d] - 1) - index)) return constant(*changed.pad);
            is_inside = is_inside && facts.is_within(index, {0, shape[d] - 1});
        }
        if (is_inside) changed.pad.reset();
        return load(std::move(changed));
    }

    /// The `first` list without indices that are always zero; sums of non-negative terms, which are zero when each of
    /// them is, as their terms. Nothing when the list is never all zero.
    [[nodiscard]] static std::optional<std::vector<Index>> reduced(const std::vector<Index>& first,
                                                                   const Facts& facts) {
        std::vector<Index> kept;
        for (const Index& written : first) {
            const Index index = facts.simplified(written);
            if (facts.never(index) || facts.never(index * -1)) return std::nullopt;
            for (const Index& part : zero_parts(index, facts)) {
                if (facts.is_within(part, {0, 0})) continue;
                if (std::find(kept.begin(), kept.end(), part) == kept.end()) kept.push_back(part);
            }
        }
        return kept;
    }

    [[nodiscard]] static std::vector<Index> zero_parts(const Index& index, const Facts& facts) {
        if (index.constant() != 0 || index.is_constant()) return {index};
        std::vector<Index> parts;
        for (const Term& term : index.terms()) {
            const bool same_sign = (term.coefficient > 0) == (index.terms().front().coefficient > 0);
            parts.push_back(Index::of(term.atom));
            if (!same_sign || !facts.always(parts.back())) return {index};
        }
        return parts;
    }

    const LoopNest& nest_;
    bool keep_unit_loops_;
    std::vector<VarId> parallel_;  // the variable of each parallel loop
};

Block tidied_until_stable(const Tidier& tidier, Block block, const Facts& facts) {
    constexpr int most_rounds = 4;  // one is nearly always enough; what it removes can uncover more
    for (int round = 0; round < most_rounds; ++round) {
        Block next = tidier.block(block, facts);
        if (next == block) break;
        block = std::move(next);
    }
    return block;
}

}  // namespace

Block tidy(const LoopNest& nest, const Block& block, const std::vector<KnownSum>& known, bool keep_unit_loops) {
    Facts facts(ranges_of(nest.body));
    for (const KnownSum& sum : known) facts.assume(sum);
    return tidied_until_stable(Tidier(nest, keep_unit_loops), block, facts);
}

LoopNest tidy(LoopNest nest) {
    const Tidier tidier(nest, false);
    for (OfflinePack& pack : nest.offline) pack.body = tidied_until_stable(tidier, std::move(pack.body), Facts());
    nest.body = tidied_until_stable(tidier, std::move(nest.body), Facts());
    return nest;
}

}  // namespace saku::ir
