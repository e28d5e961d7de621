#include "schedules/privacy.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "ir/walk.h"

namespace saku::schedules {

namespace {

/// Which value of each of the writer's loops stores the element that the read names.
using Matching = std::vector<std::pair<ir::VarId, ir::Index>>;

/// The loops whose sum with dense coefficients (16*o + l with l < 16) is the subscript, for the value `wanted`.
bool match_subscript(const ir::Index& written, const ir::Index& wanted, const Place& writer, Matching& matching) {
    if (written.constant() != 0 || !written.is_affine()) return false;
    std::vector<ir::Term> terms = written.terms();
    std::sort(terms.begin(), terms.end(),
              [](const ir::Term& a, const ir::Term& b) { return a.coefficient < b.coefficient; });
    std::int64_t step = 1;
    for (std::size_t i = 0; i < terms.size(); ++i) {
        const ir::VarId variable = terms[i].atom.variable;
        const auto loop = std::find_if(writer.loops.begin(), writer.loops.end(),
                                       [&](const LoopHead& head) { return head.variable == variable; });
        if (loop == writer.loops.end() || terms[i].coefficient != step) return false;
        const bool outermost = i + 1 == terms.size();
        const ir::Index digit = ir::quotient(wanted, step);
        matching.emplace_back(variable, outermost ? digit : ir::remainder(digit, values_of(*loop).high + 1));
        step *= values_of(*loop).high + 1;
    }
    return true;
}

/// The condition with the writer's loops at their matched values. All at once, since the same variables may stand on
/// both sides.
ir::Index at(const ir::Index& condition, const Matching& matching) {
    ir::Index result = condition;
    std::vector<std::pair<ir::VarId, ir::Index>> later;
    ir::VarId aside = 0;
    for (const auto& [variable, value] : matching) {
        aside = std::max(aside, variable);
        for (ir::VarId used : value.variables()) aside = std::max(aside, used);
    }
    for (ir::VarId used : condition.variables()) aside = std::max(aside, used);
    for (const auto& [variable, value] : matching) {
        ++aside;
        result = ir::substitute(result, variable, ir::Index::variable(aside));
        later.emplace_back(aside, value);
    }
    for (const auto& [variable, value] : later) result = ir::substitute(result, variable, value);
    return result;
}

/// A place whose first `shared` loops are also around the one that it is compared with, the reader's.
struct Before {
    Place place;
    std::size_t shared = 0;

    [[nodiscard]] std::size_t depth_of(ir::VarId variable) const {
        const auto loop = std::find_if(place.loops.begin(), place.loops.end(),
                                       [&](const LoopHead& head) { return head.variable == variable; });
        return static_cast<std::size_t>(loop - place.loops.begin());
    }
};

/// Do the loops of `before` take these values, and its facts hold then, whenever the reader's place is reached?
bool runs_for(const Before& before, const Matching& matching, const Place& reader) {
    for (const auto& [variable, value] : matching) {
        const std::size_t depth = before.depth_of(variable);
        if (depth < before.shared && !(value == ir::Index::variable(variable))) return false;
        const std::int64_t last = values_of(before.place.loops[depth]).high;
        if (!always(value, reader) || !always(ir::Index(last) - value, reader)) return false;
    }
    return std::all_of(before.place.facts.begin(), before.place.facts.end(), [&](const ir::Index& fact) {
        for (ir::VarId used : fact.variables()) {
            const bool matched =
                std::any_of(matching.begin(), matching.end(), [&](const auto& entry) { return entry.first == used; });
            const std::size_t depth = before.depth_of(used);
            if (!matched && depth >= before.shared && depth < before.place.loops.size()) return false;
        }
        return always(at(fact, matching), reader);
    });
}

bool is_zero(const ir::Index& index, const Place& place) { return always(index, place) && always(index * -1, place); }

struct Read {
    const ir::Store& reader;
    const ir::Access& access;
    const Place& place;
};

bool store_writes(const ir::Store& store, const Before& before, const Read& read) {
    const bool assigns = store.update == ir::Update::assign || (store.first && store.first->empty());
    if (!assigns || store.destination.buffer != read.access.buffer) return false;
    Matching matching;
    for (std::size_t d = 0; d < read.access.indices.size(); ++d) {
        const ir::Index& wanted = read.access.indices[d];
        const ir::Index& written = store.destination.indices[d];
        if (written.is_constant()) {
            if (!is_zero(wanted - written, read.place)) return false;
        } else if (!match_subscript(written, wanted, before.place, matching)) {
            return false;
        }
    }
    return runs_for(before, matching, read.place);
}

bool holds_reader(const ir::Block& block, const ir::Store& reader) {
    bool found = false;
    ir::walk(block, [&](const ir::Node& node) { found = found || std::get_if<ir::Store>(&node.node) == &reader; });
    return found;
}

enum class Outcome : std::uint8_t { written, reached_read, not_written };

/// Runs through the block in program order until the element is surely written, or the reader comes.
Outcome run_through(const ir::Block& block, const Before& before, const Read& read);

Outcome run_through(const ir::Guard& guard, const Before& before, const Read& read) {
    if (holds_reader(guard.then, read.reader)) return run_through(guard.then, before, read);
    if (holds_reader(guard.otherwise, read.reader)) return run_through(guard.otherwise, before, read);
    const Before then{where_holds(before.place, guard.conditions), before.shared};
    if (run_through(guard.then, then, read) == Outcome::written) return Outcome::written;
    // An element that both branches write is written, whatever the conditions are.
    const bool both = run_through(guard.then, before, read) == Outcome::written &&
                      run_through(guard.otherwise, before, read) == Outcome::written;
    return both ? Outcome::written : Outcome::not_written;
}

Outcome run_through(const ir::Loop& loop, const Before& before, const Read& read) {
    const bool shared = holds_reader(loop.body, read.reader);
    return run_through(loop.body, {inside(before.place, loop), before.shared + (shared ? 1 : 0)}, read);
}

Outcome run_through(const ir::Block& block, const Before& before, const Read& read) {
    for (const ir::Node& node : block) {
        Outcome outcome = Outcome::not_written;
        if (const ir::Store* store = std::get_if<ir::Store>(&node.node)) {
            if (store == &read.reader) return Outcome::reached_read;
            if (store_writes(*store, before, read)) return Outcome::written;
        } else if (const ir::Loop* loop = std::get_if<ir::Loop>(&node.node)) {
            outcome = run_through(*loop, before, read);
        } else if (const ir::Guard* guard = std::get_if<ir::Guard>(&node.node)) {
            outcome = run_through(*guard, before, read);
        }
        if (outcome != Outcome::not_written) return outcome;
    }
    return Outcome::not_written;
}

std::size_t count_accesses(const ir::Block& block, ir::BufferId buffer) {
    std::size_t count = 0;
    ir::for_each_access(block, [&](const ir::Access& access, bool) { count += access.buffer == buffer ? 1 : 0; });
    return count;
}

}  // namespace

bool is_written_before(const ir::Block& body, const ir::Store& reader, const ir::Access& read, const Place& place) {
    return run_through(body, Before{}, Read{reader, read, place}) == Outcome::written;
}

bool names_all_of(const std::vector<ir::Index>& others, const Place& other_place, std::size_t shared,
                  const std::vector<ir::Index>& wanted, const Place& place) {
    Matching matching;
    const Before other{other_place, shared};
    for (std::size_t d = 0; d < wanted.size(); ++d) {
        if (!others[d].is_affine()) return false;
        ir::Index moving;
        ir::Index rest = wanted[d] - others[d].constant();
        std::int64_t leap = 0;
        for (const ir::Term& term : others[d].terms()) {
            const ir::Index summand = ir::Index::variable(term.atom.variable) * term.coefficient;
            if (other.depth_of(term.atom.variable) < shared) {
                rest = rest - summand;
            } else {
                moving += summand;
                leap = std::gcd(leap, term.coefficient);
            }
        }
        if (leap == 0 && !is_zero(rest, place)) return false;
        if (leap == 0) continue;
        if (!(ir::quotient(rest, leap) * leap == rest)) return false;
        if (!match_subscript(ir::quotient(moving, leap), ir::quotient(rest, leap), other_place, matching)) return false;
    }
    return runs_for(other, matching, place);
}

bool is_used_only_inside(const ir::LoopNest& nest, ir::VarId variable, ir::BufferId buffer) {
    std::size_t inside_loops = 0;
    for (const ir::Loop* loop : ir::find_loops(nest.body, variable)) {
        inside_loops += count_accesses(loop->body, buffer);
    }
    return inside_loops == count_accesses(nest.body, buffer);
}

bool is_private(const ir::LoopNest& nest, ir::VarId variable, const ir::Block& body, ir::BufferId buffer) {
    const ir::Scope scope = nest.buffers[static_cast<std::size_t>(buffer)].scope;
    if (scope != ir::Scope::workspace && scope != ir::Scope::registers) return false;
    if (!is_used_only_inside(nest, variable, buffer)) return false;
    bool all_written = true;
    walk_places(body, {}, [&](const ir::Node& node, const Place& place) {
        const ir::Store* store = std::get_if<ir::Store>(&node.node);
        if (store == nullptr || !all_written) return;
        ir::for_each_load(store->value, [&](const ir::Access& access) {
            if (access.buffer == buffer) all_written = all_written && is_written_before(body, *store, access, place);
        });
        const bool reads_old = store->destination.buffer == buffer && store->update != ir::Update::assign &&
                               !(store->first && store->first->empty());
        if (reads_old) all_written = all_written && is_written_before(body, *store, store->destination, place);
    });
    return all_written;
}

}  // namespace saku::schedules
