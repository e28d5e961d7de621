#include "ir/facts.h"

#include <algorithm>
#include <numeric>

#include "base/checked.h"
#include "base/result.h"

namespace saku::ir {

namespace {

constexpr std::size_t max_facts = 32;  // more are ignored: bounds the work that strange nests can cause

/// The greatest common factor of the coefficients; 0 when there are none.
std::int64_t common_factor(const Index& index) {
    std::int64_t common = 0;
    for (const Term& term : index.terms()) common = std::gcd(common, term.coefficient);
    return common;
}

/// The condition index >= 0 with the common factor of its coefficients taken out, rounded: 8x - 93 >= 0 is x - 12 >= 0.
Index tightened(const Index& condition) {
    const std::int64_t common = common_factor(condition);
    if (common <= 1) return condition;
    Index result = floor_div(condition.constant(), common);
    for (const Term& term : condition.terms()) result += Index::of(term.atom) * (term.coefficient / common);
    return result;
}

/// What is known of the floors in the index by their definition: 0 <= x - d*floor(x/d) < d.
std::vector<Index> floor_definitions(const Index& index) {
    std::vector<Index> definitions;
    for (const Term& term : index.terms()) {
        if (term.atom.kind != Atom::Kind::floor_div) continue;
        const Index rest = *term.atom.inner - Index::of(term.atom) * term.atom.divisor;
        definitions.push_back(rest);
        definitions.push_back(Index(term.atom.divisor - 1) - rest);
    }
    return definitions;
}

}  // namespace

// ---- entering places

void Facts::enter(VarId variable, Interval values) {
    std::erase_if(values_, [&](const auto& known) { return known.first == variable; });
    std::erase_if(facts_, [&](const auto& fact) { return fact->uses(variable); });
    std::erase_if(sums_, [&](const KnownSum& known) { return known.sum.uses(variable); });
    values_.emplace_back(variable, values);
    if (values.low > values.high) is_impossible_ = true;
}

void Facts::narrow(VarId variable, Interval values) {
    const std::optional<Interval> known = values_of(variable);
    if (known) values = {std::max(known->low, values.low), std::min(known->high, values.high)};
    if (values.low > values.high) {
        is_impossible_ = true;
        return;
    }
    std::erase_if(values_, [&](const auto& entry) { return entry.first == variable; });
    values_.emplace_back(variable, values);
}

void Facts::assume(const Index& condition) {
    const Index fact = tightened(with_sums_replaced(condition));
    if (never(fact)) is_impossible_ = true;
    // Definitions first: facts are combined in this order, starting with one that shares a term with the question.
    for (Index& definition : floor_definitions(fact)) {
        if (facts_.size() < max_facts) facts_.push_back(std::make_shared<const Index>(std::move(definition)));
    }
    if (facts_.size() < max_facts) facts_.push_back(std::make_shared<const Index>(fact));
    for (const Term& term : fact.terms()) {
        if (term.atom.kind != Atom::Kind::variable) continue;
        const std::optional<Interval> known = values_of(term.atom.variable);
        const std::optional<std::int64_t> rest = upper(fact - Index::of(term.atom) * term.coefficient);
        if (!known || !rest) continue;
        if (term.coefficient > 0) {
            narrow(term.atom.variable, {ceil_div(-*rest, term.coefficient), known->high});
        } else {
            narrow(term.atom.variable, {known->low, floor_div(*rest, -term.coefficient)});
        }
    }
}

void Facts::assume_not(const std::vector<Index>& conditions) {
    if (conditions.size() == 1) assume(conditions[0] * -1 - 1);
}

void Facts::assume(const KnownSum& known) {
    if (known.sum.terms().empty()) return;
    assume(known.sum - Index(known.value));
    assume(Index(known.value) - known.sum);
    const std::int64_t common = common_factor(known.sum);
    if (known.value % common == 0) sums_.push_back({tightened(known.sum), known.value / common});
}

// ---- walking

void walk_with_facts(const Block& block, const Facts& outer,
                     const std::function<void(const Node&, const Facts&)>& visit) {
    for (const Node& node : block) {
        visit(node, outer);
        std::visit(Overloaded{
                       [&](const Loop& loop) {
                           Facts inside = outer;
                           inside.enter(loop);
                           walk_with_facts(loop.body, inside, visit);
                       },
                       [&](const Guard& guard) {
                           Facts holds = outer;
                           for (const Index& condition : guard.conditions) holds.assume(condition);
                           walk_with_facts(guard.then, holds, visit);
                           Facts fails = outer;
                           fails.assume_not(guard.conditions);
                           walk_with_facts(guard.otherwise, fails, visit);
                       },
                       [&](const Intrinsic& intrinsic) { walk_with_facts(intrinsic.semantics, outer, visit); },
                       [](const Store&) {},
                       [](const Prefetch&) {},
                   },
                   node.node);
    }
}

}  // namespace saku::ir
