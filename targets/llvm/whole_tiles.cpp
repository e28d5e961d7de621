#include "targets/llvm/whole_tiles.h"

#include <algorithm>
#include <map>

#include "base/checked.h"
#include "targets/llvm/indices.h"
#include "targets/llvm/place.h"

namespace saku::targets {

using namespace saku::ir;

namespace {

constexpr double most_stores = 512;  // vectors: what is worth having twice

class Collector {
public:
    Collector(const Frame& frame, bool with_padding) : frame_(frame), with_padding_(with_padding) {}

    bool add(const Block& block, double copies) {
        return std::all_of(block.begin(), block.end(), [&](const Node& node) { return add(node, copies); });
    }

    bool add(const Node& node, double copies) {
        if (const auto* store = std::get_if<Store>(&node.node)) return add(*store, copies);
        if (const auto* guard = std::get_if<Guard>(&node.node)) return add(*guard, copies);
        const auto* loop = std::get_if<Loop>(&node.node);
        if (loop == nullptr || loop->kind == LoopKind::serial || loop->kind == LoopKind::parallel) return false;
        const auto times = static_cast<double>(loop->kind == LoopKind::vector
                                                   ? vectors_of(loop->extent.value, frame_.plan.native_lanes)
                                                   : loop->extent.value);
        straight_[loop->variable] = {0, loop->extent.value - 1};
        const bool sound = add(loop->body, copies * times);
        straight_.erase(loop->variable);
        return sound;
    }

    [[nodiscard]] const std::vector<Index>& conditions() const { return conditions_; }

private:
    bool add(const Store& store, double copies) {
        stores_ += copies;
        bool sound = stores_ <= most_stores;
        if (!with_padding_) return sound;
        for_each_load(store.value, [&](const Access& access) {
            if (!access.pad || !sound) return;
            const std::vector<Index> bounds = bounds_of(frame_, place_of(frame_, access));
            sound = std::all_of(bounds.begin(), bounds.end(), [&](const Index& bound) { return add(bound); });
        });
        return sound;
    }

    bool add(const Guard& guard, double copies) {
        // Chooses between two kinds of code, for all copies alike: each has tests of its own.
        if (!guard.otherwise.empty() && !depends_on_straight(guard)) return false;
        return std::all_of(guard.conditions.begin(), guard.conditions.end(),
                           [&](const Index& condition) { return add(resolve(frame_, condition)); }) &&
               add(guard.then, copies) && add(guard.otherwise, copies);
    }

    [[nodiscard]] bool depends_on_straight(const Guard& guard) const {
        return std::any_of(guard.conditions.begin(), guard.conditions.end(), [&](const Index& condition) {
            return std::any_of(straight_.begin(), straight_.end(),
                               [&](const auto& loop) { return condition.uses(loop.first); });
        });
    }

    /// A resolved condition. False where some copy never meets it.
    bool add(const Index& condition) {
        std::optional<Index> least = least_of(condition);
        if (!least) return false;
        const std::optional<Interval> values = range(*least, ranges_here(frame_));
        if (!values || values->high < 0) return false;
        const bool is_new = std::find(conditions_.begin(), conditions_.end(), *least) == conditions_.end();
        if (values->low < 0 && is_new) conditions_.push_back(std::move(*least));
        return true;
    }

    /// The expression where the straight loops make it smallest.
    [[nodiscard]] std::optional<Index> least_of(const Index& condition) const {
        Index least = condition;
        for (const auto& [variable, values] : straight_) {
            const std::int64_t step = condition.coefficient(variable);
            const Index rest = least - Index::variable(variable) * step;
            if (rest.uses(variable)) return std::nullopt;
            least = rest + Index(step * (step > 0 ? values.low : values.high));
        }
        return least;
    }

    const Frame& frame_;
    bool with_padding_;
    std::map<VarId, Interval> straight_;
    std::vector<Index> conditions_;
    double stores_ = 0;
};

}  // namespace

std::optional<std::vector<Index>> whole_conditions(const Frame& frame, const Node& node, bool with_padding) {
    if (std::holds_alternative<Store>(node.node)) return std::nullopt;
    Collector collector(frame, with_padding);
    if (!collector.add(node, 1) || collector.conditions().empty()) return std::nullopt;
    return collector.conditions();
}

}  // namespace saku::targets
