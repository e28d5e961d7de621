#include "schedules/fuse.h"

#include <utility>
#include <vector>

#include "base/checked.h"
#include "ir/walk.h"
#include "schedules/names.h"
#include "schedules/place.h"

namespace saku::schedules {

namespace {

constexpr std::int64_t largest_extent = std::int64_t{1} << 40;

/// What stands between the outer loop and the inner one, and the inner one.
struct Pair {
    std::vector<ir::Index> conditions;
    const ir::Loop* inner = nullptr;
};

Fitted<Pair> inner_of(const ir::LoopNest& nest, const ir::Loop& outer, ir::VarId inner) {
    Pair pair;
    const ir::Block* block = &outer.body;
    while (block->size() == 1) {
        const ir::Node& only = block->front();
        if (const ir::Guard* guard = std::get_if<ir::Guard>(&only.node);
            guard != nullptr && guard->otherwise.empty()) {
            pair.conditions.insert(pair.conditions.end(), guard->conditions.begin(), guard->conditions.end());
            block = &guard->then;
            continue;
        }
        const ir::Loop* loop = std::get_if<ir::Loop>(&only.node);
        if (loop == nullptr || loop->variable != inner) break;
        pair.inner = loop;
        return pair;
    }
    return NotApplicable{"not directly nested", name_of(nest, inner) + " is not all that " +
                                                    name_of(nest, outer.variable) + " holds"};
}

}  // namespace

Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Fuse& step) {
    SAKU_TRY(outer, loop_named(nest, step.outer));
    SAKU_TRY(inner, loop_named(nest, step.inner));
    SAKU_TRY_DONE(is_free_variable(nest, step.fused));

    ir::LoopNest result = nest;
    const ir::VarId fused = ir::add_variable(result, step.fused);
    const auto fuse_pair = [&](const ir::Loop& loop, const Place&) -> Fitted<ir::Block> {
        SAKU_TRY(pair, inner_of(nest, loop, inner));
        if (loop.extent.kind != ir::Extent::Kind::constant || pair.inner->extent.kind != ir::Extent::Kind::constant) {
            return NotApplicable{"extent not constant", "only loops of constant extent are fused"};
        }
        if (loop.kind != ir::LoopKind::serial || pair.inner->kind != ir::LoopKind::serial) {
            return NotApplicable{"not a serial loop", "only serial loops are fused"};
        }
        const std::int64_t width = pair.inner->extent.value;
        const std::optional<std::int64_t> extent = checked_mul(loop.extent.value, width);
        if (!extent || *extent > largest_extent) {
            return NotApplicable{"extent too large", "the fused loop would exceed 2^40 iterations"};
        }
        const ir::Index position = ir::Index::variable(fused);
        ir::Block body = guarded(pair.conditions, pair.inner->body);
        body = ir::substitute(body, loop.variable, ir::quotient(position, width));
        body = ir::substitute(body, inner, ir::remainder(position, width));
        return nested({{fused, *extent, ir::LoopKind::serial}}, {}, std::move(body));
    };
    SAKU_TRY(body, change_loops(nest.body, outer, fuse_pair));
    if (has_loop(body, inner)) {
        return NotApplicable{"not directly nested", step.inner + " also stands outside " + step.outer};
    }
    result.body = with_simple_indices(body);
    return result;
}

}  // namespace saku::schedules
