#include "targets/llvm/guard_scope.h"

#include <algorithm>

#include "base/checked.h"
#include "targets/llvm/indices.h"

namespace saku::targets {

using namespace saku::ir;

namespace {

/// step * value + rest >= 0, rest at most `most`.
Interval narrowed(Interval values, std::int64_t step, std::int64_t most) {
    if (step > 0) return {std::max(values.low, ceil_div(-most, step)), values.high};
    return {values.low, std::min(values.high, floor_div(most, -step))};
}

void narrow(Frame& frame, const Index& condition) {
    for (const VarId id : condition.variables()) {
        const auto place = frame.ranges.find(id);
        const std::int64_t step = condition.coefficient(id);
        const Index rest = condition - Index::variable(id) * step;
        if (place == frame.ranges.end() || step == 0 || rest.uses(id)) continue;
        const std::optional<Interval> others = range(rest, ranges_here(frame));
        if (!others) continue;
        const Interval left = narrowed(place->second, step, others->high);
        if (left.low > left.high) continue;  // never comes here
        place->second = left;
        if (left.low == left.high) frame.constants[id] = left.low;
    }
}

}  // namespace

GuardScope::GuardScope(Frame& frame, const std::vector<Index>& conditions)
    : frame_(frame), ranges_(frame.ranges), constants_(frame.constants), holding_(frame.holding.size()) {
    frame.holding.insert(frame.holding.end(), conditions.begin(), conditions.end());
    for (const Index& condition : conditions) narrow(frame, condition);
}

GuardScope::~GuardScope() {
    frame_.ranges = std::move(ranges_);
    frame_.constants = std::move(constants_);
    frame_.holding.resize(holding_);
}

std::vector<Index> where_none_holds(const std::vector<Index>& conditions) {
    if (conditions.size() != 1) return {};
    return {conditions.front() * -1 - Index(1)};
}

}  // namespace saku::targets
