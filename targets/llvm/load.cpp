#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/TargetSelect.h>

#include <utility>

#include "targets/emit.h"

namespace saku::targets {

namespace {

using PackFunction = void (*)(const void*, void*);
using SizeFunction = std::size_t (*)();
using WorkspaceFunction = std::size_t (*)(int);

NotApplicable failed(llvm::Error error) {
    return NotApplicable{"cannot load code into this process", llvm::toString(std::move(error))};
}

/// Calls an `int f(void* x count, void* workspace, int workers)`.
template <std::size_t... Is>
int call(void* address, const std::vector<void*>& arguments, void* workspace, int workers, std::index_sequence<Is...>) {
    using Function = int (*)(decltype(static_cast<void>(Is), static_cast<void*>(nullptr))..., void*, int);
    return reinterpret_cast<Function>(address)(arguments[Is]..., workspace, workers);
}

/// The functions of an argument with a free layout; null for others.
struct Conversion {
    SizeFunction bytes = nullptr;
    PackFunction to = nullptr;
    PackFunction from = nullptr;
};

class LoadedKernel final : public Kernel {
public:
    std::unique_ptr<llvm::orc::LLJIT> jit;
    void* entry = nullptr;
    std::vector<PackFunction> packs;
    std::vector<SizeFunction> sizes;
    std::vector<Conversion> conversions;  ///< by argument
    WorkspaceFunction workspace_size = nullptr;

    [[nodiscard]] std::size_t packed_bytes(std::size_t offline_pack) const override { return sizes[offline_pack](); }
    void pack(std::size_t offline_pack, const void* source, void* packed) const override {
        packs[offline_pack](source, packed);
    }
    [[nodiscard]] std::size_t laid_out_bytes(std::size_t argument) const override {
        return conversions[argument].bytes();
    }
    void lay_out(std::size_t argument, const void* plain, void* laid_out) const override {
        conversions[argument].to(plain, laid_out);
    }
    void read_back(std::size_t argument, const void* laid_out, void* plain) const override {
        conversions[argument].from(laid_out, plain);
    }
    [[nodiscard]] std::size_t workspace_bytes(int workers) const override { return workspace_size(workers); }
    int run(const std::vector<void*>& arguments, void* workspace, int workers) const override {
        switch (arguments.size()) {
            case 1:
                return call(entry, arguments, workspace, workers, std::make_index_sequence<1>{});
            case 2:
                return call(entry, arguments, workspace, workers, std::make_index_sequence<2>{});
            case 3:
                return call(entry, arguments, workspace, workers, std::make_index_sequence<3>{});
            case 4:
                return call(entry, arguments, workspace, workers, std::make_index_sequence<4>{});
            case 5:
                return call(entry, arguments, workspace, workers, std::make_index_sequence<5>{});
            case 6:
                return call(entry, arguments, workspace, workers, std::make_index_sequence<6>{});
            case 7:
                return call(entry, arguments, workspace, workers, std::make_index_sequence<7>{});
            default:
                return call(entry, arguments, workspace, workers, std::make_index_sequence<8>{});
        }
    }
};

constexpr std::size_t most_arguments = 8;

/// The address of a symbol as a function of type F.
template <class F>
llvm::Error find(llvm::orc::LLJIT& jit, const std::string& symbol, F& function) {
    auto address = jit.lookup(symbol);
    if (!address) return address.takeError();
    function = address->toPtr<F>();
    return llvm::Error::success();
}

llvm::Error find_functions(LoadedKernel& kernel, const ir::LoopNest& nest, const std::string& name) {
    if (llvm::Error error = find(*kernel.jit, name, kernel.entry)) return error;
    if (llvm::Error error = find(*kernel.jit, name + "_workspace_bytes", kernel.workspace_size)) return error;
    for (const ir::OfflinePack& pack : nest.offline) {
        const ir::BufferId source = *nest.buffers[static_cast<std::size_t>(pack.packed)].source;
        const std::string& tensor = nest.buffers[static_cast<std::size_t>(source)].name;
        kernel.packs.emplace_back();
        if (llvm::Error error = find(*kernel.jit, name + "_pack_" + tensor, kernel.packs.back())) return error;
        kernel.sizes.emplace_back();
        if (llvm::Error error = find(*kernel.jit, name + "_packed_bytes_" + tensor, kernel.sizes.back())) return error;
    }
    return llvm::Error::success();
}

llvm::Error find_conversions(LoadedKernel& kernel, const ir::LoopNest& nest, const std::string& name) {
    for (const ir::Buffer& buffer : nest.buffers) {
        if (buffer.scope != ir::Scope::argument) break;  // arguments come first
        Conversion& made = kernel.conversions.emplace_back();
        if (!buffer.plain) continue;
        if (llvm::Error error = find(*kernel.jit, name + "_bytes_" + buffer.name, made.bytes)) return error;
        if (llvm::Error error = find(*kernel.jit, name + "_to_" + buffer.name, made.to)) return error;
        if (llvm::Error error = find(*kernel.jit, name + "_from_" + buffer.name, made.from)) return error;
    }
    return llvm::Error::success();
}

llvm::Error define_runtime(llvm::orc::LLJIT& jit, void* parallel_for) {
    llvm::orc::SymbolMap symbols;
    symbols[jit.mangleAndIntern("saku_parallel_for")] = {
        llvm::orc::ExecutorAddr::fromPtr(parallel_for),
        llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable};
    return jit.getMainJITDylib().define(llvm::orc::absoluteSymbols(std::move(symbols)));
}

}  // namespace

Fitted<std::unique_ptr<Kernel>> load(const ir::LoopNest& nest, const Codegen& codegen, const EmitOptions& options,
                                     void* parallel_for) {
    std::size_t arguments = 0;
    for (const ir::Buffer& buffer : nest.buffers) arguments += buffer.scope == ir::Scope::argument ? 1 : 0;
    if (arguments < 1 || arguments > most_arguments) {
        return NotApplicable{"too many arguments to load a kernel", std::to_string(arguments)};
    }
    EmitOptions object_only = options;
    object_only.object = true;
    SAKU_TRY(emitted, emit(nest, codegen, object_only));
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    auto kernel = std::make_unique<LoadedKernel>();
    auto jit = llvm::orc::LLJITBuilder().create();
    if (!jit) return failed(jit.takeError());
    kernel->jit = std::move(*jit);
    if (parallel_for != nullptr) {
        if (llvm::Error error = define_runtime(*kernel->jit, parallel_for)) return failed(std::move(error));
    }
    auto object = llvm::MemoryBuffer::getMemBufferCopy(emitted.object, options.name);
    if (llvm::Error error = kernel->jit->addObjectFile(std::move(object))) return failed(std::move(error));
    if (llvm::Error error = find_functions(*kernel, nest, options.name)) return failed(std::move(error));
    if (llvm::Error error = find_conversions(*kernel, nest, options.name)) return failed(std::move(error));
    return std::unique_ptr<Kernel>(std::move(kernel));
}

}  // namespace saku::targets
