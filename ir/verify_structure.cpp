#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/checked.h"
#include "ir/print.h"
#include "ir/verify_parts.h"

namespace saku::ir {

namespace {

constexpr std::size_t max_conditions = 64;

class StructureChecker {
public:
    StructureChecker(const LoopNest& nest, std::optional<BufferId> packed)
        : nest_(nest), packed_(packed), iterations_(nest.variables.size(), 0) {}

    Result<Done> block(const Block& nodes) {
        if (depth_ == max_depth) {
            return complaint(nest_, "{", "blocks nested deeper than " + std::to_string(max_depth));
        }
        ++depth_;
        for (const Node& node : nodes) {
            SAKU_TRY_DONE(std::visit([&](const auto& alternative) { return check(alternative); }, node.node));
        }
        --depth_;
        return Done{};
    }

private:
    Result<Done> check(const Loop& loop) {
        const std::size_t id = static_cast<std::size_t>(loop.variable);
        if (loop.variable < 0 || id >= iterations_.size()) return complain(loop, "unknown variable");
        if (iterations_[id] != 0) return complain(loop, "inside another loop over the same variable");
        if (vector_depth_ > 0) return complain(loop, "a loop inside a vector loop");
        SAKU_TRY_DONE(check_extent(loop));
        if (loop.kind == LoopKind::parallel && parallel_depth_ > 0) {
            return complain(loop, "a parallel loop inside a parallel loop");
        }
        vector_depth_ += loop.kind == LoopKind::vector ? 1 : 0;
        parallel_depth_ += loop.kind == LoopKind::parallel ? 1 : 0;
        iterations_[id] = largest(loop.extent);
        SAKU_TRY_DONE(block(loop.body));
        iterations_[id] = 0;
        vector_depth_ -= loop.kind == LoopKind::vector ? 1 : 0;
        parallel_depth_ -= loop.kind == LoopKind::parallel ? 1 : 0;
        return Done{};
    }

    Result<Done> check_extent(const Loop& loop) {
        const Extent& extent = loop.extent;
        if (extent.value < 1 || extent.value > max_iterations) {
            return complain(loop, "an extent from 1 to 2^40 was expected");
        }
        if (extent.kind != Extent::Kind::parameter) return Done{};
        if (!is_name(extent.parameter)) return complain(loop, "a run-time extent without a parameter's name");
        if (loop.kind == LoopKind::vector) return complain(loop, "a vector loop with a run-time extent");
        const std::int64_t bound = bounds_.try_emplace(extent.parameter, extent.value).first->second;
        if (bound != extent.value) return complain(loop, "another loop bounds this parameter differently");
        return Done{};
    }

    Result<Done> check(const Guard& guard) {
        if (guard.conditions.empty() || guard.conditions.size() > max_conditions) {
            return complain(guard, "a guard has from 1 to " + std::to_string(max_conditions) + " conditions");
        }
        for (const Index& condition : guard.conditions) SAKU_TRY_DONE(check_index(condition, guard));
        SAKU_TRY_DONE(block(guard.then));
        return block(guard.otherwise);
    }

    Result<Done> check(const Store& store) {
        if (!store.value) return complaint(nest_, "=", "a store without a value");
        SAKU_TRY_DONE(check_access(store.destination, store));
        SAKU_TRY_DONE(check_writable(store));
        Result<Done> loads = Done{};
        for_each_load(store.value, [&](const Access& access) {
            if (loads) loads = check_access(access, store);
            if (loads) loads = check_readable(access, store);
        });
        for_each_index_value(store.value, [&](const Index& index) {
            if (loads) loads = check_index(index, store);
        });
        SAKU_TRY_DONE(std::move(loads));
        if (store.statement < 0) return complain(store, "a negative statement number");
        if (!store.first) return Done{};
        if (store.update == Update::assign) return complain(store, "'first' without an update such as '+='");
        for (const Index& index : *store.first) SAKU_TRY_DONE(check_index(index, store));
        return Done{};
    }

    Result<Done> check(const Prefetch& prefetch) {
        if (vector_depth_ > 0) return complain(prefetch, "a prefetch inside a vector loop");
        return check_access(prefetch.access, prefetch);
    }

    Result<Done> check(const Intrinsic& intrinsic) {
        if (!is_name(intrinsic.name)) return complain(intrinsic, "an intrinsic without a name");
        if (vector_depth_ > 0) return complain(intrinsic, "an intrinsic inside a vector loop");
        return block(intrinsic.semantics);
    }

    template <class Place>
    Result<Done> check_access(const Access& access, const Place& place) {
        const std::size_t id = static_cast<std::size_t>(access.buffer);
        if (access.buffer < 0 || id >= nest_.buffers.size()) return complain(place, "unknown buffer");
        const Buffer& buffer = nest_.buffers[id];
        if (access.indices.size() != buffer.shape.size()) {
            return complain(place, "'" + buffer.name + "' has " + std::to_string(buffer.shape.size()) +
                                       " dimensions, " + std::to_string(access.indices.size()) +
                                       " subscripts were given");
        }
        for (const Index& index : access.indices) SAKU_TRY_DONE(check_index(index, place));
        if (!offset_fits(access)) return complain(place, "subscripts reach too far out of the buffer");
        return Done{};
    }

    /// Each step from subscripts to the element's offset must fit the arithmetic, even for subscripts outside the
    /// shape.
    [[nodiscard]] bool offset_fits(const Access& access) const {
        constexpr std::int64_t most = std::int64_t{1} << 61;
        std::int64_t sum = 0;
        for (const LayoutPart& part : nest_.buffers[static_cast<std::size_t>(access.buffer)].layout.parts) {
            const std::optional<std::int64_t> position =
                reach(access.indices[static_cast<std::size_t>(part.dimension)]);
            const std::optional<std::int64_t> step = position ? checked_mul(*position, part.stride) : std::nullopt;
            if (!step || *step > most - sum) return false;
            sum += *step;
        }
        return true;
    }

    Result<Done> check_writable(const Store& store) {
        const BufferId id = store.destination.buffer;
        const Buffer& buffer = nest_.buffers[static_cast<std::size_t>(id)];
        if (store.destination.pad) return complain(store, "only reads have a pad");
        if (packed_) {
            if (id == *packed_) return Done{};
            return complain(store, "an offline block writes its packed buffer only");
        }
        if (buffer.scope == Scope::packed)
            return complain(store, "a write to a packed buffer outside its offline block");
        if (buffer.scope == Scope::argument && !buffer.is_output) {
            return complain(store, "a write to '" + buffer.name + "', which is not an output");
        }
        return Done{};
    }

    Result<Done> check_readable(const Access& access, const Store& store) {
        if (!packed_ || access.buffer == *packed_) return Done{};
        if (nest_.buffers[static_cast<std::size_t>(*packed_)].source == access.buffer) return Done{};
        return complain(store, "an offline block reads its source only");
    }

    template <class Place>
    Result<Done> check_index(const Index& index, const Place& place) {
        if (const std::optional<VarId> outside = used_outside(index)) {
            return complain(place, "'" + print(nest_, Index::variable(*outside)) + "' is used outside its loop");
        }
        if (!reach(index)) return complain(place, "'" + print(nest_, index) + "' may exceed 2^42");
        return Done{};
    }

    [[nodiscard]] std::optional<VarId> used_outside(const Index& index) const {
        for (const Term& term : index.terms()) {
            if (term.atom.kind != Atom::Kind::variable) {
                if (const std::optional<VarId> inner = used_outside(*term.atom.inner)) return inner;
                continue;
            }
            const VarId id = term.atom.variable;
            const bool is_known = id >= 0 && static_cast<std::size_t>(id) < iterations_.size();
            if (!is_known || iterations_[static_cast<std::size_t>(id)] == 0) return id;
        }
        return std::nullopt;
    }

    /// What the terms of the index can add up to in absolute value; empty above `max_reach`.
    [[nodiscard]] std::optional<std::int64_t> reach(const Index& index) const {
        const auto grown = [](std::int64_t sum, std::int64_t factor,
                              std::int64_t value) -> std::optional<std::int64_t> {
            const std::optional<std::int64_t> product = checked_mul(factor, value);
            if (!product || *product == INT64_MIN) return std::nullopt;
            const std::int64_t size = *product < 0 ? -*product : *product;
            return size > max_reach - sum ? std::nullopt : std::optional(sum + size);
        };
        std::optional<std::int64_t> sum = grown(0, index.constant(), 1);
        for (const Term& term : index.terms()) {
            if (term.atom.divisor < 1 || term.atom.divisor > max_reach) return std::nullopt;
            const bool is_variable = term.atom.kind == Atom::Kind::variable;
            const std::optional<std::int64_t> inner =
                is_variable ? iterations_[static_cast<std::size_t>(term.atom.variable)] : reach(*term.atom.inner);
            sum = sum && inner ? grown(*sum, term.coefficient, *inner) : std::nullopt;
        }
        return sum;
    }

    /// A complaint about a node, quoted without what is inside it.
    template <class Place>
    [[nodiscard]] Error complain(const Place& place, const std::string& what) const {
        return complaint(nest_, quoted(place), what);
    }

    [[nodiscard]] std::string quoted(const Loop& loop) const {
        return first_line(Loop{.variable = loop.variable, .extent = loop.extent, .kind = loop.kind, .body = {}});
    }
    [[nodiscard]] std::string quoted(const Guard& guard) const {
        return "if " + (guard.conditions.empty() ? "" : print(nest_, guard.conditions[0])) + " >= 0";
    }
    [[nodiscard]] std::string quoted(const Store& store) const { return first_line(store); }
    [[nodiscard]] std::string quoted(const Prefetch& prefetch) const { return first_line(prefetch); }
    [[nodiscard]] std::string quoted(const Intrinsic& intrinsic) const { return "intrinsic " + intrinsic.name; }

    template <class Alternative>
    [[nodiscard]] std::string first_line(const Alternative& node) const {
        const std::string text = print(nest_, Block{Node{node}});
        return text.substr(0, std::min(text.find(" {"), text.find('\n')));
    }

    const LoopNest& nest_;
    std::optional<BufferId> packed_;              // inside the offline block of this buffer
    std::vector<std::int64_t> iterations_;        // by variable: at most so many, 0 outside its loop
    std::map<std::string, std::int64_t> bounds_;  // of run-time parameters
    int depth_ = 0;
    int vector_depth_ = 0;
    int parallel_depth_ = 0;
};

}  // namespace

Result<Done> check_structure(const LoopNest& nest) {
    for (const OfflinePack& pack : nest.offline) SAKU_TRY_DONE(StructureChecker(nest, pack.packed).block(pack.body));
    return StructureChecker(nest, std::nullopt).block(nest.body);
}

}  // namespace saku::ir
