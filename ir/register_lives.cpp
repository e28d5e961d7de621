#include "ir/register_lives.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <span>
#include <utility>

namespace saku::ir {

namespace {

constexpr std::int64_t most_iterations = 1 << 16;  // of straight code; tiles have some hundred elements

/// Which elements of a buffer, row by row.
using Elements = std::vector<bool>;

std::int64_t elements_in(const Buffer& buffer) {
    std::int64_t count = 1;
    for (const std::int64_t extent : buffer.shape) count *= extent;
    return count;
}

/// In one iteration (`values`: by VarId).
bool holds(const std::vector<Index>& conditions, std::span<const std::int64_t> values) {
    return std::all_of(conditions.begin(), conditions.end(),
                       [&](const Index& condition) { return evaluate(condition, values) >= 0; });
}

/// Marks the element that the access names, if there is one: a guard that is not known here may keep it from happening.
void mark(const Buffer& buffer, const Access& access, std::span<const std::int64_t> values, Elements& elements) {
    std::int64_t position = 0;
    for (std::size_t d = 0; d < access.indices.size(); ++d) {
        const std::int64_t index = evaluate(access.indices[d], values);
        if (index < 0 || index >= buffer.shape[d]) return;
        position = position * buffer.shape[d] + index;
    }
    elements[static_cast<std::size_t>(position)] = true;
}

bool reads(const Expr& value, BufferId buffer) {
    bool found = false;
    for_each_load(value, [&](const Access& access) { found = found || access.buffer == buffer; });
    return found;
}

bool is_straight(const Loop& loop) {
    return (loop.kind == LoopKind::unrolled || loop.kind == LoopKind::vector) &&
           loop.extent.kind == Extent::Kind::constant && loop.extent.value > 0;
}

/// Does an index use no variables but those?
bool uses_only(const Index& index, const std::map<VarId, std::int64_t>& extents) {
    const std::vector<VarId> used = index.variables();
    return std::all_of(used.begin(), used.end(), [&](VarId variable) { return extents.contains(variable); });
}

// ---- beginnings

struct Beginning {
    BufferId buffer = -1;
    Elements elements;
};

/// Runs straight code, and finds out what it sets.
class Beginner {
public:
    explicit Beginner(const LoopNest& nest) : nest_(nest), values_(nest.variables.size(), 0) {}

    /// Nothing where the code does not begin one buffer.
    std::optional<Beginning> run(const Node& node) && {
        if (!is_beginning(node) || begun_.buffer < 0) return std::nullopt;
        return std::move(begun_);
    }

private:
    bool is_beginning(const Block& block) { return block.size() == 1 && is_beginning(block.front()); }

    bool is_beginning(const Node& node) {
        if (const auto* store = std::get_if<Store>(&node.node)) return is_beginning(*store);
        if (const auto* guard = std::get_if<Guard>(&node.node)) return is_beginning(*guard);
        const auto* loop = std::get_if<Loop>(&node.node);
        return loop != nullptr && is_straight(*loop) && is_beginning(*loop);
    }

    bool is_beginning(const Loop& loop) {
        extents_[loop.variable] = loop.extent.value;
        std::int64_t& value = values_[static_cast<std::size_t>(loop.variable)];
        bool sound = true;
        for (value = 0; sound && value < loop.extent.value; ++value) {
            sound = ++iterations_ <= most_iterations && is_beginning(loop.body);
        }
        value = 0;
        extents_.erase(loop.variable);
        return sound;
    }

    bool is_beginning(const Store& store) {
        const BufferId id = store.destination.buffer;
        const Buffer& buffer = nest_.buffers[static_cast<std::size_t>(id)];
        if (buffer.scope != Scope::registers || elements_in(buffer) > most_iterations) return false;
        if (store.update != Update::assign || reads(store.value, id)) return false;
        if (begun_.buffer >= 0 && begun_.buffer != id) return false;
        const std::vector<Index>& indices = store.destination.indices;
        if (!std::all_of(indices.begin(), indices.end(), [&](const Index& i) { return uses_only(i, extents_); })) {
            return false;
        }
        begun_.buffer = id;
        begun_.elements.resize(static_cast<std::size_t>(elements_in(buffer)), false);
        mark(buffer, store.destination, values_, begun_.elements);
        return true;
    }

    bool is_beginning(const Guard& guard) {
        const bool is_decided = std::all_of(guard.conditions.begin(), guard.conditions.end(),
                                            [&](const Index& condition) { return uses_only(condition, extents_); });
        if (is_decided) {
            const Block& chosen = holds(guard.conditions, values_) ? guard.then : guard.otherwise;
            return chosen.empty() || is_beginning(chosen);
        }
        // Whichever branch is taken, the same must be set.
        const Beginning before = begun_;
        if (guard.otherwise.empty() || !is_beginning(guard.then)) return false;
        const Beginning then = std::exchange(begun_, before);
        return is_beginning(guard.otherwise) && begun_.buffer == then.buffer && begun_.elements == then.elements;
    }

    const LoopNest& nest_;
    Beginning begun_;
    std::vector<std::int64_t> values_;       ///< by VarId
    std::map<VarId, std::int64_t> extents_;  ///< of the straight loops around
    std::int64_t iterations_ = 0;
};

std::optional<Beginning> beginning_of(const LoopNest& nest, const Node& node) { return Beginner(nest).run(node); }

// ---- what is read

/// Follows one register buffer through the nest.
class Follower {
public:
    Follower(const LoopNest& nest, BufferId buffer) : nest_(nest), buffer_(buffer), values_(nest.variables.size(), 0) {}

    /// `live`: what the last beginning around has set, null where there was none.
    bool is_sound(const Block& block, const Elements* live) {
        std::optional<Elements> begun;
        for (const Node& node : block) {
            std::optional<Beginning> beginning = beginning_of(nest_, node);
            if (beginning && beginning->buffer == buffer_) {
                if (live != nullptr) return false;  // what was begun around this place may be read behind it
                begun = std::move(beginning->elements);
                continue;
            }
            if (!is_sound(node, begun ? &*begun : live)) return false;
        }
        return true;
    }

private:
    bool is_sound(const Node& node, const Elements* live) {
        if (const auto* store = std::get_if<Store>(&node.node)) return is_sound(*store, live);
        if (const auto* guard = std::get_if<Guard>(&node.node)) {
            conditions_.insert(conditions_.end(), guard->conditions.begin(), guard->conditions.end());
            const bool sound = is_sound(guard->then, live);
            conditions_.resize(conditions_.size() - guard->conditions.size());
            return sound && is_sound(guard->otherwise, live);
        }
        const auto* loop = std::get_if<Loop>(&node.node);
        if (loop == nullptr) return true;  // prefetches; emission knows no intrinsics
        if (loop->extent.kind == Extent::Kind::constant) extents_[loop->variable] = loop->extent.value;
        const bool sound = is_sound(loop->body, live);
        extents_.erase(loop->variable);
        return sound;
    }

    bool is_sound(const Store& store, const Elements* live) {
        bool sound = true;
        const auto look = [&](const Access& access) {
            if (access.buffer != buffer_ || !sound) return;
            const std::optional<Elements> read = live != nullptr ? read_by(access) : std::nullopt;
            sound = read.has_value();
            for (std::size_t e = 0; sound && e < read->size(); ++e) sound = !(*read)[e] || (*live)[e];
        };
        for_each_load(store.value, look);
        if (store.update != Update::assign) look(store.destination);
        return sound;
    }

    /// The elements that an access names in all iterations of the loops that move it, under those of the guards around
    /// that these loops decide: at least those that it does name. Nothing where there are too many.
    std::optional<Elements> read_by(const Access& access) {
        std::map<VarId, std::int64_t> moving;
        std::int64_t iterations = 1;
        for (const Index& index : access.indices) {
            for (const VarId variable : index.variables()) {
                const auto extent = extents_.find(variable);
                if (extent == extents_.end() || extent->second > most_iterations) return std::nullopt;
                if (!moving.insert(*extent).second) continue;
                iterations *= extent->second;
                if (iterations > most_iterations) return std::nullopt;
            }
        }
        std::vector<Index> decided;
        std::copy_if(conditions_.begin(), conditions_.end(), std::back_inserter(decided),
                     [&](const Index& condition) { return uses_only(condition, moving); });
        const Buffer& buffer = nest_.buffers[static_cast<std::size_t>(buffer_)];
        Elements elements(static_cast<std::size_t>(elements_in(buffer)), false);
        for (std::int64_t i = 0; i < iterations; ++i) {
            std::int64_t rest = i;
            for (const auto& [variable, extent] : moving) {
                values_[static_cast<std::size_t>(variable)] = rest % extent;
                rest /= extent;
            }
            if (holds(decided, values_)) mark(buffer, access, values_, elements);
        }
        for (const auto& [variable, extent] : moving) values_[static_cast<std::size_t>(variable)] = 0;
        return elements;
    }

    const LoopNest& nest_;
    BufferId buffer_;
    std::vector<std::int64_t> values_;       ///< by VarId
    std::map<VarId, std::int64_t> extents_;  ///< of the loops around
    std::vector<Index> conditions_;          ///< of the guards around
};

}  // namespace

std::optional<BufferId> begun_by(const LoopNest& nest, const Node& node) {
    const std::optional<Beginning> beginning = beginning_of(nest, node);
    return beginning ? std::optional(beginning->buffer) : std::nullopt;
}

std::vector<bool> begins_afresh(const LoopNest& nest) {
    std::vector<bool> afresh(nest.buffers.size(), false);
    for (std::size_t id = 0; id < nest.buffers.size(); ++id) {
        const Buffer& buffer = nest.buffers[id];
        if (buffer.scope != Scope::registers || elements_in(buffer) > most_iterations) continue;
        afresh[id] = Follower(nest, static_cast<BufferId>(id)).is_sound(nest.body, nullptr);
    }
    return afresh;
}

}  // namespace saku::ir
