#include "schedules/tail_mask.h"

#include <algorithm>
#include <utility>

#include "ir/walk.h"
#include "schedules/names.h"
#include "schedules/place.h"
#include "schedules/privacy.h"

namespace saku::schedules {

namespace {

class Masker {
public:
    Masker(const ir::LoopNest& nest, ir::VarId tile) : nest_(nest), tile_(tile) {}

    /// The block; `masks` are the conditions that have been taken off the guards around it.
    [[nodiscard]] ir::Block masked(const ir::Block& block, const Place& place, const std::vector<ir::Index>& masks) {
        ir::Block result;
        for (const ir::Node& node : block) {
            if (!masks.empty() && !writes_registers(node)) {
                result = appended(std::move(result), guarded(masks, {node}));
                continue;
            }
            result = appended(std::move(result),
                              std::visit([&](const auto& one) { return changed(one, place, masks); }, node.node));
        }
        return result;
    }

    [[nodiscard]] const std::optional<NotApplicable>& failure() const { return failure_; }

private:
    static ir::Block appended(ir::Block block, ir::Block more) {
        std::move(more.begin(), more.end(), std::back_inserter(block));
        return block;
    }

    [[nodiscard]] bool to_registers(const ir::Store& store) const {
        return buffer_of(nest_, store.destination.buffer).scope == ir::Scope::registers;
    }

    [[nodiscard]] bool writes_registers(const ir::Node& node) const {
        bool found = false;
        ir::walk({node}, [&](const ir::Node& inner) {
            const ir::Store* store = std::get_if<ir::Store>(&inner.node);
            found = found || (store != nullptr && to_registers(*store));
        });
        return found;
    }

    ir::Block changed(const ir::Loop& loop, const Place& place, const std::vector<ir::Index>& masks) {
        ir::Block result;
        result.push_back(
            {ir::Loop{loop.variable, loop.extent, loop.kind, masked(loop.body, inside(place, loop), masks)}});
        return result;
    }

    ir::Block changed(const ir::Guard& guard, const Place& place, const std::vector<ir::Index>& masks) {
        std::vector<ir::Index> kept;
        std::vector<ir::Index> inner_masks = masks;
        for (const ir::Index& condition : guard.conditions) {
            const bool masks_tile = condition.uses(tile_) && guard.otherwise.empty();
            (masks_tile ? inner_masks : kept).push_back(condition);
        }
        ir::Block then = masked(guard.then, where_holds(place, kept), inner_masks);
        if (kept.empty()) return then;
        ir::Block result;
        result.push_back({ir::Guard{kept, std::move(then), masked(guard.otherwise, where_fails(place, kept), masks)}});
        return result;
    }

    /// A store to registers, without the masks.
    ir::Block changed(const ir::Store& store, const Place& place, const std::vector<ir::Index>& masks) {
        if (masks.empty() || !to_registers(store)) return {ir::Node{store}};
        if ((!uses(store.destination.indices, tile_) || is_summed_later(store.destination)) && !failure_) {
            failure_ = NotApplicable{"masked reduction loop", "all iterations of " + name_of(nest_, tile_) +
                                                                  " would be summed, those outside too"};
        }
        if (!stays_inside(store.destination, place) && !failure_) {
            failure_ = NotApplicable{"register tile too small", buffer_of(nest_, store.destination.buffer).name +
                                                                    " was made before " + name_of(nest_, tile_) +
                                                                    " was split"};
        }
        // What the tile's neighbours write is not for this tile to read: a parallel iteration may be writing it.
        if (reads_results(store)) return old_contents(store, masks);
        ir::Store padded = store;
        padded.value = ir::map_loads(store.value, [&](const ir::Access& access) -> ir::Expr {
            if (access.pad || stays_inside(access, place)) return nullptr;
            ir::Access changed = access;
            changed.pad = 0.0;
            return ir::load(std::move(changed));
        });
        return {ir::Node{std::move(padded)}};
    }

    /// Are the elements along which the tile moves added up somewhere: partial sums?
    [[nodiscard]] bool is_summed_later(const ir::Access& tile) const {
        bool found = false;
        ir::walk(nest_.body, [&](const ir::Node& node) {
            const ir::Store* store = std::get_if<ir::Store>(&node.node);
            if (store == nullptr || store->update == ir::Update::assign) return;
            ir::for_each_load(store->value, [&](const ir::Access& access) {
                if (access.buffer != tile.buffer) return;
                for (std::size_t d = 0; d < tile.indices.size(); ++d) {
                    if (!tile.indices[d].uses(tile_)) continue;
                    for (const ir::VarId variable : access.indices[d].variables())
                        found = found || !uses(store->destination.indices, variable);
                }
            });
        });
        return found;
    }

    /// Does the store read an argument that the nest writes?
    [[nodiscard]] bool reads_results(const ir::Store& store) const {
        bool found = false;
        ir::for_each_load(store.value, [&](const ir::Access& access) {
            const ir::Buffer& buffer = buffer_of(nest_, access.buffer);
            found = found || (buffer.scope == ir::Scope::argument && buffer.is_output);
        });
        return found;
    }

    /// The guard stays; elements outside hold 0, so that updates find something defined.
    [[nodiscard]] static ir::Block old_contents(const ir::Store& store, const std::vector<ir::Index>& masks) {
        ir::Block result;
        if (store.update == ir::Update::assign) {
            ir::Store defined = store;
            defined.value = ir::constant(0);
            result.push_back({std::move(defined)});
        }
        return appended(std::move(result), guarded(masks, {ir::Node{store}}));
    }

    ir::Block changed(const ir::Prefetch& prefetch, const Place&, const std::vector<ir::Index>&) {
        return {ir::Node{prefetch}};
    }

    ir::Block changed(const ir::Intrinsic& intrinsic, const Place&, const std::vector<ir::Index>& masks) {
        return guarded(masks, {ir::Node{intrinsic}});
    }

    [[nodiscard]] bool stays_inside(const ir::Access& access, const Place& place) const {
        const ir::Buffer& buffer = buffer_of(nest_, access.buffer);
        for (std::size_t d = 0; d < access.indices.size(); ++d) {
            if (!always(access.indices[d], place)) return false;
            if (!always(ir::Index(buffer.shape[d] - 1) - access.indices[d], place)) return false;
        }
        return true;
    }

    const ir::LoopNest& nest_;
    ir::VarId tile_;
    std::optional<NotApplicable> failure_;
};

/// Updates that have left their guard must find their scratch written: a packed copy made under the same guard was not.
Fitted<Done> scratch_is_written(const ir::LoopNest& nest, ir::VarId tile) {
    std::optional<NotApplicable> failure;
    walk_places(nest.body, {}, [&](const ir::Node& node, const Place& place) {
        const ir::Store* store = std::get_if<ir::Store>(&node.node);
        if (store == nullptr || failure || !place.is_inside(tile)) return;
        if (buffer_of(nest, store->destination.buffer).scope != ir::Scope::registers) return;
        ir::for_each_load(store->value, [&](const ir::Access& access) {
            if (buffer_of(nest, access.buffer).scope != ir::Scope::workspace || failure) return;
            if (is_written_before(nest.body, *store, access, place)) return;
            failure = NotApplicable{"masked read of unwritten scratch",
                                    buffer_of(nest, access.buffer).name + " is not filled for the whole tile"};
        });
    });
    if (failure) return *failure;
    return Done{};
}

}  // namespace

Fitted<ir::LoopNest> with_masked_tail(const ir::LoopNest& nest, ir::VarId tile) {
    Masker masker(nest, tile);
    ir::LoopNest result = nest;
    result.body = masker.masked(nest.body, {}, {});
    if (masker.failure()) return *masker.failure();
    if (result.body == nest.body) return result;
    SAKU_TRY_DONE(scratch_is_written(result, tile));
    return result;
}

}  // namespace saku::schedules
