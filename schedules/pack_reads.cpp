#include "schedules/pack_reads.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "ir/walk.h"
#include "schedules/names.h"

namespace saku::schedules {

namespace {

/// The loops whose iterations have their own accumulator each: those that a register destination uses, else those
/// inside the innermost loop that the destination does not use.
std::vector<ir::VarId> tile_of(const ir::LoopNest& nest, const ir::Store& store, const Place& place) {
    std::vector<ir::VarId> tile;
    if (buffer_of(nest, store.destination.buffer).scope == ir::Scope::registers) {
        for (const LoopHead& loop : place.loops) {
            if (uses(store.destination.indices, loop.variable)) tile.push_back(loop.variable);
        }
        return tile;
    }
    for (auto loop = place.loops.rbegin(); loop != place.loops.rend(); ++loop) {
        if (!uses(store.destination.indices, loop->variable)) break;
        tile.push_back(loop->variable);
    }
    return tile;
}

bool contains(const std::vector<ir::Index>& indices, const ir::Index& wanted) {
    return std::find(indices.begin(), indices.end(), wanted) != indices.end();
}

}  // namespace

bool PackSite::is_outside(const ir::Index& index) const {
    const std::vector<ir::VarId> variables = index.variables();
    return std::all_of(variables.begin(), variables.end(), [&](ir::VarId variable) { return is_outside(variable); });
}

Fitted<PackSite> site_of(const ir::LoopNest& nest, const ir::Block& block, const Place& place, ir::BufferId tensor) {
    PackSite site{place, {}};
    bool written = false;
    walk_places(block, place, [&](const ir::Node& node, const Place& here) {
        const ir::Store* store = std::get_if<ir::Store>(&node.node);
        if (store == nullptr) return;
        written = written || store->destination.buffer == tensor;
        ir::for_each_load(store->value, [&](const ir::Access& access) {
            if (access.buffer == tensor) site.reads.push_back({access, here, tile_of(nest, *store, here)});
        });
    });
    const std::string& name = buffer_of(nest, tensor).name;
    if (written && !site.reads.empty())
        return NotApplicable{"tensor written here", name + " changes where its copy would be used"};
    return site;
}

std::vector<ir::Index> common_conditions(const PackSite& site, const std::function<bool(ir::VarId)>& visible) {
    std::vector<ir::Index> common;
    for (const ir::Index& fact : site.reads.front().place.facts) {
        if (contains(site.place.facts, fact) || contains(common, fact)) continue;
        const std::vector<ir::VarId> variables = fact.variables();
        const bool holds_for_all = std::all_of(site.reads.begin(), site.reads.end(), [&](const PackedRead& read) {
            const bool concerns_tile = std::any_of(read.tile.begin(), read.tile.end(),
                                                   [&](ir::VarId variable) { return fact.uses(variable); });
            return !concerns_tile && contains(read.place.facts, fact);
        });
        if (holds_for_all && std::all_of(variables.begin(), variables.end(), visible)) common.push_back(fact);
    }
    return common;
}

Fitted<double> pad_of(const PackSite& site) {
    std::optional<double> pad;
    for (const PackedRead& read : site.reads) {
        if (!read.access.pad) continue;
        if (pad && std::bit_cast<std::uint64_t>(*pad) != std::bit_cast<std::uint64_t>(*read.access.pad)) {
            return NotApplicable{"reads differ", "they are padded with different values"};
        }
        pad = read.access.pad;
    }
    return pad.value_or(0.0);
}

}  // namespace saku::schedules
