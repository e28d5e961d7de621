#include "features/count_points.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <utility>

#include "base/checked.h"

namespace saku::features {

namespace {

constexpr int max_steps = 20'000;
constexpr std::int64_t max_enumerated = 4096;

enum class Truth { never, sometimes, always };

/// A condition with its variables as positions in the list of loops.
struct Condition {
    bool affine = true;
    std::int64_t constant = 0;
    std::vector<std::int64_t> coefficients;  // per loop; affine ones
    std::vector<ir::Interval> rest;          // per loop d: range of the terms of loops >= d; affine ones
    ir::Index index;                         // the others
};

struct CompiledClause {
    std::vector<Condition> conditions;
    bool negated = false;
};

class Counter {
public:
    Counter(std::vector<CountedLoop> loops, const std::vector<const Clause*>& clauses) : loops_(std::move(loops)) {
        values_.assign(loops_.size(), 0);
        for (const Clause* clause : clauses) {
            CompiledClause compiled{.conditions = {}, .negated = clause->negated};
            for (const ir::Index& index : clause->conditions) compiled.conditions.push_back(compile(index));
            clauses_.push_back(std::move(compiled));
        }
    }

    double count() { return count(0); }

private:
    Condition compile(const ir::Index& index) const {
        Condition condition{
            .affine = index.is_affine(), .constant = index.constant(), .coefficients = {}, .rest = {}, .index = index};
        if (!condition.affine) return condition;
        for (const CountedLoop& loop : loops_) condition.coefficients.push_back(index.coefficient(loop.variable));
        condition.rest.assign(loops_.size() + 1, ir::Interval{0, 0});
        for (std::size_t d = loops_.size(); d-- > 0;) {
            const std::int64_t reach = condition.coefficients[d] * (loops_[d].extent - 1);
            condition.rest[d] = {condition.rest[d + 1].low + std::min<std::int64_t>(reach, 0),
                                 condition.rest[d + 1].high + std::max<std::int64_t>(reach, 0)};
        }
        return condition;
    }

    /// The values of a condition when the loops before `depth` are fixed and the others run.
    ir::Interval range(const Condition& condition, std::size_t depth) const {
        if (condition.affine) {
            std::int64_t fixed = condition.constant;
            for (std::size_t d = 0; d < depth; ++d) fixed += condition.coefficients[d] * values_[d];
            return {fixed + condition.rest[depth].low, fixed + condition.rest[depth].high};
        }
        const ir::Ranges ranges = [&](ir::VarId id) -> std::optional<ir::Interval> {
            for (std::size_t d = 0; d < loops_.size(); ++d) {
                if (loops_[d].variable != id) continue;
                if (d < depth) return ir::Interval{values_[d], values_[d]};
                return ir::Interval{0, loops_[d].extent - 1};
            }
            return ir::Interval{0, 0};
        };
        return ir::range(condition.index, ranges).value_or(ir::Interval{0, 0});
    }

    static Truth truth(const ir::Interval& values) {
        if (values.low >= 0) return Truth::always;
        return values.high < 0 ? Truth::never : Truth::sometimes;
    }

    Truth truth(const CompiledClause& clause, std::size_t depth) const {
        Truth all = Truth::always;
        for (const Condition& condition : clause.conditions) {
            const Truth one = truth(range(condition, depth));
            if (one == Truth::never) {
                all = Truth::never;
                break;
            }
            if (one == Truth::sometimes) all = Truth::sometimes;
        }
        if (!clause.negated || all == Truth::sometimes) return all;
        return all == Truth::always ? Truth::never : Truth::always;
    }

    Truth truth(std::size_t depth) const {
        Truth all = Truth::always;
        for (const CompiledClause& clause : clauses_) {
            const Truth one = truth(clause, depth);
            if (one == Truth::never) return Truth::never;
            if (one == Truth::sometimes) all = Truth::sometimes;
        }
        return all;
    }

    double points_from(std::size_t depth) const {
        double points = 1;
        for (std::size_t d = depth; d < loops_.size(); ++d) points *= static_cast<double>(loops_[d].extent);
        return points;
    }

    /// The count from `depth` on, with each undecided condition uniform over its range and independent of the others.
    double guess(std::size_t depth) const {
        double product = points_from(depth);
        for (const CompiledClause& clause : clauses_) {
            double holds = 1;
            for (const Condition& condition : clause.conditions) {
                const ir::Interval values = range(condition, depth);
                if (values.low >= 0) continue;
                const double width = static_cast<double>(values.high) - static_cast<double>(values.low) + 1;
                holds *= values.high < 0 ? 0 : (static_cast<double>(values.high) + 1) / width;
            }
            product *= clause.negated ? 1 - holds : holds;
        }
        return product;
    }

    /// Values of loop `depth` at which some condition changes between never, sometimes and always; sorted, with both
    /// ends.
    std::vector<std::int64_t> breakpoints(std::size_t depth) const {
        const std::int64_t extent = loops_[depth].extent;
        std::vector<std::int64_t> points{0, extent};
        for (const CompiledClause& clause : clauses_) {
            for (const Condition& condition : clause.conditions) {
                if (!condition.affine) {
                    for (std::int64_t v = 1; v < extent; ++v) points.push_back(v);
                    continue;
                }
                const std::int64_t slope = condition.coefficients[depth];
                if (slope == 0) continue;
                const std::int64_t own = slope * (extent - 1);
                const ir::Interval all = range(condition, depth);
                // Without this loop's own term: c*v + low >= 0 is where it always holds, c*v + high >= 0 where it can.
                for (const std::int64_t offset :
                     {all.low - std::min<std::int64_t>(own, 0), all.high - std::max<std::int64_t>(own, 0)}) {
                    const std::int64_t change = slope > 0 ? ceil_div(-offset, slope) : floor_div(offset, -slope) + 1;
                    if (change > 0 && change < extent) points.push_back(change);
                }
            }
        }
        std::sort(points.begin(), points.end());
        points.erase(std::unique(points.begin(), points.end()), points.end());
        return points;
    }

    bool enumerates_too_much(std::size_t depth) const {
        if (loops_[depth].extent <= max_enumerated) return false;
        return std::any_of(clauses_.begin(), clauses_.end(), [](const CompiledClause& clause) {
            return std::any_of(clause.conditions.begin(), clause.conditions.end(),
                               [](const Condition& condition) { return !condition.affine; });
        });
    }

    /// Points of the loops from `depth` on, those before being fixed.
    double count(std::size_t depth) {
        const Truth all = truth(depth);
        if (all != Truth::sometimes) return all == Truth::always ? points_from(depth) : 0;
        if (depth == loops_.size() || ++steps_ > max_steps || enumerates_too_much(depth)) return guess(depth);
        const std::vector<std::int64_t> points = breakpoints(depth);
        double sum = 0;
        for (std::size_t p = 0; p + 1 < points.size(); ++p) {
            values_[depth] = points[p];
            const Truth segment = truth(depth + 1);
            if (segment == Truth::always)
                sum += static_cast<double>(points[p + 1] - points[p]) * points_from(depth + 1);
            if (segment == Truth::sometimes) sum += count_each(depth, points[p], points[p + 1]);
        }
        return sum;
    }

    /// Loop `depth` over [begin, end), value by value; from the middle of what remains when the steps run out.
    double count_each(std::size_t depth, std::int64_t begin, std::int64_t end) {
        double sum = 0;
        for (std::int64_t v = begin; v < end; ++v) {
            if (steps_ > max_steps) {
                values_[depth] = v + (end - v) / 2;
                return sum + static_cast<double>(end - v) * guess(depth + 1);
            }
            values_[depth] = v;
            sum += count(depth + 1);
        }
        return sum;
    }

    std::vector<CountedLoop> loops_;
    std::vector<CompiledClause> clauses_;
    std::vector<std::int64_t> values_;
    int steps_ = 0;
};

bool shares_a_variable(const Clause& clause, const std::set<ir::VarId>& variables) {
    return std::any_of(clause.conditions.begin(), clause.conditions.end(), [&](const ir::Index& index) {
        const std::vector<ir::VarId> used = index.variables();
        return std::any_of(used.begin(), used.end(), [&](ir::VarId id) { return variables.contains(id); });
    });
}

void add_variables(const Clause& clause, std::set<ir::VarId>& variables) {
    for (const ir::Index& index : clause.conditions) {
        for (const ir::VarId id : index.variables()) variables.insert(id);
    }
}

}  // namespace

Counts count_points(std::span<const CountedLoop> loops, std::span<const Clause> given, const Clause& clause) {
    // Only clauses that hang together with the new one through their variables matter: the others cancel.
    std::set<ir::VarId> variables;
    add_variables(clause, variables);
    std::vector<const Clause*> related;
    std::vector<bool> taken(given.size(), false);
    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t g = 0; g < given.size(); ++g) {
            if (taken[g] || !shares_a_variable(given[g], variables)) continue;
            taken[g] = changed = true;
            related.push_back(&given[g]);
            add_variables(given[g], variables);
        }
    }
    std::vector<CountedLoop> used;
    for (const CountedLoop& loop : loops) {
        if (loop.extent > 1 && variables.contains(loop.variable)) used.push_back(loop);
    }
    const double without = Counter(used, related).count();
    related.push_back(&clause);
    return {.given = without, .both = Counter(used, related).count()};
}

}  // namespace saku::features
