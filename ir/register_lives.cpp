#include "ir/register_lives.h"

#include <algorithm>
#include <map>

#include "base/checked.h"

namespace saku::ir {

namespace {

/// Values of the variables of unrolled and vector loops.
using Ranges = std::map<VarId, Interval>;
/// By dimension of a buffer.
using Box = std::vector<Interval>;

struct Beginning {
    BufferId buffer = 0;
    Box box;
};

/// Narrows the ranges to where the conditions hold. False where they ask for more than one loop's variable.
bool narrow(const std::vector<Index>& conditions, Ranges& ranges) {
    bool is_exact = true;
    for (const Index& condition : conditions) {
        const std::vector<VarId> variables = condition.variables();
        const auto range = variables.size() == 1 ? ranges.find(variables.front()) : ranges.end();
        if (range == ranges.end() || !condition.is_affine()) {
            is_exact = false;
            continue;
        }
        const std::int64_t step = condition.coefficient(variables.front());
        Interval& values = range->second;
        if (step > 0) {
            values.low = std::max(values.low, ceil_div(-condition.constant(), step));
        } else {
            values.high = std::min(values.high, floor_div(condition.constant(), -step));
        }
    }
    return is_exact;
}

/// What a subscript gets to; `is_whole` is cleared where it leaves some values in between out.
Interval values_of(const Index& subscript, const Ranges& ranges, bool& is_whole) {
    Interval values{subscript.constant(), subscript.constant()};
    std::vector<Term> terms = subscript.terms();
    std::sort(terms.begin(), terms.end(),
              [](const Term& a, const Term& b) { return std::abs(a.coefficient) < std::abs(b.coefficient); });
    for (const Term& term : terms) {
        const Interval& range = ranges.at(term.atom.variable);
        const std::int64_t width = std::abs(term.coefficient);
        is_whole = is_whole && (range.is_point() || width <= values.high - values.low + 1);
        const std::int64_t a = term.coefficient * range.low;
        const std::int64_t b = term.coefficient * range.high;
        values.low += std::min(a, b);
        values.high += std::max(a, b);
    }
    return values;
}

struct Elements {
    Box box;               ///< around all of them
    bool is_whole = true;  ///< ... and nothing else
};

/// The elements that an access names in all iterations of the loops; nothing where other loops move it.
std::optional<Elements> elements_of(const Access& access, const Ranges& ranges) {
    Elements elements;
    std::vector<VarId> seen;
    for (const Index& subscript : access.indices) {
        if (!subscript.is_affine()) return std::nullopt;
        for (const VarId variable : subscript.variables()) {
            if (!ranges.contains(variable)) return std::nullopt;
            // Two subscripts with one variable: a diagonal.
            if (std::find(seen.begin(), seen.end(), variable) != seen.end()) elements.is_whole = false;
            seen.push_back(variable);
        }
        elements.box.push_back(values_of(subscript, ranges, elements.is_whole));
    }
    return elements;
}

bool contains(const Box& box, const Box& part) {
    for (std::size_t d = 0; d < box.size(); ++d) {
        if (part[d].low < box[d].low || part[d].high > box[d].high) return false;
    }
    return true;
}

bool reads(const Expr& value, BufferId buffer) {
    bool found = false;
    for_each_load(value, [&](const Access& access) { found = found || access.buffer == buffer; });
    return found;
}

std::optional<Beginning> beginning_of(const LoopNest& nest, const Node& node, Ranges ranges);

std::optional<Beginning> beginning_of(const LoopNest& nest, const Block& block, const Ranges& ranges) {
    return block.size() == 1 ? beginning_of(nest, block.front(), ranges) : std::nullopt;
}

std::optional<Beginning> beginning_of(const LoopNest& nest, const Store& store, const Ranges& ranges) {
    const BufferId id = store.destination.buffer;
    if (nest.buffers[static_cast<std::size_t>(id)].scope != Scope::registers) return std::nullopt;
    if (store.update != Update::assign || reads(store.value, id)) return std::nullopt;
    const std::optional<Elements> elements = elements_of(store.destination, ranges);
    if (!elements || !elements->is_whole) return std::nullopt;
    return Beginning{.buffer = id, .box = elements->box};
}

std::optional<Beginning> beginning_of(const LoopNest& nest, const Guard& guard, Ranges ranges) {
    if (guard.otherwise.empty()) {
        if (!narrow(guard.conditions, ranges)) return std::nullopt;
        return beginning_of(nest, guard.then, ranges);
    }
    std::optional<Beginning> then = beginning_of(nest, guard.then, ranges);
    const std::optional<Beginning> otherwise = beginning_of(nest, guard.otherwise, ranges);
    const bool same = then && otherwise && then->buffer == otherwise->buffer && then->box == otherwise->box;
    return same ? then : std::nullopt;
}

std::optional<Beginning> beginning_of(const LoopNest& nest, const Node& node, Ranges ranges) {
    if (const auto* store = std::get_if<Store>(&node.node)) return beginning_of(nest, *store, ranges);
    if (const auto* guard = std::get_if<Guard>(&node.node)) return beginning_of(nest, *guard, std::move(ranges));
    const auto* loop = std::get_if<Loop>(&node.node);
    const bool is_straight = loop != nullptr && (loop->kind == LoopKind::unrolled || loop->kind == LoopKind::vector) &&
                             loop->extent.kind == Extent::Kind::constant && loop->extent.value > 0;
    if (!is_straight) return std::nullopt;
    ranges[loop->variable] = {0, loop->extent.value - 1};
    return beginning_of(nest, loop->body, ranges);
}

/// Follows one register buffer through the nest.
class Follower {
public:
    Follower(const LoopNest& nest, BufferId buffer) : nest_(nest), buffer_(buffer) {}

    /// `live`: what the last beginning around has set, null where there was none.
    bool is_sound(const Block& block, const Box* live, const Ranges& ranges) {
        std::optional<Box> begun;
        for (const Node& node : block) {
            const std::optional<Beginning> beginning = beginning_of(nest_, node, {});
            if (beginning && beginning->buffer == buffer_) {
                if (live != nullptr) return false;  // what was begun around this place may be read behind it
                begun = beginning->box;
                continue;
            }
            if (!is_sound(node, begun ? &*begun : live, ranges)) return false;
        }
        return true;
    }

private:
    bool is_sound(const Node& node, const Box* live, Ranges ranges) {
        if (const auto* store = std::get_if<Store>(&node.node)) return is_sound(*store, live, ranges);
        if (const auto* guard = std::get_if<Guard>(&node.node)) {
            Ranges inside = ranges;
            narrow(guard->conditions, inside);
            return is_sound(guard->then, live, inside) && is_sound(guard->otherwise, live, ranges);
        }
        const auto* loop = std::get_if<Loop>(&node.node);
        if (loop == nullptr) return true;  // prefetches; emission knows no intrinsics
        if (loop->extent.kind == Extent::Kind::constant) ranges[loop->variable] = {0, loop->extent.value - 1};
        return is_sound(loop->body, live, ranges);
    }

    bool is_sound(const Store& store, const Box* live, const Ranges& ranges) {
        bool sound = true;
        const auto look = [&](const Access& access) {
            if (access.buffer != buffer_) return;
            const std::optional<Elements> elements = elements_of(access, ranges);
            sound = sound && live != nullptr && elements && contains(*live, elements->box);
        };
        for_each_load(store.value, look);
        if (store.update != Update::assign) look(store.destination);
        return sound;
    }

    const LoopNest& nest_;
    BufferId buffer_;
};

}  // namespace

std::optional<BufferId> begun_by(const LoopNest& nest, const Node& node) {
    const std::optional<Beginning> beginning = beginning_of(nest, node, {});
    return beginning ? std::optional(beginning->buffer) : std::nullopt;
}

std::vector<bool> begins_afresh(const LoopNest& nest) {
    std::vector<bool> afresh(nest.buffers.size(), false);
    for (std::size_t id = 0; id < nest.buffers.size(); ++id) {
        if (nest.buffers[id].scope != Scope::registers) continue;
        afresh[id] = Follower(nest, static_cast<BufferId>(id)).is_sound(nest.body, nullptr, {});
    }
    return afresh;
}

}  // namespace saku::ir
