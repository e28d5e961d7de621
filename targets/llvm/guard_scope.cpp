#include "targets/llvm/guard_scope.h"

#include <utility>

#include "targets/llvm/indices.h"

namespace saku::targets {

using namespace saku::ir;

namespace {

void narrow(Frame& frame, VarId id, Interval values) {
    const auto place = frame.ranges.find(id);
    if (place == frame.ranges.end()) return;
    place->second = values;
    if (values.low == values.high) frame.constants[id] = values.low;
}

}  // namespace

GuardScope::GuardScope(Frame& frame, const std::vector<Index>& conditions, Branch branch)
    : frame_(frame), ranges_(frame.ranges), constants_(frame.constants), facts_(frame.facts) {
    Facts facts = frame.facts.value_or(Facts(ranges_here(frame)));
    if (branch == Branch::then) {
        for (const Index& condition : conditions) facts.assume(condition);
    } else {
        facts.assume_not(conditions);
    }
    if (facts.is_impossible()) return;  // never comes here
    for (const Index& condition : conditions) {
        for (const VarId id : condition.variables()) {
            if (const auto values = facts.values_of(id)) narrow(frame, id, *values);
        }
    }
    frame.facts = std::move(facts);
}

GuardScope::~GuardScope() {
    frame_.ranges = std::move(ranges_);
    frame_.constants = std::move(constants_);
    frame_.facts = std::move(facts_);
}

}  // namespace saku::targets
