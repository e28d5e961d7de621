#include "targets/llvm/serial_loop.h"

#include "ir/unrolled_copies.h"
#include "targets/llvm/blocks.h"
#include "targets/llvm/guard_scope.h"
#include "targets/llvm/hoisting.h"
#include "targets/llvm/indices.h"
#include "targets/llvm/interior.h"
#include "targets/llvm/tiles.h"

namespace saku::targets {

using namespace saku::ir;

namespace {

/// A loop whose body is one guard on its own variable: the guard becomes a bound on the number of iterations.
struct Shortened {
    std::vector<Index> trips;   ///< bounds on the trip count
    std::vector<Index> hold;    ///< the conditions that became those bounds: they hold in every iteration
    std::optional<Guard> rest;  ///< what remains of the guard
};

std::optional<Shortened> shorten(const Frame& frame, const Loop& loop) {
    const Guard* guard = loop.body.size() == 1 ? std::get_if<Guard>(&loop.body[0].node) : nullptr;
    if (guard == nullptr || !guard->otherwise.empty()) return std::nullopt;
    Shortened result;
    Guard rest{{}, guard->then, {}};
    for (const Index& condition : guard->conditions) {
        const Index known = resolve(frame, condition);
        const std::int64_t step = known.coefficient(loop.variable);
        const Index others = known - Index::variable(loop.variable) * step;
        if (step < 0 && !others.uses(loop.variable)) {
            result.trips.push_back(quotient(others, -step) + Index(1));
            result.hold.push_back(known);
        } else {
            rest.conditions.push_back(condition);
        }
    }
    if (result.trips.empty()) return std::nullopt;
    result.rest = std::move(rest);
    return result;
}

/// min(extent, bounds).
llvm::Value* emit_trips(Frame& frame, const Loop& loop, const std::vector<Index>& bounds) {
    auto& b = frame.builder;
    llvm::Value* trips = llvm::ConstantInt::getSigned(b.getInt64Ty(), loop.extent.value);
    for (const Index& bound : bounds) {
        llvm::Value* value = emit_index(frame, resolve(frame, bound));
        trips = b.CreateSelect(b.CreateICmpSLT(value, trips), value, trips);
    }
    return trips;
}

/// The loop that is left where the bounds on its trip count are numbers here.
std::optional<Loop> with_known_trips(const Frame& frame, const Loop& loop, const Shortened& shortened) {
    std::int64_t trips = loop.extent.value;
    for (const Index& bound : shortened.trips) {
        const std::optional<Interval> values = range(resolve(frame, bound), ranges_here(frame));
        if (!values || (values->low != values->high && values->low < trips)) return std::nullopt;
        trips = std::min(trips, values->low);
    }
    if (trips < 1) return std::nullopt;
    Loop known = loop;
    known.extent = trips;
    known.body = shortened.rest->conditions.empty() ? shortened.rest->then : Block{Node{*shortened.rest}};
    return known;
}

/// Iterations where.low .. end - 1; `end` is at most where.high + 1.
struct Iterations {
    Interval where;
    llvm::Value* end = nullptr;
    bool may_be_none = false;
    std::vector<Index> hold = {};  ///< what is at least 0 in all of them
};

void emit_iterations(Frame& frame, const Loop& loop, const Iterations& iterations, const Block& body) {
    auto& b = frame.builder;
    llvm::BasicBlock* before = b.GetInsertBlock();
    llvm::BasicBlock* top = new_block(frame, frame.nest.variables[static_cast<std::size_t>(loop.variable)]);
    llvm::BasicBlock* done = new_block(frame, "done");
    llvm::Value* first = llvm::ConstantInt::getSigned(b.getInt64Ty(), iterations.where.low);
    if (iterations.may_be_none) {
        b.CreateCondBr(b.CreateICmpSGT(iterations.end, first), top, done);
    } else {
        b.CreateBr(top);
    }
    b.SetInsertPoint(top);
    llvm::PHINode* counter = b.CreatePHI(b.getInt64Ty(), 2);
    counter->addIncoming(first, before);
    {
        LoopScope scope(frame, loop.variable, iterations.where);
        scope.bind(counter);
        if (vectors_to_hold(frame.nest, frame.plan, loop) > frame.plan.vector_registers) {
            // Orders memory accesses for the compiler; no instruction.
            b.CreateFence(llvm::AtomicOrdering::AcquireRelease, llvm::SyncScope::SingleThread);
        }
        const GuardScope scope_of_bounds(frame, iterations.hold, Branch::then);
        frame.apart_from_unrolled([&] { emit_block(frame, body); });
        flush_transposed(frame);
    }
    llvm::Value* next = b.CreateAdd(counter, b.getInt64(1), "", true, true);
    counter->addIncoming(next, b.GetInsertBlock());
    b.CreateCondBr(b.CreateICmpSLT(next, iterations.end), top, done);
    b.SetInsertPoint(done);
}

/// Iterations low .. high of the loop, all of which occur.
void emit_part(Frame& frame, const Loop& loop, Interval part) {
    if (part.low > part.high) return;
    if (part.low == part.high) {
        LoopScope scope(frame, loop.variable, part);
        scope.bind(part.low);
        emit_block(frame, loop.body);
        flush_transposed(frame);
        return;
    }
    llvm::Value* end = llvm::ConstantInt::getSigned(frame.builder.getInt64Ty(), part.high + 1);
    emit_iterations(frame, loop, {.where = part, .end = end, .may_be_none = false}, loop.body);
}

/// Iterations with tests: a few of them each on its own.
void emit_border(Frame& frame, const Loop& loop, Interval part) {
    if (part.high - part.low >= ir::most_border_iterations) return emit_part(frame, loop, part);
    for (std::int64_t i = part.low; i <= part.high; ++i) emit_part(frame, loop, {i, i});
}

void emit_parts(Frame& frame, const Loop& loop) {
    const std::optional<LoopParts> parts = parts_of(frame, loop);
    if (!parts) return emit_part(frame, loop, {0, loop.extent.value - 1});
    emit_border(frame, loop, parts->before);
    emit_part(frame, loop, parts->inside);
    emit_border(frame, loop, parts->behind);
}

}  // namespace

void emit_serial_loop(Frame& frame, const Loop& loop) {
    flush_transposed(frame);
    if (const std::optional<Shortened> shortened = loop.extent.value > 1 ? shorten(frame, loop) : std::nullopt) {
        if (const std::optional<Loop> known = with_known_trips(frame, loop, *shortened)) {
            return emit_parts(frame, *known);
        }
        llvm::Value* trips = emit_trips(frame, loop, shortened->trips);
        const Block body = shortened->rest->conditions.empty() ? shortened->rest->then : Block{Node{*shortened->rest}};
        const Interval all{0, loop.extent.value - 1};
        return emit_iterations(frame, loop, {.where = all, .end = trips, .may_be_none = true, .hold = shortened->hold},
                               body);
    }
    emit_parts(frame, loop);
}

}  // namespace saku::targets
