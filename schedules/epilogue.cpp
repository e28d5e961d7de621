#include "schedules/epilogue.h"

#include <algorithm>
#include <utility>

#include "ir/walk.h"
#include "schedules/dependence.h"
#include "schedules/epilogue_match.h"
#include "schedules/names.h"
#include "schedules/place.h"

namespace saku::schedules {

namespace {

/// The statement to be moved: where it stands, its loops, what it does.
struct ElementWise {
    std::size_t position = 0;  ///< in the nest's body
    std::vector<LoopHead> loops;
    ir::Store store;           ///< as an assignment
};

/// Follows loops with nothing beside them down to a single store.
const ir::Store* single_store(const ir::Node& node, std::vector<LoopHead>& loops) {
    if (const ir::Loop* loop = std::get_if<ir::Loop>(&node.node)) {
        loops.push_back(head_of(*loop));
        return loop->body.size() == 1 ? single_store(loop->body.front(), loops) : nullptr;
    }
    return std::get_if<ir::Store>(&node.node);
}

bool holds_statement(const ir::Node& node, int statement) {
    bool found = false;
    ir::walk({node}, [&](const ir::Node& inner) {
        const ir::Store* store = std::get_if<ir::Store>(&inner.node);
        found = found || (store != nullptr && store->statement == statement);
    });
    return found;
}

Fitted<ElementWise> find_statement(const ir::LoopNest& nest, int statement) {
    const auto place = std::find_if(nest.body.begin(), nest.body.end(),
                                    [&](const ir::Node& node) { return holds_statement(node, statement); });
    const std::string number = "statement " + std::to_string(statement);
    if (place == nest.body.end()) return NotApplicable{"unknown statement", number + " has no nest of its own"};
    ElementWise found{.position = static_cast<std::size_t>(place - nest.body.begin()), .loops = {}, .store = {}};
    const ir::Store* store = single_store(*place, found.loops);
    if (store == nullptr || store->statement != statement) {
        return NotApplicable{"not a plain nest", number + " is already scheduled, or stands inside another nest"};
    }
    found.store = *store;
    if (store->update != ir::Update::assign) {
        if (store->first) return NotApplicable{"not element-wise", number + " is a reduction"};
        found.store.update = ir::Update::assign;
        found.store.value = ir::combine(store->update, ir::load(store->destination), store->value);
    }
    return found;
}

Fitted<Done> is_element_wise(const ir::LoopNest& nest, const ElementWise& last) {
    const ir::Access& destination = last.store.destination;
    std::vector<ir::VarId> variables;
    for (const LoopHead& loop : last.loops) variables.push_back(loop.variable);
    bool same_element = true;
    ir::for_each_load(last.store.value, [&](const ir::Access& access) {
        if (access.buffer == destination.buffer) same_element = same_element && access.indices == destination.indices;
    });
    if (!same_element || !touches_distinct_elements(destination, variables, last.loops)) {
        return NotApplicable{"not element-wise", "each element must depend on itself only"};
    }
    if (!covers_shape(destination, last.loops, buffer_of(nest, destination.buffer).shape)) {
        return NotApplicable{"not the whole tensor", buffer_of(nest, destination.buffer).name + " is changed in parts"};
    }
    return Done{};
}

/// Nothing between what computes the tensor and the epilogue may see the tensor, or change what the epilogue reads.
Fitted<Done> may_run_earlier(const ir::LoopNest& nest, const ElementWise& last) {
    const ir::BufferId tensor = last.store.destination.buffer;
    const auto writes = [](const ir::Node& node, ir::BufferId buffer) {
        bool found = false;
        ir::for_each_access({node}, [&](const ir::Access& a, bool is_write) { found = found || (is_write && a.buffer == buffer); });
        return found;
    };
    const auto reads = [](const ir::Node& node, ir::BufferId buffer) {
        bool found = false;
        ir::for_each_access({node}, [&](const ir::Access& a, bool is_write) { found = found || (!is_write && a.buffer == buffer); });
        return found;
    };
    std::size_t producer = last.position;
    for (std::size_t i = 0; i < last.position; ++i) {
        if (writes(nest.body[i], tensor)) producer = i;
    }
    if (producer == last.position) {
        return NotApplicable{"nothing to follow", "no nest before it writes " + buffer_of(nest, tensor).name};
    }
    std::optional<NotApplicable> failure;
    for (std::size_t i = 0; i < producer; ++i) {
        if (writes(nest.body[i], tensor)) failure = NotApplicable{"written by several nests", buffer_of(nest, tensor).name};
    }
    for (std::size_t i = producer + 1; i < last.position; ++i) {
        if (reads(nest.body[i], tensor)) failure = NotApplicable{"read before the epilogue", buffer_of(nest, tensor).name};
    }
    ir::for_each_load(last.store.value, [&](const ir::Access& access) {
        if (access.buffer == tensor) return;
        for (std::size_t i = producer; i < last.position; ++i) {
            if (!writes(nest.body[i], access.buffer)) continue;
            failure = NotApplicable{"operand computed too late", buffer_of(nest, access.buffer).name};
        }
    });
    if (failure) return *failure;
    return Done{};
}

/// Puts the epilogue on the stores to the tensor.
class Follower {
public:
    Follower(const ir::LoopNest& nest, const ElementWise& last) : nest_(nest), last_(last) {}

    Fitted<ir::Block> followed(const ir::Block& block, const Place& place) const {
        ir::Block result;
        for (const ir::Node& node : block) {
            if (const ir::Guard* guard = std::get_if<ir::Guard>(&node.node);
                guard != nullptr && chooses_last(*guard, place)) {
                SAKU_TRY(then, followed(guard->then, where_holds(place, guard->conditions)));
                result.push_back({ir::Guard{guard->conditions, std::move(then), guard->otherwise}});
                continue;
            }
            if (only_writes_back(node)) {
                SAKU_TRY(last, last_in(node, place));
                // Loops of the reduction inside: the choice is made inside them.
                if (last.is_known_here) {
                    SAKU_TRY(changed, chosen(node, last));
                    result.push_back(std::move(changed));
                    continue;
                }
            }
            if (const ir::Loop* loop = std::get_if<ir::Loop>(&node.node)) {
                SAKU_TRY(body, followed(loop->body, inside(place, *loop)));
                result.push_back({ir::Loop{loop->variable, loop->extent, loop->kind, std::move(body)}});
            } else if (const ir::Guard* guard = std::get_if<ir::Guard>(&node.node)) {
                SAKU_TRY(then, followed(guard->then, where_holds(place, guard->conditions)));
                SAKU_TRY(otherwise, followed(guard->otherwise, where_fails(place, guard->conditions)));
                result.push_back({ir::Guard{guard->conditions, std::move(then), std::move(otherwise)}});
            } else {
                result.push_back(node);
            }
        }
        return result;
    }

private:
    /// When the stores of a node are the last ones to their elements.
    struct Last {
        bool is_known_here = true;          ///< by loops outside the node, for all its stores alike
        bool never = false;
        std::vector<ir::Index> conditions;  ///< empty: always
        friend bool operator==(const Last&, const Last&) = default;
    };

    /// Does the node store to the tensor, and nowhere else?
    [[nodiscard]] bool only_writes_back(const ir::Node& node) const {
        bool writes = false;
        bool only = true;
        ir::walk({node}, [&](const ir::Node& inner) {
            const ir::Store* store = std::get_if<ir::Store>(&inner.node);
            if (store == nullptr) return;
            writes = true;
            only = only && store->destination.buffer == last_.store.destination.buffer;
        });
        return writes && only;
    }

    /// Has an epilogue put the guard here, between the last stores to its tensor and those before?
    [[nodiscard]] bool chooses_last(const ir::Guard& guard, const Place& place) const {
        if (guard.then.size() != 1 || guard.otherwise.size() != 1) return false;
        if (!only_writes_back(guard.then.front()) || !only_writes_back(guard.otherwise.front())) return false;
        const Fitted<Last> last = last_in(guard.then.front(), place);
        return last && !last->conditions.empty() && last->conditions == guard.conditions;
    }

    [[nodiscard]] Fitted<Last> last_in(const ir::Node& node, const Place& place) const {
        std::optional<Last> common;
        std::optional<NotApplicable> failure;
        walk_places({node}, place, [&](const ir::Node& inner, const Place& here) {
            const ir::Store* store = std::get_if<ir::Store>(&inner.node);
            if (store == nullptr || failure) return;
            Fitted<Last> last = last_of(*store, here);
            if (!last) {
                failure = std::move(last).error();
                return;
            }
            for (const ir::Index& condition : last->conditions) {
                for (ir::VarId variable : condition.variables()) {
                    last->is_known_here = last->is_known_here && place.is_inside(variable);
                }
            }
            if (common && !(*common == *last)) last->is_known_here = false;
            common = *last;
        });
        if (failure) return *failure;
        return *common;
    }

    [[nodiscard]] Fitted<Last> last_of(const ir::Store& store, const Place& place) const {
        const ir::Buffer& buffer = buffer_of(nest_, store.destination.buffer);
        if (store.update != ir::Update::assign) {
            return NotApplicable{"statement not accumulated", buffer.name + " is updated in memory; accumulate it first"};
        }
        if (buffer.is_accumulated && !covers_shape(store.destination, place.loops, buffer.shape)) {
            return NotApplicable{"not the whole tensor", "some elements of " + buffer.name + " may keep old contents"};
        }
        SAKU_TRY(conditions, last_iteration(store.destination, place));
        Last last;
        const ir::Facts facts = facts_at(place);
        for (const ir::Index& condition : conditions) {
            last.never = last.never || facts.never(condition);
            if (!facts.always(condition)) last.conditions.push_back(condition);
        }
        return last;
    }

    [[nodiscard]] Fitted<ir::Node> chosen(const ir::Node& node, const Last& last) const {
        if (last.never) return node;
        std::optional<NotApplicable> failure;
        ir::Block final_stores = ir::rewrite({node}, [&](const ir::Node& inner) -> std::optional<ir::Block> {
            const ir::Store* store = std::get_if<ir::Store>(&inner.node);
            if (store == nullptr) return std::nullopt;
            Fitted<ir::Expr> value = epilogue_of(last_.store, *store);
            if (!value) {
                failure = std::move(value).error();
                return std::nullopt;
            }
            ir::Store changed = *store;
            changed.value = *std::move(value);
            return ir::Block{ir::Node{std::move(changed)}};
        });
        if (failure) return *failure;
        if (last.conditions.empty()) return final_stores.front();
        return ir::Node{ir::Guard{last.conditions, std::move(final_stores), {node}}};
    }

    const ir::LoopNest& nest_;
    const ElementWise& last_;
};

}  // namespace

Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Epilogue& step) {
    SAKU_TRY(last, find_statement(nest, step.statement));
    SAKU_TRY_DONE(is_element_wise(nest, last));
    SAKU_TRY_DONE(may_run_earlier(nest, last));
    const auto here = nest.body.begin() + static_cast<std::ptrdiff_t>(last.position);
    const ir::Block before(nest.body.begin(), here);
    if (!is_stored_in_one_place(before, last.store.destination.buffer)) {
        return NotApplicable{"reduction in parts", buffer_of(nest, last.store.destination.buffer).name +
                                                       " may be stored again after its first final value"};
    }
    SAKU_TRY(body, Follower(nest, last).followed(before, {}));
    body.insert(body.end(), here + 1, nest.body.end());
    ir::LoopNest result = nest;
    result.body = std::move(body);
    return result;
}

}  // namespace saku::schedules
