#include "ir/fill_order.h"

#include <optional>
#include <utility>

#include "base/result.h"

namespace saku::ir {

namespace {

using Chain = std::vector<const Loop*>;  ///< loops around one another with nothing beside them, outermost first

bool reads(const Expr& value, BufferId buffer) {
    bool found = false;
    for_each_load(value, [&](const Access& access) { found = found || access.buffer == buffer; });
    return found;
}

/// Elements that the loops pass through one by one, from offset 0 on; nothing where they do otherwise.
std::optional<std::int64_t> passed_through(Index offset, const Chain& chain) {
    std::int64_t size = 1;
    for (auto loop = chain.rbegin(); loop != chain.rend() && !offset.is_constant(); ++loop) {
        const Extent& extent = (*loop)->extent;
        if (extent.kind != Extent::Kind::constant) return std::nullopt;
        const std::int64_t step = offset.coefficient((*loop)->variable);
        if (step != size && extent.value > 1) return std::nullopt;
        offset = offset - Index::variable((*loop)->variable) * step;
        size *= extent.value;
    }
    if (!offset.is_constant() || offset.constant() != 0) return std::nullopt;
    return size;
}

class Finder {
public:
    explicit Finder(const LoopNest& nest) : nest_(nest), fills_(nest.buffers.size()) { visit(nest.body, {}); }

    [[nodiscard]] std::vector<bool> found() const {
        std::vector<bool> in_order;
        for (const Fill& fill : fills_) in_order.push_back(fill.size > 0);
        return in_order;
    }

private:
    /// What is known of the stores to a buffer so far.
    struct Fill {
        std::int64_t size = 0;  ///< elements that each of them passes through; 0: none seen, or not in order
        bool is_seen = false;
    };

    void visit(const Block& block, const Chain& chain) {
        for (const Node& node : block) {
            const Chain around = block.size() == 1 ? chain : Chain{};
            std::visit(Overloaded{
                           [&](const Loop& loop) { visit_loop(loop, around); },
                           [&](const Guard& guard) {
                               visit(guard.then, {});
                               visit(guard.otherwise, {});
                           },
                           [&](const Store& store) { add(store, around); },
                           [&](const Prefetch&) {},
                           [&](const Intrinsic& intrinsic) { visit(intrinsic.semantics, {}); },
                       },
                       node.node);
        }
    }

    void visit_loop(const Loop& loop, Chain chain) {
        const bool is_straight = loop.kind != LoopKind::parallel;
        chain.push_back(&loop);
        visit(loop.body, is_straight ? chain : Chain{});
    }

    void add(const Store& store, const Chain& chain) {
        const Buffer& buffer = nest_.buffers[static_cast<std::size_t>(store.destination.buffer)];
        if (buffer.scope != Scope::workspace) return;
        Fill& fill = fills_[static_cast<std::size_t>(store.destination.buffer)];
        const bool is_first = !std::exchange(fill.is_seen, true);
        const std::int64_t size = elements_set(store, buffer, chain);
        fill.size = is_first || size == fill.size ? size : 0;
    }

    /// In order; 0 where that is not so.
    [[nodiscard]] static std::int64_t elements_set(const Store& store, const Buffer& buffer, const Chain& chain) {
        const bool is_fresh = store.update == Update::assign && !reads(store.value, store.destination.buffer);
        if (!is_fresh || chain.empty() || chain.back()->kind != LoopKind::vector) return 0;
        return passed_through(element_offset(buffer.layout, store.destination.indices), chain).value_or(0);
    }

    const LoopNest& nest_;
    std::vector<Fill> fills_;
};

}  // namespace

std::vector<bool> filled_in_order(const LoopNest& nest) { return Finder(nest).found(); }

}  // namespace saku::ir
