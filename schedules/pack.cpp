#include "schedules/pack.h"

#include <algorithm>
#include <utility>

#include "base/checked.h"
#include "ir/walk.h"
#include "schedules/names.h"
#include "schedules/pack_copy.h"
#include "schedules/privacy.h"

namespace saku::schedules {

namespace {

constexpr std::int64_t most_elements = std::int64_t{1} << 36;

struct Request {
    const Pack& step;
    ir::BufferId tensor = 0;
    std::vector<ir::VarId> axes;
};

Fitted<Request> request_of(const ir::LoopNest& nest, const Pack& step) {
    Request request{.step = step, .tensor = 0, .axes = {}};
    SAKU_TRY(tensor, buffer_named(nest, step.tensor));
    request.tensor = tensor;
    const ir::Buffer& buffer = buffer_of(nest, tensor);
    SAKU_TRY_DONE(is_free_buffer(nest, step.buffer));
    if (buffer.scope == ir::Scope::registers) return NotApplicable{"tensor in registers", step.tensor};
    if (step.vector < 0 || step.vector > 64) {
        return NotApplicable{"lanes out of range", std::to_string(step.vector) + ", expected 0 to 64"};
    }
    if (step.at.empty() && (!buffer.is_constant || buffer.scope != ir::Scope::argument)) {
        return NotApplicable{"tensor not constant", step.tensor + " is not known before the run"};
    }
    if (step.at.empty() && step.by == Pack::By::region) {
        return NotApplicable{"offline by region", "copies made before the run are by axes"};
    }
    if (step.by == Pack::By::axes && step.axes.empty()) return NotApplicable{"no axes", "expected loop variables"};
    for (const std::string& name : step.axes) {
        SAKU_TRY(axis, loop_named(nest, name));
        if (std::find(request.axes.begin(), request.axes.end(), axis) != request.axes.end()) {
            return NotApplicable{"axis listed twice", name};
        }
        request.axes.push_back(axis);
    }
    return request;
}

Fitted<CopyPlan> plan_of(const ir::LoopNest& nest, const PackSite& site, const Request& request) {
    return request.step.by == Pack::By::axes ? plan_by_axes(nest, site, request.step, request.axes)
                                             : plan_by_region(nest, site, request.step);
}

/// The block at the front of which a copy stands: inside the guards that are all a body holds.
const ir::Block& inside_guards(const ir::Block& block, Place& place) {
    if (block.size() != 1) return block;
    const ir::Guard* guard = std::get_if<ir::Guard>(&block.front().node);
    if (guard == nullptr || !guard->otherwise.empty()) return block;
    place = where_holds(place, guard->conditions);
    return inside_guards(guard->then, place);
}

ir::Block with_copy(const ir::Block& block, const ir::Block& copy, const ir::Block& rest) {
    if (block.size() == 1) {
        const ir::Guard* guard = std::get_if<ir::Guard>(&block.front().node);
        if (guard != nullptr && guard->otherwise.empty()) {
            return guarded(guard->conditions, with_copy(guard->then, copy, rest));
        }
    }
    ir::Block result = copy;
    result.insert(result.end(), rest.begin(), rest.end());
    return result;
}

/// The loads of the tensor in the block, in program order, replaced by loads of the copy.
ir::Block with_reads_replaced(const ir::Block& block, ir::BufferId tensor, ir::BufferId copy,
                              const std::vector<std::vector<ir::Index>>& reads) {
    std::size_t next = 0;
    const std::function<std::optional<ir::Block>(const ir::Node&)> replace =
        [&](const ir::Node& node) -> std::optional<ir::Block> {
        const ir::Store* store = std::get_if<ir::Store>(&node.node);
        if (store == nullptr) return std::nullopt;
        ir::Store changed = *store;
        changed.value = ir::map_loads(store->value, [&](const ir::Access& access) -> ir::Expr {
            if (access.buffer != tensor) return nullptr;
            return ir::load({copy, reads[next++], std::nullopt});
        });
        return ir::Block{ir::Node{std::move(changed)}};
    };
    return ir::rewrite(block, replace);
}

Fitted<Done> may_hold_loops(const ir::LoopNest& nest, const ir::Loop& loop, const Place& place) {
    std::vector<LoopHead> around = place.loops;
    around.push_back(head_of(loop));
    for (const LoopHead& head : around) {
        if (head.kind == ir::LoopKind::serial || head.kind == ir::LoopKind::parallel) continue;
        return NotApplicable{"inside a vector or unrolled loop", name_of(nest, head.variable)};
    }
    return Done{};
}

/// The buffer's shape: in each dimension the most that any site needs.
Fitted<std::vector<std::int64_t>> shape_of(const std::vector<std::optional<CopyPlan>>& plans) {
    std::vector<std::int64_t> shape;
    for (const std::optional<CopyPlan>& plan : plans) {
        if (!plan) continue;
        shape.resize(plan->dimensions.size(), 1);
        for (std::size_t d = 0; d < shape.size(); ++d) shape[d] = std::max(shape[d], plan->dimensions[d].extent);
    }
    std::int64_t elements = 1;
    for (std::int64_t extent : shape) elements = checked_mul(elements, extent).value_or(most_elements + 1);
    if (elements > most_elements) return NotApplicable{"copy too large", "more than 2^36 elements"};
    return shape;
}

/// The plan of each place of the copy, in program order; none where the tensor is not read.
Fitted<std::vector<std::optional<CopyPlan>>> plans_of(const ir::LoopNest& nest, const Request& request) {
    std::vector<std::optional<CopyPlan>> plans;
    const auto add = [&](const ir::Block& block, const Place& place) -> Fitted<Done> {
        SAKU_TRY(site, site_of(nest, block, place, request.tensor));
        plans.emplace_back();
        if (site.reads.empty()) return Done{};
        SAKU_TRY(plan, plan_of(nest, site, request));
        const ir::Buffer& tensor = buffer_of(nest, request.tensor);
        plan.copies_only_reads = tensor.is_output && copies_only_reads(tensor, site, plan);
        plans.back() = std::move(plan);
        return Done{};
    };
    const std::string& at = request.step.at;
    if (at.empty() || at == "body") {
        SAKU_TRY_DONE(add(nest.body, {}));
    } else {
        SAKU_TRY(variable, loop_named(nest, at));
        const auto visit = [&](const ir::Loop& loop, const Place& place) -> Fitted<ir::Block> {
            Place site_place = inside(place, loop);
            const ir::Block& block = inside_guards(loop.body, site_place);
            SAKU_TRY_DONE(add(block, site_place));
            if (plans.back()) SAKU_TRY_DONE(may_hold_loops(nest, loop, place));
            return ir::Block{};
        };
        const Fitted<ir::Block> visited = change_loops(nest.body, variable, visit);
        if (!visited) return visited.error();
    }
    if (std::any_of(plans.begin(), plans.end(), [](const auto& plan) { return plan.has_value(); })) return plans;
    return NotApplicable{"tensor not read here", request.step.tensor};
}

/// The body with copies and with reads of them, and the offline copy.
void fill_body(ir::LoopNest& result, const Request& request, const std::vector<std::optional<CopyPlan>>& plans,
               ir::BufferId copy) {
    const ir::Block before = result.body;
    std::vector<ir::VarId> variables;
    const auto copy_of = [&](const CopyPlan& plan, const Place& place) {
        return copy_nest(result, plan, place, request.tensor, copy, request.step.vector, variables);
    };
    if (request.step.at.empty() || request.step.at == "body") {
        const CopyPlan& only = *plans.front();
        ir::Block copying = copy_of(only, {});
        ir::Block rest = with_reads_replaced(before, request.tensor, copy, only.reads);
        if (request.step.at.empty()) {
            result.offline.push_back({copy, std::move(copying)});
            result.body = std::move(rest);
        } else {
            std::move(rest.begin(), rest.end(), std::back_inserter(copying));
            result.body = std::move(copying);
        }
        return;
    }
    std::size_t next = 0;
    const auto filled = [&](const ir::Loop& loop, const Place& place) -> Fitted<ir::Block> {
        const std::optional<CopyPlan>& plan = plans[next++];
        if (!plan) return ir::Block{ir::Node{loop}};
        Place site_place = inside(place, loop);
        const ir::Block& block = inside_guards(loop.body, site_place);
        const ir::Block rest = with_reads_replaced(block, request.tensor, copy, plan->reads);
        return ir::Block{ir::Node{
            ir::Loop{loop.variable, loop.extent, loop.kind, with_copy(loop.body, copy_of(*plan, site_place), rest)}}};
    };
    result.body = *change_loops(before, *ir::find_variable(result, request.step.at), filled);
}

/// A copy of scratch, or of an output, may read more of it than the loops it serves; all of that must have been
/// written. `is_as_read`: it reads no more than they do, each time.
Fitted<Done> copies_written_elements(const ir::LoopNest& nest, ir::BufferId tensor, ir::BufferId copy,
                                     bool is_as_read) {
    const ir::Buffer& source = buffer_of(nest, tensor);
    if (source.scope != ir::Scope::workspace && !source.is_output) return Done{};
    if (is_as_read) return Done{};
    bool written = true;
    walk_places(nest.body, {}, [&](const ir::Node& node, const Place& place) {
        const ir::Store* store = std::get_if<ir::Store>(&node.node);
        if (store == nullptr || store->destination.buffer != copy) return;
        ir::for_each_load(store->value, [&](const ir::Access& access) {
            written = written && is_written_before(nest.body, *store, access, place);
        });
    });
    if (written) return Done{};
    if (source.is_output) {
        return NotApplicable{"copy of unwritten output", source.name + " may hold nothing yet where no loop reads it"};
    }
    return NotApplicable{"copy of unwritten scratch", source.name + " is not filled as far"};
}

}  // namespace

Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Pack& step) {
    SAKU_TRY(request, request_of(nest, step));
    SAKU_TRY(plans, plans_of(nest, request));
    SAKU_TRY(shape, shape_of(plans));
    ir::LoopNest result = nest;
    const bool offline = step.at.empty();
    const ir::BufferId copy =
        ir::add_buffer(result, {.name = step.buffer,
                                .type = buffer_of(nest, request.tensor).type,
                                .scope = offline ? ir::Scope::packed : ir::Scope::workspace,
                                .shape = shape,
                                .layout = ir::row_major(shape),
                                .source = offline ? std::optional<ir::BufferId>(request.tensor) : std::nullopt});
    fill_body(result, request, plans, copy);
    const bool is_as_read =
        std::all_of(plans.begin(), plans.end(), [](const auto& plan) { return !plan || plan->copies_only_reads; });
    SAKU_TRY_DONE(copies_written_elements(result, request.tensor, copy, is_as_read));
    return result;
}

}  // namespace saku::schedules
