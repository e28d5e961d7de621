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
        const std::string text = header(loop);
        const std::size_t id = static_cast<std::size_t>(loop.variable);
        if (loop.variable < 0 || id >= iterations_.size()) return complaint(nest_, text, "unknown variable");
        if (iterations_[id] != 0) return complaint(nest_, text, "inside another loop over the same variable");
        if (vector_depth_ > 0) return complaint(nest_, text, "a loop inside a vector loop");
        SAKU_TRY_DONE(check_extent(loop, text));
        if (loop.kind == LoopKind::parallel && parallel_depth_ > 0) {
            return complaint(nest_, text, "a parallel loop inside a parallel loop");
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

    Result<Done> check_extent(const Loop& loop, const std::string& text) {
        const Extent& extent = loop.extent;
        if (extent.value < 1 || extent.value > max_iterations) {
            return complaint(nest_, text, "an extent from 1 to 2^40 was expected");
        }
        if (extent.kind != Extent::Kind::parameter) return Done{};
        if (!is_name(extent.parameter)) return complaint(nest_, text, "a run-time extent without a parameter's name");
        if (loop.kind == LoopKind::vector) return complaint(nest_, text, "a vector loop with a run-time extent");
        const std::int64_t bound = bounds_.try_emplace(extent.parameter, extent.value).first->second;
        if (bound != extent.value) return complaint(nest_, text, "another loop bounds this parameter differently");
        return Done{};
    }

    Result<Done> check(const Guard& guard) {
        const std::string text = "if " + (guard.conditions.empty() ? "" : print(nest_, guard.conditions[0])) + " >= 0";
        if (guard.conditions.empty() || guard.conditions.size() > max_conditions) {
            return complaint(nest_, text, "a guard has from 1 to " + std::to_string(max_conditions) + " conditions");
        }
        for (const Index& condition : guard.conditions) SAKU_TRY_DONE(check_index(condition, text));
        SAKU_TRY_DONE(block(guard.then));
        return block(guard.otherwise);
    }

    Result<Done> check(const Store& store) {
        if (!store.value) return complaint(nest_, "=", "a store without a value");
        const std::string text = print(nest_, Block{Node{store}});
        const std::string line = text.substr(0, text.size() - 1);
        SAKU_TRY_DONE(check_access(store.destination, line));
        SAKU_TRY_DONE(check_writable(store.destination, line));
        Result<Done> loads = Done{};
        for_each_load(store.value, [&](const Access& access) {
            if (loads) loads = check_access(access, line);
            if (loads) loads = check_readable(access, line);
        });
        SAKU_TRY_DONE(std::move(loads));
        if (store.statement < 0) return complaint(nest_, line, "a negative statement number");
        if (!store.first) return Done{};
        if (store.update == Update::assign) return complaint(nest_, line, "'first' without an update such as '+='");
        for (const Index& index : *store.first) SAKU_TRY_DONE(check_index(index, line));
        return Done{};
    }

    Result<Done> check(const Prefetch& prefetch) {
        const std::string text = "prefetch " + print(nest_, prefetch.access);
        if (vector_depth_ > 0) return complaint(nest_, text, "a prefetch inside a vector loop");
        return check_access(prefetch.access, text);
    }

    Result<Done> check(const Intrinsic& intrinsic) {
        const std::string text = "intrinsic " + intrinsic.name;
        if (!is_name(intrinsic.name)) return complaint(nest_, text, "an intrinsic without a name");
        if (vector_depth_ > 0) return complaint(nest_, text, "an intrinsic inside a vector loop");
        return block(intrinsic.semantics);
    }

    Result<Done> check_access(const Access& access, const std::string& text) {
        const std::size_t id = static_cast<std::size_t>(access.buffer);
        if (access.buffer < 0 || id >= nest_.buffers.size()) return complaint(nest_, text, "unknown buffer");
        const Buffer& buffer = nest_.buffers[id];
        if (access.indices.size() != buffer.shape.size()) {
            return complaint(nest_, text,
                             "'" + buffer.name + "' has " + std::to_string(buffer.shape.size()) + " dimensions, " +
                                 std::to_string(access.indices.size()) + " subscripts were given");
        }
        for (const Index& index : access.indices) SAKU_TRY_DONE(check_index(index, text));
        return check_offset(access, text);
    }

    /// Each step from subscripts to the element's offset must fit the arithmetic, even for subscripts outside the
    /// shape.
    Result<Done> check_offset(const Access& access, const std::string& text) {
        const Buffer& buffer = nest_.buffers[static_cast<std::size_t>(access.buffer)];
        constexpr std::int64_t most = std::int64_t{1} << 61;
        std::int64_t sum = 0;
        for (const LayoutPart& part : buffer.layout.parts) {
            const std::optional<std::int64_t> position =
                reach(access.indices[static_cast<std::size_t>(part.dimension)]);
            const std::optional<std::int64_t> step = position ? checked_mul(*position, part.stride) : std::nullopt;
            if (!step || *step > most - sum)
                return complaint(nest_, text, "subscripts reach too far out of the buffer");
            sum += *step;
        }
        return Done{};
    }

    Result<Done> check_writable(const Access& destination, const std::string& text) {
        const Buffer& buffer = nest_.buffers[static_cast<std::size_t>(destination.buffer)];
        if (destination.pad) return complaint(nest_, text, "only reads have a pad");
        if (packed_) {
            if (destination.buffer == *packed_) return Done{};
            return complaint(nest_, text, "an offline block writes its packed buffer only");
        }
        if (buffer.scope == Scope::packed)
            return complaint(nest_, text, "a write to a packed buffer outside its offline block");
        if (buffer.scope == Scope::argument && !buffer.is_output) {
            return complaint(nest_, text, "a write to '" + buffer.name + "', which is not an output");
        }
        return Done{};
    }

    Result<Done> check_readable(const Access& access, const std::string& text) {
        if (!packed_ || access.buffer == *packed_) return Done{};
        if (nest_.buffers[static_cast<std::size_t>(*packed_)].source == access.buffer) return Done{};
        return complaint(nest_, text, "an offline block reads its source only");
    }

    Result<Done> check_index(const Index& index, const std::string& text) {
        for (const VarId id : index.variables()) {
            if (id < 0 || static_cast<std::size_t>(id) >= iterations_.size() ||
                iterations_[static_cast<std::size_t>(id)] == 0) {
                return complaint(nest_, text, "'" + print(nest_, Index::variable(id)) + "' is used outside its loop");
            }
        }
        if (!reach(index)) return complaint(nest_, text, "'" + print(nest_, index) + "' may exceed 2^42");
        return Done{};
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

    [[nodiscard]] std::string header(const Loop& loop) const {
        const std::string text = print(
            nest_, Block{Node{Loop{.variable = loop.variable, .extent = loop.extent, .kind = loop.kind, .body = {}}}});
        return text.substr(0, text.find(" {"));
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
