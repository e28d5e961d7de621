#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ir/facts.h"
#include "ir/print.h"
#include "ir/separation.h"
#include "ir/verify_parts.h"
#include "ir/walk.h"

namespace saku::ir {

namespace {

constexpr std::size_t max_accesses = 512;     // of one buffer in one loop; pairs of them are compared
constexpr std::size_t max_touches = 1 << 14;  // in one loop

/// The accesses in a loop, and which variables have their loop inside it.
struct Inside {
    std::vector<Touch> touches;
    std::set<VarId> variables;
};

Inside inside_of(const Loop& loop, const Facts& facts) {
    Inside inside;
    Facts body_facts = facts;
    body_facts.enter(loop);
    walk_with_facts(loop.body, body_facts, [&](const Node& node, const Facts& here) {
        if (const Loop* inner = std::get_if<Loop>(&node.node)) inside.variables.insert(inner->variable);
        const Store* store = std::get_if<Store>(&node.node);
        if (store == nullptr || here.is_impossible() || inside.touches.size() > max_touches) return;
        for_each_load(store->value, [&](const Access& access) { inside.touches.push_back({access, false, here}); });
        inside.touches.push_back({store->destination, true, here});
    });
    return inside;
}

std::string header(const LoopNest& nest, const Loop& loop) {
    return to_string(loop.kind) + " for " + print(nest, Index::variable(loop.variable));
}

/// Iterations of a parallel loop, or lanes of a vector loop, must not touch what another one writes. Scratch written
/// inside a parallel loop is private to an iteration, but shared by lanes.
Result<Done> check_loop(const LoopNest& nest, const Loop& loop, const Facts& facts) {
    const Inside inside = inside_of(loop, facts);
    if (inside.touches.size() > max_touches) {
        return complaint(nest, header(nest, loop), "more than " + std::to_string(max_touches) + " accesses inside");
    }
    std::map<BufferId, std::vector<const Touch*>> by_buffer;
    std::set<BufferId> written;
    for (const Touch& touch : inside.touches) {
        const Scope scope = nest.buffers[static_cast<std::size_t>(touch.access.buffer)].scope;
        if (loop.kind == LoopKind::parallel && scope != Scope::argument && scope != Scope::packed) continue;
        by_buffer[touch.access.buffer].push_back(&touch);
        if (touch.is_write) written.insert(touch.access.buffer);
    }
    for (const BufferId buffer : written) {
        const std::vector<const Touch*>& touches = by_buffer[buffer];
        if (touches.size() > max_accesses) {
            return complaint(nest, header(nest, loop),
                             "more than " + std::to_string(max_accesses) + " accesses of one buffer that is written");
        }
        for (const Touch* a : touches) {
            if (!a->is_write) continue;
            for (const Touch* b : touches) {
                if (name_different_elements(loop.variable, inside.variables, *a, *b)) continue;
                return complaint(nest, header(nest, loop),
                                 "one iteration may write `" + print(nest, a->access) + "` where another one " +
                                     (b->is_write ? "writes" : "reads") + " `" + print(nest, b->access) + "`");
            }
        }
    }
    return Done{};
}

/// Scratch written inside a parallel loop belongs to one iteration; nothing outside may count on it. Registers do not
/// live across the border of a parallel loop at all.
Result<Done> check_private(const LoopNest& nest) {
    struct Uses {
        int all = 0;
        int inside = 0;
        bool written_inside = false;
    };
    std::vector<Uses> uses(nest.buffers.size());
    for_each_access(nest.body,
                    [&](const Access& access, bool) { ++uses[static_cast<std::size_t>(access.buffer)].all; });
    walk(nest.body, [&](const Node& node) {
        const Loop* loop = std::get_if<Loop>(&node.node);
        if (loop == nullptr || loop->kind != LoopKind::parallel) return;  // they do not nest
        for_each_access(loop->body, [&](const Access& access, bool is_write) {
            Uses& use = uses[static_cast<std::size_t>(access.buffer)];
            ++use.inside;
            use.written_inside = use.written_inside || is_write;
        });
    });
    for (std::size_t id = 0; id < uses.size(); ++id) {
        const Buffer& buffer = nest.buffers[id];
        if (uses[id].inside == 0 || uses[id].inside == uses[id].all) continue;
        if (buffer.scope == Scope::registers) {
            return complaint(nest, buffer.name, "registers used both inside and outside of a parallel loop");
        }
        if (buffer.scope == Scope::workspace && uses[id].written_inside) {
            return complaint(nest, buffer.name,
                             "scratch that a parallel loop writes, each iteration for itself, is used outside of it");
        }
    }
    return Done{};
}

}  // namespace

Result<Done> check_independence(const LoopNest& nest) {
    SAKU_TRY_DONE(check_private(nest));
    Result<Done> result = Done{};
    const auto visit = [&](const Node& node, const Facts& facts) {
        const Loop* loop = std::get_if<Loop>(&node.node);
        const bool at_once = loop != nullptr && (loop->kind == LoopKind::parallel || loop->kind == LoopKind::vector);
        if (result && at_once && !facts.is_impossible()) result = check_loop(nest, *loop, facts);
    };
    for (const OfflinePack& pack : nest.offline) walk_with_facts(pack.body, Facts(), visit);
    walk_with_facts(nest.body, Facts(), visit);
    return result;
}

}  // namespace saku::ir
