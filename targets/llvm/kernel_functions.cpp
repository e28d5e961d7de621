#include "targets/llvm/kernel_functions.h"

#include <algorithm>

#include "ir/conversion.h"
#include "ir/walk.h"
#include "targets/kernel_status.h"
#include "targets/llvm/blocks.h"
#include "targets/llvm/parallel.h"
#include "targets/llvm/tiles.h"

namespace saku::targets {

using namespace saku::ir;

namespace {

struct ModuleParts {
    llvm::Module& module;
    const LoopNest& nest;
    const EmissionPlan& plan;
    const Codegen& codegen;
    const std::string& name;
};

llvm::Function* declare(const ModuleParts& parts, const std::string& name, llvm::Type* result,
                        const std::vector<llvm::Type*>& arguments) {
    auto* function = llvm::Function::Create(llvm::FunctionType::get(result, arguments, false),
                                            llvm::Function::ExternalLinkage, name, parts.module);
    function->addFnAttr(llvm::Attribute::NoUnwind);
    function->addFnAttr("target-cpu", parts.codegen.cpu);
    function->addFnAttr("target-features", parts.codegen.features);
    // Without it some processors' tuning splits 512-bit vectors in two.
    function->addFnAttr("prefer-vector-width", std::to_string(parts.codegen.prefer_vector_bits));
    function->addFnAttr("no-builtins");
    return function;
}

/// The offline pack that stands in for a constant argument.
std::optional<std::size_t> pack_of(const LoopNest& nest, BufferId argument) {
    for (std::size_t i = 0; i < nest.offline.size(); ++i) {
        const Buffer& packed = nest.buffers[static_cast<std::size_t>(nest.offline[i].packed)];
        if (packed.source && *packed.source == argument) return i;
    }
    return std::nullopt;
}

std::vector<BufferId> arguments_of(const LoopNest& nest) {
    std::vector<BufferId> arguments;
    for (std::size_t id = 0; id < nest.buffers.size(); ++id) {
        if (nest.buffers[id].scope == Scope::argument) arguments.push_back(static_cast<BufferId>(id));
    }
    return arguments;
}

std::optional<NotApplicable> check_packs(const LoopNest& nest) {
    std::vector<bool> is_packed(nest.buffers.size(), false);
    for (const OfflinePack& pack : nest.offline) {
        const BufferId source = nest.buffers[static_cast<std::size_t>(pack.packed)].source.value_or(-1);
        if (source < 0) return NotApplicable{"packed buffer without a source", ""};
        if (is_packed[static_cast<std::size_t>(source)]) {
            return NotApplicable{"operand packed twice", nest.buffers[static_cast<std::size_t>(source)].name};
        }
        is_packed[static_cast<std::size_t>(source)] = true;
    }
    std::optional<NotApplicable> found;
    for_each_access(nest.body, [&](const Access& access, bool) {
        if (!is_packed[static_cast<std::size_t>(access.buffer)] || found) return;
        found = NotApplicable{"operand both packed and read directly",
                              nest.buffers[static_cast<std::size_t>(access.buffer)].name};
    });
    return found;
}

/// Returns `code` from the function where the condition holds; goes on otherwise.
void return_if(Frame& frame, llvm::Value* condition, KernelStatus code) {
    auto& b = frame.builder;
    auto* bad = llvm::BasicBlock::Create(b.getContext(), "refuse", frame.function);
    auto* good = llvm::BasicBlock::Create(b.getContext(), "accept", frame.function);
    b.CreateCondBr(condition, bad, good);
    b.SetInsertPoint(bad);
    b.CreateRet(b.getInt32(static_cast<std::uint32_t>(code)));
    b.SetInsertPoint(good);
}

llvm::Value* is_misaligned(Frame& frame, llvm::Value* pointer) {
    auto& b = frame.builder;
    llvm::Value* low = b.CreateAnd(b.CreatePtrToInt(pointer, b.getInt64Ty()), b.getInt64(buffer_alignment_bytes - 1));
    return b.CreateICmpNE(low, b.getInt64(0));
}

/// Refuses calls that would go wrong, before anything is written.
void check_call(Frame& frame, const std::vector<llvm::Value*>& packed, llvm::Value* workspace) {
    auto& b = frame.builder;
    return_if(frame, b.CreateICmpSLT(frame.workers, b.getInt32(1)), KernelStatus::bad_workers);
    if (frame.plan.shared_bytes + frame.plan.private_bytes > 0) {
        return_if(frame, is_misaligned(frame, workspace), KernelStatus::misaligned);
    }
    for (std::size_t i = 0; i < packed.size(); ++i) {
        return_if(frame, is_misaligned(frame, packed[i]), KernelStatus::misaligned);
        llvm::Value* tag = b.CreateAlignedLoad(b.getInt64Ty(), packed[i], llvm::Align(8));
        return_if(frame, b.CreateICmpNE(tag, b.getInt64(frame.plan.tags[i])), KernelStatus::wrong_tag);
    }
}

/// int name(arguments..., void *workspace, int workers)
std::optional<NotApplicable> emit_kernel(const ModuleParts& parts) {
    llvm::LLVMContext& context = parts.module.getContext();
    const std::vector<BufferId> arguments = arguments_of(parts.nest);
    std::vector<llvm::Type*> types(arguments.size() + 1, llvm::PointerType::getUnqual(context));
    types.push_back(llvm::Type::getInt32Ty(context));
    llvm::Function* function = declare(parts, parts.name, llvm::Type::getInt32Ty(context), types);
    for (unsigned i = 0; i + 1 < types.size(); ++i) function->addParamAttr(i, llvm::Attribute::NoAlias);

    Frame frame(parts.nest, parts.plan, function);
    std::vector<llvm::Value*> by_buffer(parts.nest.buffers.size(), nullptr);
    std::vector<llvm::Value*> packed(parts.nest.offline.size(), nullptr);
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        llvm::Value* value = function->getArg(static_cast<unsigned>(i));
        if (const auto pack = pack_of(parts.nest, arguments[i])) {
            packed[*pack] = value;
            by_buffer[static_cast<std::size_t>(parts.nest.offline[*pack].packed)] = value;
        } else {
            by_buffer[static_cast<std::size_t>(arguments[i])] = value;
        }
    }
    llvm::Value* workspace = function->getArg(static_cast<unsigned>(arguments.size()));
    frame.workers = function->getArg(static_cast<unsigned>(arguments.size()) + 1);
    frame.status = frame.builder.CreateAlloca(frame.builder.getInt32Ty());
    allocate_tiles(frame);
    frame.builder.CreateStore(frame.builder.getInt32(0), frame.status);
    check_call(frame, packed, workspace);
    set_bases(frame, by_buffer, workspace, nullptr);
    emit_block(frame, parts.nest.body);
    flush_transposed(frame);
    frame.builder.CreateRet(frame.builder.CreateLoad(frame.builder.getInt32Ty(), frame.status));
    return frame.failure;
}

/// void name_pack_tensor(const float *source, void *packed)
std::optional<NotApplicable> emit_pack(const ModuleParts& parts, std::size_t which) {
    llvm::LLVMContext& context = parts.module.getContext();
    const OfflinePack& pack = parts.nest.offline[which];
    const BufferId source = *parts.nest.buffers[static_cast<std::size_t>(pack.packed)].source;
    llvm::Type* pointer = llvm::PointerType::getUnqual(context);
    const std::string& tensor = parts.nest.buffers[static_cast<std::size_t>(source)].name;
    llvm::Function* function =
        declare(parts, parts.name + "_pack_" + tensor, llvm::Type::getVoidTy(context), {pointer, pointer});
    function->addParamAttr(0, llvm::Attribute::NoAlias);
    function->addParamAttr(1, llvm::Attribute::NoAlias);
    Frame frame(parts.nest, parts.plan, function);
    std::vector<llvm::Value*> by_buffer(parts.nest.buffers.size(), nullptr);
    by_buffer[static_cast<std::size_t>(source)] = function->getArg(0);
    by_buffer[static_cast<std::size_t>(pack.packed)] = function->getArg(1);
    allocate_tiles(frame);
    auto& b = frame.builder;
    for (std::int64_t word = 0; word < packed_header_bytes / 8; ++word) {
        const std::uint64_t value = word == 0 ? parts.plan.tags[which] : 0;
        b.CreateAlignedStore(b.getInt64(value),
                             b.CreatePtrAdd(function->getArg(1), b.getInt64(static_cast<std::uint64_t>(word * 8))),
                             llvm::Align(8));
    }
    set_bases(frame, by_buffer, llvm::ConstantPointerNull::get(b.getPtrTy()), nullptr);
    emit_block(frame, pack.body);
    flush_transposed(frame);
    b.CreateRetVoid();
    return frame.failure;
}

/// void name_to_tensor(const float *plain, float *laid_out), void name_from_tensor(const float *laid_out, float *plain)
std::optional<NotApplicable> emit_conversion(const ModuleParts& parts, const LoopNest& conversion) {
    auto plan = plan_emission(conversion, parts.codegen);
    if (!plan) return plan.error();
    plan->has_masked_loads = parts.plan.has_masked_loads;
    plan->has_mask_registers = parts.plan.has_mask_registers;
    llvm::LLVMContext& context = parts.module.getContext();
    llvm::Type* pointer = llvm::PointerType::getUnqual(context);
    llvm::Function* function =
        declare(parts, parts.name + "_" + conversion.name, llvm::Type::getVoidTy(context), {pointer, pointer});
    function->addParamAttr(0, llvm::Attribute::NoAlias);
    function->addParamAttr(1, llvm::Attribute::NoAlias);
    Frame frame(conversion, *plan, function);
    allocate_tiles(frame);
    auto& b = frame.builder;
    set_bases(frame, {function->getArg(0), function->getArg(1)}, llvm::ConstantPointerNull::get(b.getPtrTy()), nullptr);
    emit_block(frame, conversion.body);
    flush_transposed(frame);
    b.CreateRetVoid();
    return frame.failure;
}

std::optional<NotApplicable> emit_conversions(const ModuleParts& parts) {
    for (const Buffer& buffer : parts.nest.buffers) {
        if (!buffer.plain) continue;
        if (auto reason = emit_conversion(parts, conversion_to(buffer))) return reason;
        if (auto reason = emit_conversion(parts, conversion_from(buffer))) return reason;
    }
    return std::nullopt;
}

/// size_t name(void)
void emit_size(const ModuleParts& parts, const std::string& name, std::int64_t bytes) {
    llvm::LLVMContext& context = parts.module.getContext();
    llvm::Function* function = declare(parts, name, llvm::Type::getInt64Ty(context), {});
    llvm::IRBuilder<> b(llvm::BasicBlock::Create(context, "entry", function));
    b.CreateRet(b.getInt64(static_cast<std::uint64_t>(bytes)));
}

/// size_t name_packed_bytes_tensor(void), size_t name_bytes_tensor(void), size_t name_workspace_bytes(int workers)
void emit_sizes(const ModuleParts& parts) {
    llvm::LLVMContext& context = parts.module.getContext();
    llvm::Type* size = llvm::Type::getInt64Ty(context);
    for (std::size_t i = 0; i < parts.nest.offline.size(); ++i) {
        const BufferId source = *parts.nest.buffers[static_cast<std::size_t>(parts.nest.offline[i].packed)].source;
        const std::string& tensor = parts.nest.buffers[static_cast<std::size_t>(source)].name;
        emit_size(parts, parts.name + "_packed_bytes_" + tensor, parts.plan.packed_bytes[i]);
    }
    for (const Buffer& buffer : parts.nest.buffers) {
        if (!buffer.plain) continue;
        emit_size(parts, parts.name + "_bytes_" + buffer.name, span_elements(buffer.layout) * size_bytes(buffer.type));
    }
    llvm::Function* function = declare(parts, parts.name + "_workspace_bytes", size, {llvm::Type::getInt32Ty(context)});
    llvm::IRBuilder<> b(llvm::BasicBlock::Create(context, "entry", function));
    llvm::Value* workers = b.CreateSExt(function->getArg(0), size);
    llvm::Value* least = b.getInt64(1);
    workers = b.CreateSelect(b.CreateICmpSLT(workers, least), least, workers);
    llvm::Value* own = b.CreateMul(workers, b.getInt64(static_cast<std::uint64_t>(parts.plan.private_bytes)));
    b.CreateRet(b.CreateAdd(own, b.getInt64(static_cast<std::uint64_t>(parts.plan.shared_bytes))));
}

}  // namespace

Fitted<std::unique_ptr<llvm::Module>> build_module(llvm::LLVMContext& context, const LoopNest& nest,
                                                   const EmissionPlan& plan, const Codegen& codegen,
                                                   const std::string& name) {
    if (auto reason = check_packs(nest)) return *reason;
    auto module = std::make_unique<llvm::Module>(name, context);
    module->setSourceFileName(name);
    const ModuleParts parts{*module, nest, plan, codegen, name};
    if (auto reason = emit_kernel(parts)) return *reason;
    for (std::size_t i = 0; i < nest.offline.size(); ++i) {
        if (auto reason = emit_pack(parts, i)) return *reason;
    }
    if (auto reason = emit_conversions(parts)) return *reason;
    emit_sizes(parts);
    return module;
}

}  // namespace saku::targets
