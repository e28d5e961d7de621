#include "targets/llvm/hoisting.h"

#include <algorithm>
#include <map>
#include <vector>

#include "base/checked.h"
#include "ir/unrolled_copies.h"

namespace saku::targets {

namespace {

using namespace saku::ir;

class Straight {
public:
    Straight(const LoopNest& nest, const EmissionPlan& plan, const Loop& loop)
        : nest_(nest), plan_(plan), variable_(loop.variable) {}

    /// Adds what the block holds; false where loops run in it.
    bool add(const Block& block) {
        return std::all_of(block.begin(), block.end(), [&](const Node& node) { return add(node); });
    }

    [[nodiscard]] bool has_padding() const { return has_padding_; }
    [[nodiscard]] double total() const {
        constexpr double operands = 2;
        double vectors = unchanging_ + operands;
        for (const auto& [buffer, units] : accumulators_) vectors += units;
        return vectors;
    }

private:
    bool add(const Node& node) {
        if (const auto* store = std::get_if<Store>(&node.node)) {
            add(*store);
        } else if (const auto* guard = std::get_if<Guard>(&node.node)) {
            const double before = unchanging_;
            if (!add(guard->then)) return false;
            const double then = unchanging_ - before;
            unchanging_ = before;
            if (!add(guard->otherwise)) return false;
            unchanging_ = std::max(unchanging_, before + then);
        } else if (const auto* loop = std::get_if<Loop>(&node.node)) {
            return add(*loop);
        }
        return true;
    }

    bool add(const Loop& loop) {
        if (loop.kind == LoopKind::serial || loop.kind == LoopKind::parallel) return false;
        if (loop.kind == LoopKind::vector) {
            chunks_ = static_cast<double>(vectors_of(loop.extent.value, plan_.native_lanes));
            lanes_ = loop.variable;
        } else {
            unrolled_.push_back({loop.variable, loop.extent.value});
        }
        const bool is_straight = add(loop.body);
        if (loop.kind == LoopKind::vector) {
            chunks_ = 1;
        } else {
            unrolled_.pop_back();
        }
        return is_straight;
    }

    [[nodiscard]] double vectors(const Access& access) const {
        const bool moves = chunks_ > 1 && uses(access.indices, lanes_);
        return distinct_copies(access.indices, unrolled_) * (moves ? chunks_ : 1);
    }

    void add(const Store& store) {
        const BufferId written = store.destination.buffer;
        if (nest_.buffers[static_cast<std::size_t>(written)].scope == Scope::registers) {
            double& units = accumulators_[written];
            units = std::max(units, vectors(store.destination));
        }
        for_each_load(store.value, [&](const Access& access) {
            if (nest_.buffers[static_cast<std::size_t>(access.buffer)].scope == Scope::registers) return;
            has_padding_ = has_padding_ || access.pad.has_value();
            if (!uses(access.indices, variable_)) unchanging_ += vectors(access);
        });
    }

    const LoopNest& nest_;
    const EmissionPlan& plan_;
    VarId variable_;
    std::vector<UnrolledLoop> unrolled_;
    VarId lanes_ = 0;
    double chunks_ = 1;
    double unchanging_ = 0;
    bool has_padding_ = false;
    std::map<BufferId, double> accumulators_;
};

}  // namespace

double vectors_to_hold(const LoopNest& nest, const EmissionPlan& plan, const Loop& loop) {
    Straight straight(nest, plan, loop);
    return straight.add(loop.body) && !straight.has_padding() ? straight.total() : 0;
}

}  // namespace saku::targets
