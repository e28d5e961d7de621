#include "targets/llvm/blocks.h"

#include <algorithm>

#include "ir/register_lives.h"
#include "targets/llvm/guard_scope.h"
#include "targets/llvm/indices.h"
#include "targets/llvm/memory.h"
#include "targets/llvm/parallel.h"
#include "targets/llvm/place.h"
#include "targets/llvm/places_first.h"
#include "targets/llvm/serial_loop.h"
#include "targets/llvm/tiles.h"
#include "targets/llvm/values.h"
#include "targets/llvm/whole_tiles.h"

namespace saku::targets {

using namespace saku::ir;

LoopScope::LoopScope(Frame& frame, VarId variable, Interval range) : frame_(frame), variable_(variable) {
    frame_.ranges[variable_] = range;
}
LoopScope::~LoopScope() {
    frame_.ranges.erase(variable_);
    frame_.variables.erase(variable_);
    frame_.constants.erase(variable_);
}
void LoopScope::bind(llvm::Value* value) { frame_.variables[variable_] = value; }
void LoopScope::bind(std::int64_t value) {
    frame_.constants[variable_] = value;
    frame_.ranges[variable_] = {value, value};
}

llvm::BasicBlock* new_block(Frame& frame, const std::string& name) {
    return llvm::BasicBlock::Create(frame.builder.getContext(), name, frame.function);
}

namespace {

// ---- stores

/// In which lanes this iteration starts the reduction: null never, all ones always.
struct FirstTime {
    bool never = true;
    llvm::Value* condition = nullptr;  ///< null with `never` false: always
};

FirstTime first_time(Frame& frame, const Store& store, const Lanes& lanes) {
    if (!store.first || store.update == Update::assign) return {};
    std::vector<Index> zero;
    for (const Index& index : *store.first) {
        const Index known = resolve(frame, index);
        if (known.is_constant() && known.constant() != 0) return {};
        zero.push_back(known);
        zero.push_back(known * -1);
    }
    return {.never = false, .condition = emit_conditions(frame, zero, lanes)};
}

llvm::Value* old_value(Frame& frame, const Store& store, const Lanes& lanes, llvm::Value* mask) {
    if (store.update == Update::assign) return nullptr;
    const FirstTime first = first_time(frame, store, lanes);
    llvm::Value* identity = frame.number(identity_of(store.update), lanes);
    if (!first.never && first.condition == nullptr) return identity;
    llvm::Value* old = read(frame, store.destination, lanes, mask);
    return first.never ? old : frame.builder.CreateSelect(first.condition, identity, old);
}

/// The lanes that a store may write. Those that are off need no mask in scratch that is filled in order: where they
/// would be, nothing is yet. A load of what a masked store writes would wait until it is in the cache (some 45 cycles
/// on Zen 5), while others are handed the data.
Lanes written_lanes(const Frame& frame, const Store& store, const Lanes& lanes) {
    const auto id = static_cast<std::size_t>(store.destination.buffer);
    if (lanes.active == lanes.width || !frame.plan.filled_in_order[id]) return lanes;
    const Index offset = place_of(frame, store.destination).offset;
    const std::optional<Interval> first = range_here(frame, at_lane(frame, offset, lanes, 0));
    if (!first || first->high + lanes.width > allotted_elements(frame.buffer(store.destination.buffer))) return lanes;
    Lanes all = lanes;
    all.active = all.width;
    return all;
}

void emit_store(Frame& frame, const Store& store, const Lanes& lanes, llvm::Value* mask) {
    llvm::Value* old = old_value(frame, store, lanes, mask);
    llvm::Value* value = combine(frame, store.update, old, store.value, lanes, mask);
    if (frame.buffer(store.destination.buffer).scope == Scope::registers) {
        write_tile(frame, store.destination, lanes, value, mask);
    } else {
        store_memory(frame, store.destination, written_lanes(frame, store, lanes), value, mask);
    }
}

// ---- vector loops

void emit_lanes(Frame& frame, const Block& block, const Lanes& lanes, llvm::Value* mask);

/// Runs `then` where the conditions hold (branching: they are the same in all lanes), else `otherwise`.
template <class Then, class Otherwise>
void emit_branch(Frame& frame, llvm::Value* condition, bool has_otherwise, Then then, Otherwise otherwise) {
    auto& b = frame.builder;
    flush_transposed(frame);
    llvm::BasicBlock* yes = new_block(frame, "holds");
    llvm::BasicBlock* no = has_otherwise ? new_block(frame, "else") : nullptr;
    llvm::BasicBlock* done = new_block(frame, "done");
    b.CreateCondBr(condition, yes, has_otherwise ? no : done);
    b.SetInsertPoint(yes);
    frame.apart_from_unrolled(then);
    flush_transposed(frame);
    b.CreateBr(done);
    if (has_otherwise) {
        b.SetInsertPoint(no);
        frame.apart_from_unrolled(otherwise);
        flush_transposed(frame);
        b.CreateBr(done);
    }
    b.SetInsertPoint(done);
}

/// Emits what a guard that is decided here has chosen; other iterations of the unrolled loops may choose otherwise.
template <class Chosen>
void emit_chosen(Frame& frame, const Guard& guard, Chosen chosen) {
    const bool varies = std::any_of(guard.conditions.begin(), guard.conditions.end(), [&](const Index& condition) {
        return std::any_of(frame.unrolled.begin(), frame.unrolled.end(),
                           [&](const auto& loop) { return condition.uses(loop.first); });
    });
    if (varies) {
        frame.apart_from_unrolled(chosen);
    } else {
        chosen();
    }
}

void emit_lane_guard(Frame& frame, const Guard& guard, const Lanes& lanes, llvm::Value* mask) {
    if (frame.guards_hold) return emit_lanes(frame, guard.then, lanes, mask);
    std::vector<Index> uniform;
    std::vector<Index> by_lane;
    for (const Index& condition : guard.conditions) {
        const Index known = resolve(frame, condition);
        (lane_form(known, lanes).kind == LaneForm::Kind::uniform ? uniform : by_lane).push_back(known);
    }
    const auto in_lanes = [&] {
        llvm::Value* holds = emit_conditions(frame, by_lane, lanes);
        emit_lanes(frame, guard.then, lanes, both(frame, mask, holds));
        if (holds != nullptr && !guard.otherwise.empty()) {
            emit_lanes(frame, guard.otherwise, lanes, both(frame, mask, frame.builder.CreateNot(holds)));
        }
    };
    llvm::Value* condition = emit_conditions(frame, uniform, Lanes{});
    if (condition == nullptr) {
        emit_chosen(frame, guard, in_lanes);
    } else {
        emit_branch(
            frame, condition, !guard.otherwise.empty(),
            [&] {
                const GuardScope scope(frame, uniform, Branch::then);
                in_lanes();
            },
            [&] { emit_lanes(frame, guard.otherwise, lanes, mask); });
    }
}

void emit_lanes(Frame& frame, const Block& block, const Lanes& lanes, llvm::Value* mask) {
    for (const Node& node : block) {
        std::visit(Overloaded{
                       [&](const Store& store) { emit_store(frame, store, lanes, mask); },
                       [&](const Guard& guard) { emit_lane_guard(frame, guard, lanes, mask); },
                       [&](const Prefetch& prefetch) {
                           Frame& f = frame;
                           f.constants[*lanes.variable] = lanes.start;
                           prefetch_memory(f, prefetch.access);
                           f.constants.erase(*lanes.variable);
                       },
                       [&](const Loop&) { frame.fail("loop inside a vector loop", ""); },
                       [&](const Intrinsic& x) { frame.fail("unknown intrinsic", x.name); },
                   },
                   node.node);
    }
}

void emit_vector_loop(Frame& frame, const Loop& loop) {
    const std::int64_t extent = loop.extent.value;
    const int width = chunk_lanes(extent, frame.plan.native_lanes);
    LoopScope scope(frame, loop.variable, {0, extent - 1});
    for (std::int64_t start = 0; start < extent; start += width) {
        if (width == 1) {
            scope.bind(start);
            emit_block(frame, loop.body);
            continue;
        }
        const auto active = static_cast<int>(std::min<std::int64_t>(width, extent - start));
        emit_lanes(frame, loop.body, {.variable = loop.variable, .start = start, .width = width, .active = active},
                   nullptr);
    }
}

// ---- other loops

void emit_unrolled_loop(Frame& frame, const Loop& loop) {
    if (const std::optional<Loop> by_place = places_first(frame.nest, loop)) return emit_unrolled_loop(frame, *by_place);
    for (std::int64_t i = 0; i < loop.extent.value; ++i) {
        LoopScope scope(frame, loop.variable, {i, i});
        scope.bind(i);
        frame.unrolled[loop.variable] = loop.extent.value;
        emit_block(frame, loop.body);
        frame.unrolled.erase(loop.variable);
    }
}

void emit_loop(Frame& frame, const Loop& loop) {
    switch (loop.kind) {
        case LoopKind::serial:
            return emit_serial_loop(frame, loop);
        case LoopKind::unrolled:
            return emit_unrolled_loop(frame, loop);
        case LoopKind::vector:
            return emit_vector_loop(frame, loop);
        case LoopKind::parallel:
            return emit_parallel_loop(frame, loop);
    }
}

void emit_guard(Frame& frame, const Guard& guard) {
    if (frame.guards_hold) return emit_block(frame, guard.then);
    std::vector<Index> conditions;
    for (const Index& condition : guard.conditions) {
        conditions.push_back(resolve(frame, condition));
        // Known to fail: an unrolled copy outside the guard.
        if (conditions.back().is_constant() && conditions.back().constant() < 0) {
            emit_chosen(frame, guard, [&] { emit_block(frame, guard.otherwise); });
            return;
        }
    }
    llvm::Value* condition = emit_conditions(frame, conditions, Lanes{});
    if (condition == nullptr) {
        emit_chosen(frame, guard, [&] { emit_block(frame, guard.then); });
    } else {
        emit_branch(
            frame, condition, !guard.otherwise.empty(),
            [&] {
                const GuardScope scope(frame, conditions, Branch::then);
                emit_block(frame, guard.then);
            },
            [&] {
                const GuardScope scope(frame, conditions, Branch::otherwise);
                emit_block(frame, guard.otherwise);
            });
    }
}

/// Where the node begins a register tile, elements that it leaves out are dead; for the time of its emission, parts of
/// it begin nothing.
class BeginningScope {
public:
    BeginningScope(Frame& frame, const Node& node) : frame_(frame), before_(frame.is_beginning) {
        if (before_) return;
        const std::optional<BufferId> begun = begun_by(frame.nest, node);
        if (!begun) return;
        frame.is_beginning = true;
        if (frame.plan.begins_afresh[static_cast<std::size_t>(*begun)]) forget_tile(frame, *begun);
    }
    ~BeginningScope() { frame_.is_beginning = before_; }
    BeginningScope(const BeginningScope&) = delete;
    BeginningScope& operator=(const BeginningScope&) = delete;

private:
    Frame& frame_;
    bool before_;
};

void emit_node(Frame& frame, const Node& node) {
    std::visit(Overloaded{
                   [&](const Loop& loop) { emit_loop(frame, loop); },
                   [&](const Guard& guard) { emit_guard(frame, guard); },
                   [&](const Store& store) { emit_store(frame, store, Lanes{}, nullptr); },
                   [&](const Prefetch& prefetch) { prefetch_memory(frame, prefetch.access); },
                   [&](const Intrinsic& x) { frame.fail("unknown intrinsic", x.name); },
               },
               node.node);
}

/// Code of a tile of which all guards hold and, `with_padding`, all reads lie inside.
void emit_whole(Frame& frame, const Node& node, bool with_padding) {
    frame.guards_hold = true;
    frame.reads_are_inside = with_padding;
    emit_node(frame, node);
    frame.guards_hold = false;
    frame.reads_are_inside = false;
}

/// Code with guards twice: without any for whole tiles, and as it stands.
void emit_whole_or_not(Frame& frame, const Node& node, const std::vector<Index>& conditions, bool with_padding) {
    llvm::Value* is_whole = emit_conditions(frame, conditions, Lanes{});
    frame.is_decided = true;
    if (is_whole == nullptr) {
        emit_whole(frame, node, with_padding);
    } else {
        emit_branch(
            frame, is_whole, true, [&] { emit_whole(frame, node, with_padding); }, [&] { emit_node(frame, node); });
    }
    frame.is_decided = false;
}

}  // namespace

void emit_block(Frame& frame, const Block& block) {
    const bool has_whole_sums = !frame.is_decided && std::any_of(block.begin(), block.end(), [&](const Node& node) {
        return begun_by(frame.nest, node).has_value();
    });
    for (const Node& node : block) {
        if (frame.failure) return;
        const BeginningScope beginning(frame, node);
        const auto conditions = frame.is_decided ? std::nullopt : whole_conditions(frame, node, has_whole_sums);
        if (conditions) {
            emit_whole_or_not(frame, node, *conditions, has_whole_sums);
        } else {
            emit_node(frame, node);
        }
    }
}

}  // namespace saku::targets
