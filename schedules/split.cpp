#include "schedules/split.h"

#include <utility>

#include "base/checked.h"
#include "ir/walk.h"
#include "schedules/names.h"
#include "schedules/place.h"

namespace saku::schedules {

namespace {

constexpr std::int64_t largest_factor = std::int64_t{1} << 40;

struct Parts {
    ir::VarId outer = 0;
    ir::VarId inner = 0;
};

NotApplicable subscripts_too_large(std::int64_t factor) {
    return {"factor out of range", std::to_string(factor) + " makes subscripts exceed 2^52"};
}

Fitted<ir::Block> divided(const ir::Loop& loop, std::int64_t factor, const Parts& parts) {
    if (loop.kind != ir::LoopKind::serial) {
        return NotApplicable{"not a serial loop", "a loop that is already " + to_string(loop.kind)};
    }
    if (loop.extent.kind != ir::Extent::Kind::constant) {
        return NotApplicable{"extent not constant", "only loops of constant extent are split"};
    }
    if (!coefficients_stay_small(loop.body, loop.variable, factor)) return subscripts_too_large(factor);
    const std::int64_t extent = loop.extent.value;
    const ir::Index position = ir::Index::variable(parts.outer) * factor + ir::Index::variable(parts.inner);
    std::vector<ir::Index> conditions;
    if (extent % factor != 0) conditions.push_back(ir::Index(extent - 1) - position);
    return nested(
        {{parts.outer, ceil_div(extent, factor), ir::LoopKind::serial}, {parts.inner, factor, ir::LoopKind::serial}},
        conditions, ir::substitute(loop.body, loop.variable, position));
}

}  // namespace

Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Split& step) {
    SAKU_TRY(variable, loop_named(nest, step.loop));
    if (step.factor < 1 || step.factor > largest_factor) {
        return NotApplicable{"factor out of range", std::to_string(step.factor) + ", expected 1 to 2^40"};
    }
    SAKU_TRY_DONE(is_free_variable(nest, step.outer));
    SAKU_TRY_DONE(is_free_variable(nest, step.inner));
    if (step.outer == step.inner) return NotApplicable{"name taken", "both parts are named " + step.outer};

    ir::LoopNest result = nest;
    Parts parts;
    parts.outer = ir::add_variable(result, step.outer);
    parts.inner = ir::add_variable(result, step.inner);
    SAKU_TRY(body, change_loops(nest.body, variable,
                                [&](const ir::Loop& loop, const Place&) { return divided(loop, step.factor, parts); }));
    if (!indices_stay_small(body)) return subscripts_too_large(step.factor);
    result.body = with_simple_indices(body);
    return result;
}

}  // namespace saku::schedules
