#include "schedules/accumulate.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/checked.h"
#include "ir/walk.h"
#include "schedules/dependence.h"
#include "schedules/names.h"
#include "schedules/place.h"

namespace saku::schedules {

namespace {

constexpr std::int64_t most_elements = 4096;  // more than any register file holds

/// A reduction that can run in registers: what surrounds its update, from the reduction loop inwards.
struct Tile {
    const ir::Store* update = nullptr;
    std::vector<LoopHead> reduced;           ///< loops of the path that the destination does not use
    std::vector<LoopHead> kept;              ///< loops of the path that it uses, or partial: the dimensions of the tile
    std::vector<ir::VarId> partial;          ///< of the kept ones, those that are summed over behind the reduction
    std::vector<ir::Index> conditions;       ///< that concern elements of the tile, not steps of the reduction
    std::vector<ir::Index> step_conditions;  ///< that use reduced loops
};

bool uses_any(const ir::Index& index, const std::vector<LoopHead>& loops) {
    return std::any_of(loops.begin(), loops.end(), [&](const LoopHead& loop) { return index.uses(loop.variable); });
}

/// The one update of the loop whose destination does not move with the loop.
Fitted<const ir::Store*> reduction_of(const ir::LoopNest& nest, const ir::Loop& loop) {
    const ir::Store* found = nullptr;
    int count = 0;
    ir::walk(loop.body, [&](const ir::Node& node) {
        const ir::Store* store = std::get_if<ir::Store>(&node.node);
        if (store == nullptr || store->update == ir::Update::assign || uses(store->destination.indices, loop.variable))
            return;
        found = store;
        ++count;
    });
    const std::string& name = name_of(nest, loop.variable);
    if (count == 0) return NotApplicable{"not a reduction loop", "no update inside " + name + " sums over it"};
    if (count > 1) return NotApplicable{"several reductions", std::to_string(count) + " updates inside " + name};
    const ir::BufferId written = found->destination.buffer;
    if (buffer_of(nest, written).scope == ir::Scope::registers) {
        return NotApplicable{"already in registers", buffer_of(nest, written).name};
    }
    int touched = 0;
    ir::for_each_access(loop.body,
                        [&](const ir::Access& access, bool) { touched += access.buffer == written ? 1 : 0; });
    if (touched > 1) {
        return NotApplicable{"result used inside the reduction",
                             buffer_of(nest, written).name + " is read inside " + name};
    }
    return found;
}

bool contains(const std::vector<ir::VarId>& list, ir::VarId variable) {
    return std::find(list.begin(), list.end(), variable) != list.end();
}

/// Distinct elements for distinct iterations of the tile, those of partial loops apart, which share one.
bool touches_distinct_elements(const Tile& tile) {
    std::vector<ir::VarId> variables;
    std::vector<LoopHead> running = tile.reduced;
    for (const LoopHead& head : tile.kept) {
        if (!contains(tile.partial, head.variable)) variables.push_back(head.variable);
        running.push_back(head);
    }
    return touches_distinct_elements(tile.update->destination, variables, running);
}

Fitted<Tile> tile_of(const ir::LoopNest& nest, const ir::Loop& loop, const std::vector<ir::VarId>& partial) {
    SAKU_TRY(update, reduction_of(nest, loop));
    Tile tile{.update = update, .reduced = {}, .kept = {}, .partial = partial, .conditions = {}, .step_conditions = {}};
    bool simple = true;
    walk_places(loop.body, inside({}, loop), [&](const ir::Node& node, const Place& place) {
        if (std::get_if<ir::Store>(&node.node) != update) return;
        for (const LoopHead& head : place.loops) {
            simple = simple && head.extent.kind == ir::Extent::Kind::constant && head.kind != ir::LoopKind::parallel;
            const bool is_partial = contains(partial, head.variable) && head.variable != loop.variable;
            const bool is_kept = is_partial || uses(update->destination.indices, head.variable);
            (is_kept ? tile.kept : tile.reduced).push_back(head);
        }
        simple = simple && place.facts_are_all;
        for (const ir::Index& fact : place.facts) {
            (uses_any(fact, tile.reduced) ? tile.step_conditions : tile.conditions).push_back(fact);
        }
    });
    if (!simple) {
        return NotApplicable{"tile too complicated",
                             "parallel loops, run-time extents or guards with several "
                             "conditions and an else branch"};
    }
    for (const ir::VarId variable : partial) {
        const bool is_inside = std::any_of(tile.kept.begin(), tile.kept.end(),
                                           [&](const LoopHead& head) { return head.variable == variable; });
        if (!is_inside || uses(update->destination.indices, variable)) {
            return NotApplicable{
                "not a reduction loop inside",
                name_of(nest, variable) + ", around the update, inside " + name_of(nest, loop.variable)};
        }
    }
    if (!touches_distinct_elements(tile)) {
        return NotApplicable{"tile elements overlap", "different iterations of the tile update the same element of " +
                                                          buffer_of(nest, update->destination.buffer).name};
    }
    return tile;
}

/// `first` of the update without the loops that the tile runs itself, at their first iteration; nothing when no
/// iteration of the remaining loops starts the reduction.
Fitted<std::optional<std::vector<ir::Index>>> first_outside(const Tile& tile, const Place& place) {
    if (!tile.update->first) return std::optional<std::vector<ir::Index>>{};
    const auto at_start = [&](ir::Index index) {
        for (const LoopHead& head : tile.reduced) index = ir::substitute(index, head.variable, 0);
        for (const ir::VarId variable : tile.partial) index = ir::substitute(index, variable, 0);
        return index;
    };
    std::vector<ir::Index> outside;
    for (const ir::Index& index : *tile.update->first) {
        const ir::Index rest = at_start(index);
        const bool grows = std::all_of(index.terms().begin(), index.terms().end(), [](const ir::Term& term) {
            return term.coefficient > 0 && term.atom.kind == ir::Atom::Kind::variable;
        });
        if (!(rest == index) && (!grows || index.constant() != 0)) {
            return NotApplicable{"start of the reduction unclear", "a first index is not a plain sum of loops"};
        }
        if (rest.is_constant() && rest.constant() != 0) return std::optional<std::vector<ir::Index>>{};
        if (!rest.is_constant()) outside.push_back(rest);
    }
    Place start = where_holds(place, tile.conditions);
    start.loops.insert(start.loops.end(), tile.kept.begin(), tile.kept.end());
    // Only where the loops outside start, too.
    for (const ir::Index& index : outside) start.facts.push_back(index * -1);
    for (const ir::Index& condition : tile.step_conditions) {
        if (!always(at_start(condition), start)) {
            return NotApplicable{"start of the reduction guarded", "a guard may leave out its first iteration"};
        }
    }
    return std::optional{outside};
}

/// The tile as it is read from and written to memory: its loops, and the subscripts and conditions in their terms.
struct Writeback {
    std::vector<LoopHead> loops;
    std::vector<ir::Index> conditions;
    ir::Access destination;
    std::vector<ir::Index> element;
};

std::vector<ir::Index> element_of(const std::vector<LoopHead>& kept) {
    std::vector<ir::Index> element;
    for (const LoopHead& head : kept) element.push_back(ir::Index::variable(head.variable));
    if (element.empty()) element.emplace_back(0);
    return element;
}

/// Elements of memory between neighbours along a loop, where it starts.
std::int64_t step_along(const ir::LoopNest& nest, const ir::Access& access, ir::VarId variable) {
    const ir::Index offset = ir::element_offset(buffer_of(nest, access.buffer).layout, access.indices);
    std::vector<std::int64_t> values(nest.variables.size(), 0);
    const std::int64_t start = ir::evaluate(offset, values);
    values[static_cast<std::size_t>(variable)] = 1;
    const std::int64_t step = ir::evaluate(offset, values) - start;
    return step < 0 ? -step : step;
}

Writeback straight(const Tile& tile) {
    return {tile.kept, tile.conditions, tile.update->destination, element_of(tile.kept)};
}

/// Fresh loops for the writeback, `<name>_w`, the one with the smallest step in memory moved to the inside, partial
/// ones to the outside.
Writeback transposed(ir::LoopNest& nest, const Tile& tile, std::map<ir::VarId, ir::VarId>& fresh) {
    Writeback result = straight(tile);
    const auto first_kept = std::stable_partition(result.loops.begin(), result.loops.end(), [&](const LoopHead& loop) {
        return contains(tile.partial, loop.variable);
    });
    auto contiguous = result.loops.end();
    std::int64_t smallest = 0;
    for (auto loop = first_kept; loop != result.loops.end(); ++loop) {
        const std::int64_t step = step_along(nest, tile.update->destination, loop->variable);
        if (loop->extent.value > 1 && (contiguous == result.loops.end() || step <= smallest)) {
            contiguous = loop;
            smallest = step;
        }
    }
    if (contiguous != result.loops.end()) std::rotate(contiguous, contiguous + 1, result.loops.end());
    for (LoopHead& loop : result.loops) {
        const auto [place, is_new] = fresh.try_emplace(loop.variable, 0);
        if (is_new) {
            const std::string wanted = name_of(nest, loop.variable) + "_w";
            place->second = ir::add_variable(nest, wanted);
        }
        const ir::Index renamed = ir::Index::variable(place->second);
        for (ir::Index& index : result.conditions) index = ir::substitute(index, loop.variable, renamed);
        for (ir::Index& index : result.destination.indices) index = ir::substitute(index, loop.variable, renamed);
        for (ir::Index& index : result.element) index = ir::substitute(index, loop.variable, renamed);
        loop = {place->second, loop.extent, ir::LoopKind::serial};
    }
    return result;
}

ir::Block assignment(const ir::Access& destination, ir::Expr value, int statement) {
    ir::Block block;
    block.push_back({ir::Store{.destination = destination,
                               .update = ir::Update::assign,
                               .value = std::move(value),
                               .first = std::nullopt,
                               .statement = statement}});
    return block;
}

void append(ir::Block& block, ir::Block more) { std::move(more.begin(), more.end(), std::back_inserter(block)); }

/// What the registers hold before the loop: the identity, the old contents, or one of them chosen by `first`.
ir::Block starting_values(const Tile& tile, const Writeback& memory, ir::BufferId registers,
                          const std::optional<std::vector<ir::Index>>& first) {
    const int statement = tile.update->statement;
    const auto identity = [&] {
        return nested(tile.kept, tile.conditions,
                      assignment({registers, element_of(tile.kept), {}},
                                 ir::constant(ir::identity_of(tile.update->update)), statement));
    };
    const auto old_contents = [&] {
        // A later tail(.., mask) of the tile's loops frees updates from their guards, but does not know the fresh loops
        // of a transposed read: the elements that it leaves out must hold something, too.
        const bool leaves_out = !tile.conditions.empty() && !(memory.loops == tile.kept);
        ir::Block block = leaves_out ? identity() : ir::Block{};
        append(block, nested(memory.loops, memory.conditions,
                             assignment({registers, memory.element, {}}, ir::load(memory.destination), statement)));
        return block;
    };
    // Old contents join the sum of the partial ones.
    if (!tile.partial.empty()) return identity();
    if (!first) return old_contents();
    if (first->empty()) return identity();
    std::vector<ir::Index> is_first;
    for (const ir::Index& index : *first) is_first.push_back(index * -1);
    ir::Block chosen;
    chosen.push_back({ir::Guard{std::move(is_first), identity(), old_contents()}});
    return chosen;
}

/// The tile to memory: stored, or, where there are partial sums, added up there.
ir::Block stored(const Tile& tile, const Writeback& memory, ir::BufferId registers,
                 const std::optional<std::vector<ir::Index>>& first) {
    ir::Expr value = ir::load({registers, memory.element, {}});
    ir::Block block = assignment(memory.destination, std::move(value), tile.update->statement);
    if (!tile.partial.empty()) {
        ir::Store& store = std::get<ir::Store>(block.front().node);
        store.update = tile.update->update;
        store.first = first;
        for (std::size_t i = 0; store.first && i < tile.partial.size(); ++i)
            store.first->push_back(ir::Index::variable(memory.loops[i].variable));
    }
    return nested(memory.loops, memory.conditions, std::move(block));
}

/// The loop with the update on the registers instead of memory.
ir::Block in_registers(const ir::Loop& loop, const Tile& tile, ir::BufferId registers) {
    ir::Block whole;
    whole.push_back({loop});
    return ir::rewrite(whole, [&](const ir::Node& node) -> std::optional<ir::Block> {
        const ir::Store* store = std::get_if<ir::Store>(&node.node);
        if (store == nullptr || !(*store == *tile.update)) return std::nullopt;
        ir::Store changed = *store;
        changed.destination = {registers, element_of(tile.kept), {}};
        changed.first.reset();
        return ir::Block{ir::Node{std::move(changed)}};
    });
}

/// The shape that holds the tiles of all loops over the variable: they have as many dimensions, the largest extents.
Fitted<std::vector<std::int64_t>> registers_shape(const ir::LoopNest& nest, const std::vector<const ir::Loop*>& loops,
                                                  const std::vector<ir::VarId>& partial) {
    std::vector<std::int64_t> shape;
    for (const ir::Loop* loop : loops) {
        SAKU_TRY(tile, tile_of(nest, *loop, partial));
        std::vector<std::int64_t> extents;
        for (const LoopHead& head : tile.kept) extents.push_back(head.extent.value);
        if (extents.empty()) extents.push_back(1);
        if (loop == loops.front()) shape = extents;
        if (shape.size() != extents.size()) {
            return NotApplicable{"tiles differ", "loops over the variable hold tiles of different dimensions"};
        }
        for (std::size_t d = 0; d < shape.size(); ++d) shape[d] = std::max(shape[d], extents[d]);
    }
    std::int64_t elements = 1;
    for (std::int64_t extent : shape) elements = checked_mul(elements, extent).value_or(most_elements + 1);
    if (elements > most_elements) {
        return NotApplicable{"register tile too large",
                             std::to_string(elements) + " elements, at most " + std::to_string(most_elements)};
    }
    return shape;
}

}  // namespace

Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Accumulate& step) {
    SAKU_TRY(variable, loop_named(nest, step.loop));
    SAKU_TRY_DONE(is_free_buffer(nest, step.buffer));
    const std::vector<const ir::Loop*> loops = ir::find_loops(nest.body, variable);
    std::vector<ir::VarId> partial;
    for (const std::string& name : step.partial) {
        SAKU_TRY(one, loop_named(nest, name));
        if (contains(partial, one)) return NotApplicable{"loop listed twice", name};
        partial.push_back(one);
    }
    if (step.transpose && !partial.empty()) {
        return NotApplicable{"partial sums transposed", "their loops behind the reduction are fresh ones anyway"};
    }
    SAKU_TRY(shape, registers_shape(nest, loops, partial));
    SAKU_TRY(first_update, reduction_of(nest, *loops.front()));

    ir::LoopNest result = nest;
    const ir::BufferId registers =
        ir::add_buffer(result, {.name = step.buffer,
                                .type = buffer_of(nest, first_update->destination.buffer).type,
                                .scope = ir::Scope::registers,
                                .shape = shape,
                                .layout = ir::row_major(shape),
                                .source = std::nullopt});
    std::map<ir::VarId, ir::VarId> fresh;
    SAKU_TRY(body,
             change_loops(nest.body, variable, [&](const ir::Loop& loop, const Place& place) -> Fitted<ir::Block> {
                 SAKU_TRY(tile, tile_of(nest, loop, partial));
                 SAKU_TRY(first, first_outside(tile, place));
                 const bool is_turned = step.transpose || !partial.empty();
                 const Writeback memory = is_turned ? transposed(result, tile, fresh) : straight(tile);
                 ir::Block pieces = starting_values(tile, memory, registers, first);
                 append(pieces, in_registers(loop, tile, registers));
                 append(pieces, stored(tile, memory, registers, first));
                 return pieces;
             }));
    result.body = std::move(body);
    return result;
}

}  // namespace saku::schedules
