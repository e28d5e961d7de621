#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "ir/facts.h"
#include "ir/print.h"
#include "ir/verify_parts.h"
#include "ir/walk.h"

namespace saku::ir {

namespace {

/// The first subscript that may leave the shape, as a complaint; empty when there is none.
std::optional<std::string> leaves_shape(const LoopNest& nest, const Access& access, const Facts& facts) {
    const std::vector<std::int64_t>& shape = nest.buffers[static_cast<std::size_t>(access.buffer)].shape;
    for (std::size_t d = 0; d < shape.size(); ++d) {
        const Index& index = access.indices[d];
        if (facts.is_within(index, {0, shape[d] - 1})) continue;
        const std::optional<Interval> reach = facts.bounds(index);
        const std::string values =
            reach ? "may go from " + std::to_string(reach->low) + " to " + std::to_string(reach->high)
                  : "has no bounds";
        return "subscript " + std::to_string(d) + " of `" + print(nest, access) + "` " + values + ", outside of 0 to " +
               std::to_string(shape[d] - 1);
    }
    return std::nullopt;
}

Result<Done> check_store(const LoopNest& nest, const Store& store, const Facts& facts) {
    std::optional<std::string> complaint_text = leaves_shape(nest, store.destination, facts);
    for_each_load(store.value, [&](const Access& access) {
        if (!complaint_text && !access.pad) complaint_text = leaves_shape(nest, access, facts);
    });
    if (!complaint_text) return Done{};
    const std::string line = print(nest, Block{Node{store}});
    return complaint(nest, line.substr(0, line.size() - 1), *complaint_text);
}

Result<Done> check_block(const LoopNest& nest, const Block& block) {
    Result<Done> result = Done{};
    walk_with_facts(block, Facts(), [&](const Node& node, const Facts& facts) {
        const Store* store = std::get_if<Store>(&node.node);
        if (result && store != nullptr && !facts.is_impossible()) result = check_store(nest, *store, facts);
    });
    return result;
}

Result<Done> check_written(const LoopNest& nest) {
    std::vector<bool> written(nest.buffers.size(), false);
    std::optional<Access> unwritten;
    for_each_access(nest.body, [&](const Access& access, bool is_write) {
        if (is_write) written[static_cast<std::size_t>(access.buffer)] = true;
    });
    walk(nest.body, [&](const Node& node) {
        const Store* store = std::get_if<Store>(&node.node);
        if (store == nullptr) return;
        for_each_load(store->value, [&](const Access& access) {
            const Scope scope = nest.buffers[static_cast<std::size_t>(access.buffer)].scope;
            const bool is_scratch = scope == Scope::workspace || scope == Scope::registers;
            if (!unwritten && is_scratch && !written[static_cast<std::size_t>(access.buffer)]) unwritten = access;
        });
    });
    if (unwritten) return complaint(nest, print(nest, *unwritten), "a read of scratch that nothing writes");
    return Done{};
}

}  // namespace

Result<Done> check_bounds(const LoopNest& nest) {
    for (const OfflinePack& pack : nest.offline) SAKU_TRY_DONE(check_block(nest, pack.body));
    SAKU_TRY_DONE(check_block(nest, nest.body));
    return check_written(nest);
}

}  // namespace saku::ir
