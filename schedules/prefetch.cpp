#include "schedules/prefetch.h"

#include <algorithm>
#include <utility>

#include "base/checked.h"
#include "ir/walk.h"
#include "schedules/names.h"
#include "schedules/place.h"

namespace saku::schedules {

namespace {

constexpr std::int64_t farthest = std::int64_t{1} << 20;

/// The dimension whose neighbours lie next to each other in memory; none where blocks of a layout interrupt it.
std::optional<std::size_t> contiguous_dimension(const ir::Buffer& buffer) {
    for (const ir::LayoutPart& part : buffer.layout.parts) {
        if (part.stride == 1 && part.extent > 1) return static_cast<std::size_t>(part.dimension);
    }
    return std::nullopt;
}

/// What an iteration of the loop touches along one dimension: from `start` (in loops outside and the loop itself) on.
struct Side {
    ir::Index start;
    std::int64_t extent = 1;
};

Fitted<Side> side_of(const ir::Index& index, const Place& loop_place, const Place& access_place) {
    ir::Index moving;
    Side side{.start = index.constant(), .extent = 1};
    for (const ir::Term& term : index.terms()) {
        const ir::Index summand = ir::Index::of(term.atom) * term.coefficient;
        const std::vector<ir::VarId> variables = summand.variables();
        const auto outside = std::count_if(variables.begin(), variables.end(),
                                           [&](ir::VarId variable) { return loop_place.is_inside(variable); });
        if (outside != 0 && outside != static_cast<std::ptrdiff_t>(variables.size())) {
            return NotApplicable{"region not a box", "a division mixes loops outside and inside the loop"};
        }
        (outside != 0 ? side.start : moving) += summand;
    }
    const std::optional<ir::Interval> reach = ir::range(moving, access_place.ranges());
    if (!reach) return NotApplicable{"region not a box", "a loop of unknown range"};
    side.start += reach->low;
    side.extent = reach->high - reach->low + 1;
    return side;
}

/// One access for each line of the box, appended where it is new.
Fitted<Done> add_lines(const std::vector<Side>& sides, const std::vector<std::int64_t>& steps, std::size_t dimension,
                       ir::Access& line, std::vector<ir::Access>& lines) {
    if (dimension == sides.size()) {
        if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(line);
        if (static_cast<std::int64_t>(lines.size()) <= most_prefetched_lines) return Done{};
        return NotApplicable{"too many lines",
                             "an iteration touches more than " + std::to_string(most_prefetched_lines)};
    }
    for (std::int64_t offset = 0; offset < sides[dimension].extent; offset += steps[dimension]) {
        line.indices.push_back(sides[dimension].start + offset);
        SAKU_TRY_DONE(add_lines(sides, steps, dimension + 1, line, lines));
        line.indices.pop_back();
    }
    return Done{};
}

Fitted<std::vector<ir::Access>> lines_of(const ir::LoopNest& nest, const ir::Loop& loop, const Place& place,
                                         ir::BufferId buffer, std::int64_t line_elements) {
    std::vector<std::int64_t> steps(buffer_of(nest, buffer).shape.size(), 1);
    if (const std::optional<std::size_t> dimension = contiguous_dimension(buffer_of(nest, buffer))) {
        steps[*dimension] = line_elements;
    }
    std::vector<ir::Access> lines;
    std::optional<NotApplicable> failure;
    const auto touch = [&](const ir::Access& access, const Place& access_place) {
        if (access.buffer != buffer || failure) return;
        std::vector<Side> sides;
        for (const ir::Index& index : access.indices) {
            Fitted<Side> side = side_of(index, inside(place, loop), access_place);
            if (!side) {
                failure = std::move(side).error();
                return;
            }
            sides.push_back(*std::move(side));
        }
        ir::Access line{buffer, {}, std::nullopt};
        const Fitted<Done> added = add_lines(sides, steps, 0, line, lines);
        if (!added) failure = added.error();
    };
    walk_places(loop.body, inside(place, loop), [&](const ir::Node& node, const Place& here) {
        const ir::Store* store = std::get_if<ir::Store>(&node.node);
        if (store == nullptr) return;
        ir::for_each_load(store->value, [&](const ir::Access& access) { touch(access, here); });
        touch(store->destination, here);
    });
    if (failure) return *failure;
    return lines;
}

/// Scratch that a parallel loop inside the block writes has no address outside of it.
bool is_private_inside(const ir::Block& block, ir::BufferId buffer) {
    bool found = false;
    ir::walk(block, [&](const ir::Node& node) {
        const ir::Loop* loop = std::get_if<ir::Loop>(&node.node);
        if (loop == nullptr || loop->kind != ir::LoopKind::parallel) return;
        ir::for_each_access(loop->body, [&](const ir::Access& access, bool is_write) {
            found = found || (is_write && access.buffer == buffer);
        });
    });
    return found;
}

}  // namespace

Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Prefetch& step) {
    SAKU_TRY(buffer, buffer_named(nest, step.buffer));
    SAKU_TRY(variable, loop_named(nest, step.loop));
    if (buffer_of(nest, buffer).scope == ir::Scope::registers) return NotApplicable{"tensor in registers", step.buffer};
    if (step.distance < 0 || step.distance > farthest) {
        return NotApplicable{"distance out of range", std::to_string(step.distance) + ", expected 0 to 2^20"};
    }
    if (step.line_elements < 1) return NotApplicable{"line too short", "expected at least one element"};
    bool any = false;
    SAKU_TRY(body,
             change_loops(nest.body, variable, [&](const ir::Loop& loop, const Place& place) -> Fitted<ir::Block> {
                 ir::Block changed;
                 changed.push_back({loop});
                 SAKU_TRY(lines, lines_of(nest, loop, place, buffer, step.line_elements));
                 if (lines.empty()) return changed;
                 if (loop.kind == ir::LoopKind::vector) {
                     return NotApplicable{"vector loop", step.loop + " holds stores and guards only"};
                 }
                 if (buffer_of(nest, buffer).scope == ir::Scope::workspace && is_private_inside(loop.body, buffer)) {
                     return NotApplicable{"private scratch", "a parallel loop inside " + step.loop + " writes it"};
                 }
                 any = true;
                 const ir::Index ahead = ir::Index::variable(variable) + step.distance;
                 ir::Block with_lines;
                 for (ir::Access& line : lines) {
                     for (ir::Index& index : line.indices) index = ir::substitute(index, variable, ahead);
                     with_lines.push_back({ir::Prefetch{std::move(line)}});
                 }
                 with_lines.insert(with_lines.end(), loop.body.begin(), loop.body.end());
                 std::get<ir::Loop>(changed.front().node).body = std::move(with_lines);
                 return changed;
             }));
    if (!any) return NotApplicable{"tensor not used here", step.buffer + " inside " + step.loop};
    ir::LoopNest result = nest;
    result.body = std::move(body);
    return result;
}

}  // namespace saku::schedules
