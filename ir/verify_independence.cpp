#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ir/facts.h"
#include "ir/print.h"
#include "ir/verify_parts.h"
#include "ir/walk.h"

namespace saku::ir {

namespace {

constexpr std::size_t max_accesses = 512;     // of one buffer in one loop; pairs of them are compared
constexpr std::size_t max_touches = 1 << 14;  // in one loop

struct Touch {
    Access access;
    bool is_write = false;
    Facts facts;  ///< what is known where it stands
};

/// The accesses in a loop, and which variables have their loop inside it.
struct Inside {
    std::vector<Touch> touches;
    std::set<VarId> variables;
};

Inside inside_of(const Loop& loop, const Facts& facts) {
    Inside inside;
    Facts body_facts = facts;
    body_facts.enter(loop);
    walk_with_facts(loop.body, body_facts, [&](const Node& node, const Facts& here) {
        if (const Loop* inner = std::get_if<Loop>(&node.node)) inside.variables.insert(inner->variable);
        const Store* store = std::get_if<Store>(&node.node);
        if (store == nullptr || here.is_impossible() || inside.touches.size() > max_touches) return;
        for_each_load(store->value, [&](const Access& access) { inside.touches.push_back({access, false, here}); });
        inside.touches.push_back({store->destination, true, here});
    });
    return inside;
}

/// Whether two accesses in different iterations of a loop name different elements.
class Separation {
public:
    Separation(VarId loop, const std::set<VarId>& inner, const Touch& a, const Touch& b)
        : loop_(loop), inner_(inner), a_(a), b_(b) {}

    [[nodiscard]] bool holds() const {
        const std::optional<Interval> in_a = a_.facts.values_of(loop_);
        const std::optional<Interval> in_b = b_.facts.values_of(loop_);
        if (in_a && in_b && in_a->is_point() && *in_a == *in_b) return true;  // only one iteration comes there
        return is_told_by(Index::variable(loop_), divisors(), {});
    }

private:
    /// The divisors of the mods in both accesses: candidates for taking the loop variable apart.
    [[nodiscard]] std::vector<std::int64_t> divisors() const {
        std::vector<std::int64_t> found;
        for (const Access* access : {&a_.access, &b_.access}) {
            for (const Index& index : access->indices) {
                for (const Term& term : index.terms()) {
                    if (term.atom.kind == Atom::Kind::mod) found.push_back(term.atom.divisor);
                }
            }
        }
        std::sort(found.begin(), found.end());
        found.erase(std::unique(found.begin(), found.end()), found.end());
        return found;
    }

    /// Different values of `digit`, a function of the loop variable, give different elements: some subscript tells them
    /// apart, or subscripts tell apart `digit mod d` and, where that is `equal`, the rest of it.
    [[nodiscard]] bool is_told_by(const Index& digit, const std::vector<std::int64_t>& divisors,
                                  std::vector<Index> equal) const {
        const std::optional<Interval> reach = a_.facts.bounds(digit);
        if (reach && reach->is_point() && b_.facts.bounds(digit) == reach) return true;
        if (is_told_apart(digit, equal)) return true;
        return std::any_of(divisors.begin(), divisors.end(), [&](std::int64_t divisor) {
            const Index low = remainder(digit, divisor);
            if (divisor < 2 || !is_told_apart(low, equal)) return false;
            std::vector<Index> more = equal;
            more.push_back(low);
            return is_told_by(quotient(digit, divisor), divisors, std::move(more));
        });
    }

    [[nodiscard]] bool is_told_apart(const Index& digit, const std::vector<Index>& equal) const {
        if (digit.terms().size() != 1 || digit.constant() != 0 || digit.terms()[0].coefficient != 1) return false;
        for (std::size_t d = 0; d < a_.access.indices.size(); ++d) {
            if (is_told_apart_by(digit, equal, a_.access.indices[d], b_.access.indices[d])) return true;
        }
        return false;
    }

    /// One subscript is c*digit + rest in both, where the rests differ by less than c.
    [[nodiscard]] bool is_told_apart_by(const Index& digit, const std::vector<Index>& equal, const Index& in_a,
                                        const Index& in_b) const {
        const Parts a = taken_apart(digit, equal, in_a);
        const Parts b = taken_apart(digit, equal, in_b);
        if (a.slope == 0 || a.slope != b.slope || !(a.outer == b.outer)) return false;
        const std::optional<Interval> rest_a = a_.facts.bounds(a.rest);
        const std::optional<Interval> rest_b = b_.facts.bounds(b.rest);
        const std::int64_t step = a.slope < 0 ? -a.slope : a.slope;
        return rest_a && rest_b && rest_a->high - rest_b->low < step && rest_b->high - rest_a->low < step;
    }

    struct Parts {
        std::int64_t slope = 0;  ///< of the digit
        Index outer;             ///< what only depends on loops outside, or is equal in both
        Index rest;              ///< what may differ between the two accesses
    };

    [[nodiscard]] Parts taken_apart(const Index& digit, const std::vector<Index>& equal, const Index& index) const {
        Parts parts;
        parts.rest = index.constant();
        for (const Term& term : index.terms()) {
            const Index atom = Index::of(term.atom);
            const std::vector<VarId> used = atom.variables();
            const bool is_outer =
                std::find(equal.begin(), equal.end(), atom) != equal.end() ||
                std::none_of(used.begin(), used.end(), [&](VarId id) { return id == loop_ || inner_.contains(id); });
            if (atom == digit) {
                parts.slope = term.coefficient;
            } else {
                (is_outer ? parts.outer : parts.rest) += atom * term.coefficient;
            }
        }
        return parts;
    }

    VarId loop_;
    const std::set<VarId>& inner_;
    const Touch& a_;
    const Touch& b_;
};

std::string header(const LoopNest& nest, const Loop& loop) {
    return to_string(loop.kind) + " for " + print(nest, Index::variable(loop.variable));
}

/// Iterations of a parallel loop, or lanes of a vector loop, must not touch what another one writes. Scratch written
/// inside a parallel loop is private to an iteration, but shared by lanes.
Result<Done> check_loop(const LoopNest& nest, const Loop& loop, const Facts& facts) {
    const Inside inside = inside_of(loop, facts);
    if (inside.touches.size() > max_touches) {
        return complaint(nest, header(nest, loop), "more than " + std::to_string(max_touches) + " accesses inside");
    }
    std::map<BufferId, std::vector<const Touch*>> by_buffer;
    std::set<BufferId> written;
    for (const Touch& touch : inside.touches) {
        const Scope scope = nest.buffers[static_cast<std::size_t>(touch.access.buffer)].scope;
        if (loop.kind == LoopKind::parallel && scope != Scope::argument && scope != Scope::packed) continue;
        by_buffer[touch.access.buffer].push_back(&touch);
        if (touch.is_write) written.insert(touch.access.buffer);
    }
    for (const BufferId buffer : written) {
        const std::vector<const Touch*>& touches = by_buffer[buffer];
        if (touches.size() > max_accesses) {
            return complaint(nest, header(nest, loop),
                             "more than " + std::to_string(max_accesses) + " accesses of one buffer that is written");
        }
        for (const Touch* a : touches) {
            if (!a->is_write) continue;
            for (const Touch* b : touches) {
                if (Separation(loop.variable, inside.variables, *a, *b).holds()) continue;
                return complaint(nest, header(nest, loop),
                                 "one iteration may write `" + print(nest, a->access) + "` where another one " +
                                     (b->is_write ? "writes" : "reads") + " `" + print(nest, b->access) + "`");
            }
        }
    }
    return Done{};
}

/// Scratch written inside a parallel loop belongs to one iteration; nothing outside may count on it. Registers do not
/// live across the border of a parallel loop at all.
Result<Done> check_private(const LoopNest& nest) {
    struct Uses {
        int all = 0;
        int inside = 0;
        bool written_inside = false;
    };
    std::vector<Uses> uses(nest.buffers.size());
    for_each_access(nest.body,
                    [&](const Access& access, bool) { ++uses[static_cast<std::size_t>(access.buffer)].all; });
    walk(nest.body, [&](const Node& node) {
        const Loop* loop = std::get_if<Loop>(&node.node);
        if (loop == nullptr || loop->kind != LoopKind::parallel) return;  // they do not nest
        for_each_access(loop->body, [&](const Access& access, bool is_write) {
            Uses& use = uses[static_cast<std::size_t>(access.buffer)];
            ++use.inside;
            use.written_inside = use.written_inside || is_write;
        });
    });
    for (std::size_t id = 0; id < uses.size(); ++id) {
        const Buffer& buffer = nest.buffers[id];
        if (uses[id].inside == 0 || uses[id].inside == uses[id].all) continue;
        if (buffer.scope == Scope::registers) {
            return complaint(nest, buffer.name, "registers used both inside and outside of a parallel loop");
        }
        if (buffer.scope == Scope::workspace && uses[id].written_inside) {
            return complaint(nest, buffer.name,
                             "scratch that a parallel loop writes, each iteration for itself, is used outside of it");
        }
    }
    return Done{};
}

}  // namespace

Result<Done> check_independence(const LoopNest& nest) {
    SAKU_TRY_DONE(check_private(nest));
    Result<Done> result = Done{};
    const auto visit = [&](const Node& node, const Facts& facts) {
        const Loop* loop = std::get_if<Loop>(&node.node);
        const bool at_once = loop != nullptr && (loop->kind == LoopKind::parallel || loop->kind == LoopKind::vector);
        if (result && at_once && !facts.is_impossible()) result = check_loop(nest, *loop, facts);
    };
    for (const OfflinePack& pack : nest.offline) walk_with_facts(pack.body, Facts(), visit);
    walk_with_facts(nest.body, Facts(), visit);
    return result;
}

}  // namespace saku::ir
