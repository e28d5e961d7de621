#include "schedules/tail.h"

#include <algorithm>
#include <utility>

#include "ir/walk.h"
#include "schedules/names.h"
#include "schedules/place.h"
#include "schedules/tail_guards.h"
#include "schedules/tail_mask.h"

namespace saku::schedules {

namespace {

/// Chooses between whole and ragged tiles, as far out as the position of the tile is known.
class Peeler {
public:
    explicit Peeler(ir::VarId tile) : tile_(tile) {}

    [[nodiscard]] ir::Block peeled(const ir::Block& block, const Place& place, const std::vector<ir::Index>& done) const {
        for (const ir::Node& node : block) {
            if (const std::optional<RaggedTile> ragged = first_ragged(node, place, tile_, done)) {
                return chosen(block, place, *ragged, done);
            }
        }
        ir::Block result;
        for (const ir::Node& node : block) result.push_back(inside_of(node, place, done));
        return result;
    }

private:
    /// The node with what is inside it peeled.
    [[nodiscard]] ir::Node inside_of(const ir::Node& node, const Place& place,
                                     const std::vector<ir::Index>& done) const {
        if (const ir::Loop* loop = std::get_if<ir::Loop>(&node.node)) {
            return {ir::Loop{loop->variable, loop->extent, loop->kind, peeled(loop->body, inside(place, *loop), done)}};
        }
        if (const ir::Guard* guard = std::get_if<ir::Guard>(&node.node)) {
            return {ir::Guard{guard->conditions, peeled(guard->then, where_holds(place, guard->conditions), done),
                              peeled(guard->otherwise, where_fails(place, guard->conditions), done)}};
        }
        return node;
    }

    /// The block with the nodes of one tile in both branches of a choice.
    [[nodiscard]] ir::Block chosen(const ir::Block& block, const Place& place, const RaggedTile& ragged,
                                   const std::vector<ir::Index>& done) const {
        const auto concerned = [&](const ir::Node& node) { return concerns(node, place, ragged.outside); };
        const auto first = std::find_if(block.begin(), block.end(), concerned);
        const auto last = std::find_if(block.rbegin(), block.rend(), concerned).base();
        ir::Block result(block.begin(), first);
        if (last - first == 1 && std::holds_alternative<ir::Guard>(first->node)) {
            result.push_back(inside_of(*first, place, done));
        } else {
            ir::Block both = branches({first, last}, place, ragged, done);
            std::move(both.begin(), both.end(), std::back_inserter(result));
        }
        ir::Block rest = peeled({last, block.end()}, place, done);
        std::move(rest.begin(), rest.end(), std::back_inserter(result));
        return result;
    }

    [[nodiscard]] ir::Block branches(const ir::Block& nodes, const Place& place, const RaggedTile& ragged,
                                     std::vector<ir::Index> done) const {
        done.push_back(ragged.whole);
        const std::int64_t least = (ragged.outside - ragged.whole).constant();  // of the terms outside, for whole tiles
        const std::optional<ir::Interval> reach = ir::range(ragged.outside, place.ranges());
        ir::Block then = peeled(where_at_least(nodes, place, ragged.outside, least),
                                where_holds(place, {ragged.whole}), done);
        if (reach && reach->low >= least) return then;
        const Place fails = where_fails(place, {ragged.whole});
        const std::optional<std::int64_t> value = only_value(ragged.outside, fails, least - 1);
        ir::Block otherwise =
            peeled(value ? settled(where_equal(nodes, place, ragged.outside, *value), fails) : nodes, fails, done);
        if (reach && reach->high < least) return otherwise;
        ir::Block result;
        result.push_back({ir::Guard{{ragged.whole}, std::move(then), std::move(otherwise)}});
        return result;
    }

    ir::VarId tile_;
};

}  // namespace

Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Tail& step) {
    SAKU_TRY(variable, loop_named(nest, step.loop));
    if (step.kind == Tail::Kind::mask) return with_masked_tail(nest, variable);
    ir::LoopNest result = nest;
    result.body = Peeler(variable).peeled(nest.body, {}, {});
    // Ragged in every iteration, as a loop shorter than its tile is: nothing to choose.
    result.body = settled(result.body, {});
    return result;
}

}  // namespace saku::schedules
