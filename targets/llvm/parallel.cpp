#include "targets/llvm/parallel.h"

#include <llvm/IR/Module.h>

#include "ir/unrolled_copies.h"
#include "targets/llvm/blocks.h"
#include "targets/llvm/interior.h"
#include "targets/llvm/tiles.h"

namespace saku::targets {

using namespace saku::ir;

void set_bases(Frame& frame, const std::vector<llvm::Value*>& arguments, llvm::Value* workspace, llvm::Value* worker) {
    auto& b = frame.builder;
    frame.workspace = workspace;
    frame.bases.assign(frame.nest.buffers.size(), nullptr);
    llvm::Value* own = nullptr;
    if (worker != nullptr && frame.plan.private_bytes > 0) {
        llvm::Value* skipped = b.CreateMul(worker, b.getInt64(static_cast<std::uint64_t>(frame.plan.private_bytes)));
        own = b.CreatePtrAdd(workspace,
                             b.CreateAdd(skipped, b.getInt64(static_cast<std::uint64_t>(frame.plan.shared_bytes))));
    }
    for (std::size_t id = 0; id < frame.nest.buffers.size(); ++id) {
        switch (frame.nest.buffers[id].scope) {
            case Scope::argument:
                frame.bases[id] = arguments[id];
                break;
            case Scope::packed: {
                if (arguments[id] == nullptr) break;
                frame.bases[id] = b.CreatePtrAdd(arguments[id], b.getInt64(packed_header_bytes));
                break;
            }
            case Scope::workspace: {
                const WorkspacePlace& place = frame.plan.workspace[id];
                llvm::Value* part = place.is_private ? own : workspace;
                if (part == nullptr) break;
                frame.bases[id] = b.CreatePtrAdd(part, b.getInt64(static_cast<std::uint64_t>(place.offset_bytes)));
                break;
            }
            case Scope::registers:
                break;
        }
    }
}

namespace {

/// What the body needs from around: the buffers' arguments, the workspace, the values of outer loops.
struct Captures {
    std::vector<llvm::Value*> values;
    std::vector<BufferId> buffers;  ///< of the first values
    std::vector<VarId> variables;   ///< of the values after those and the workspace
};

/// Base pointers as they are passed on: packed ones without their header are passed as they are.
Captures captures_of(Frame& frame) {
    Captures captures;
    for (std::size_t id = 0; id < frame.nest.buffers.size(); ++id) {
        const Scope scope = frame.nest.buffers[id].scope;
        if ((scope != Scope::argument && scope != Scope::packed) || frame.bases[id] == nullptr) continue;
        captures.values.push_back(frame.bases[id]);
        captures.buffers.push_back(static_cast<BufferId>(id));
    }
    captures.values.push_back(frame.workspace);
    for (const auto& [variable, value] : frame.variables) {
        captures.values.push_back(value);
        captures.variables.push_back(variable);
    }
    return captures;
}

llvm::StructType* context_type(Frame& frame, const Captures& captures) {
    std::vector<llvm::Type*> types;
    for (llvm::Value* value : captures.values) types.push_back(value->getType());
    return llvm::StructType::get(frame.builder.getContext(), types);
}

/// void body(i64 chunk, i32 worker, captures...): pointers do not alias, which a context in memory could not say.
llvm::Function* declare_body(Frame& frame, const Captures& captures, const std::string& name) {
    auto& b = frame.builder;
    std::vector<llvm::Type*> types{b.getInt64Ty(), b.getInt32Ty()};
    for (llvm::Value* value : captures.values) types.push_back(value->getType());
    auto* body = llvm::Function::Create(llvm::FunctionType::get(b.getVoidTy(), types, false),
                                        llvm::Function::InternalLinkage, name, frame.function->getParent());
    body->setAttributes(llvm::AttributeList().addFnAttributes(
        b.getContext(), llvm::AttrBuilder(b.getContext(), frame.function->getAttributes().getFnAttrs())));
    body->addFnAttr(llvm::Attribute::NoInline);
    for (unsigned i = 0; i < captures.values.size(); ++i) {
        if (captures.values[i]->getType()->isPointerTy()) body->addParamAttr(i + 2, llvm::Attribute::NoAlias);
    }
    return body;
}

/// The body with the loop's variable in the interval, which may be a single number.
void emit_bound(Frame& frame, const Loop& loop, llvm::Value* chunk, Interval values) {
    LoopScope scope(frame, loop.variable, values);
    if (values.low == values.high) {
        scope.bind(values.low);
    } else {
        scope.bind(chunk);
    }
    emit_block(frame, loop.body);
    flush_transposed(frame);
}

/// One iteration of the parallel loop: those at the borders, where padded reads have to be tested, have code of their
/// own.
void emit_chunk(Frame& frame, const Loop& loop, llvm::Value* chunk) {
    const Interval all{0, loop.extent.value - 1};
    const std::optional<LoopParts> parts = parts_of(frame, loop);
    const auto is_few = [](Interval part) { return part.high - part.low < ir::most_border_iterations; };
    if (!parts || !is_few(parts->before) || !is_few(parts->behind)) return emit_bound(frame, loop, chunk, all);
    auto& b = frame.builder;
    llvm::BasicBlock* done = new_block(frame, "done");
    for (const Interval border : {parts->before, parts->behind}) {
        for (std::int64_t i = border.low; i <= border.high; ++i) {
            llvm::BasicBlock* here = new_block(frame, "border");
            llvm::BasicBlock* elsewhere = new_block(frame, "elsewhere");
            b.CreateCondBr(b.CreateICmpEQ(chunk, llvm::ConstantInt::getSigned(b.getInt64Ty(), i)), here, elsewhere);
            b.SetInsertPoint(here);
            emit_bound(frame, loop, chunk, {i, i});
            b.CreateBr(done);
            b.SetInsertPoint(elsewhere);
        }
    }
    if (parts->inside.low <= parts->inside.high) emit_bound(frame, loop, chunk, parts->inside);
    b.CreateBr(done);
    b.SetInsertPoint(done);
}

void fill_body(Frame& outer, const Loop& loop, const Captures& captures, llvm::Function* body) {
    Frame frame(outer.nest, outer.plan, body);
    frame.is_parallel_body = true;
    frame.constants = outer.constants;
    frame.ranges = outer.ranges;
    std::vector<llvm::Value*> arguments(frame.nest.buffers.size(), nullptr);
    unsigned position = 2;
    for (const BufferId id : captures.buffers) arguments[static_cast<std::size_t>(id)] = body->getArg(position++);
    llvm::Value* workspace = body->getArg(position++);
    llvm::Value* worker = frame.builder.CreateSExt(body->getArg(1), frame.builder.getInt64Ty());
    set_bases(frame, arguments, workspace, worker);
    // Captured bases already point past the header.
    for (const BufferId id : captures.buffers)
        frame.bases[static_cast<std::size_t>(id)] = arguments[static_cast<std::size_t>(id)];
    for (const VarId variable : captures.variables) frame.variables[variable] = body->getArg(position++);
    allocate_tiles(frame);
    emit_chunk(frame, loop, body->getArg(0));
    frame.builder.CreateRetVoid();
    if (frame.failure && !outer.failure) outer.failure = frame.failure;
}

/// void entry(ptr context, i64 chunk, i32 worker): unpacks the context and calls the body.
llvm::Function* make_entry(Frame& frame, const Captures& captures, llvm::Function* body, const std::string& name) {
    auto& outer = frame.builder;
    auto* type =
        llvm::FunctionType::get(outer.getVoidTy(), {outer.getPtrTy(), outer.getInt64Ty(), outer.getInt32Ty()}, false);
    auto* entry = llvm::Function::Create(type, llvm::Function::InternalLinkage, name, frame.function->getParent());
    entry->setAttributes(llvm::AttributeList().addFnAttributes(
        outer.getContext(), llvm::AttrBuilder(outer.getContext(), frame.function->getAttributes().getFnAttrs())));
    llvm::IRBuilder<> b(llvm::BasicBlock::Create(entry->getContext(), "entry", entry));
    llvm::StructType* context = context_type(frame, captures);
    std::vector<llvm::Value*> values{entry->getArg(1), entry->getArg(2)};
    for (unsigned i = 0; i < captures.values.size(); ++i) {
        values.push_back(b.CreateLoad(captures.values[i]->getType(), b.CreateStructGEP(context, entry->getArg(0), i)));
    }
    b.CreateCall(body, values);
    b.CreateRetVoid();
    return entry;
}

}  // namespace

void emit_parallel_loop(Frame& frame, const Loop& loop) {
    if (frame.is_parallel_body) return frame.fail("parallel loop inside a parallel loop", "");
    auto& b = frame.builder;
    flush_transposed(frame);
    const Captures captures = captures_of(frame);
    const std::string name =
        frame.function->getName().str() + "." + frame.nest.variables[static_cast<std::size_t>(loop.variable)];
    llvm::Function* body = declare_body(frame, captures, name + ".body");
    fill_body(frame, loop, captures, body);
    llvm::Function* entry = make_entry(frame, captures, body, name);

    llvm::StructType* type = context_type(frame, captures);
    llvm::IRBuilder<> at_entry(&frame.function->getEntryBlock(), frame.function->getEntryBlock().begin());
    llvm::Value* context = at_entry.CreateAlloca(type);
    for (unsigned i = 0; i < captures.values.size(); ++i) {
        b.CreateStore(captures.values[i], b.CreateStructGEP(type, context, i));
    }
    llvm::FunctionCallee runtime = frame.function->getParent()->getOrInsertFunction(
        "saku_parallel_for", b.getInt32Ty(), b.getInt64Ty(), b.getInt32Ty(), b.getPtrTy(), b.getPtrTy());
    llvm::Value* status = b.CreateCall(
        runtime, {b.getInt64(static_cast<std::uint64_t>(loop.extent.value)), frame.workers, entry, context});
    llvm::Value* failed = b.CreateICmpNE(status, b.getInt32(0));
    b.CreateStore(b.CreateSelect(failed, b.getInt32(4), b.CreateLoad(b.getInt32Ty(), frame.status)), frame.status);
}

}  // namespace saku::targets
