// From a nest to machine code, for any target LLVM knows. The only headers of LLVM are behind this one, in
// targets/llvm/*.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "ir/loop_nest.h"
#include "targets/machine.h"

namespace saku::targets {

struct EmitOptions {
    std::string name;  ///< C identifier: the kernel's symbol; helpers are `<name>_packed_bytes_<tensor>`, ...
    bool object = true;
    bool assembly = false;
    bool llvm_ir = false;
};

/// What emission gives; same input, same bytes, on any host.
struct Emitted {
    std::string object;           ///< the file's bytes
    std::int64_t code_bytes = 0;  ///< machine code in the object, without data; 0 when no object was asked for
    std::string assembly;
    std::string llvm_ir;               ///< after saku's passes
    std::int64_t workspace_bytes = 0;  ///< of one worker: shared + private
    std::int64_t shared_workspace_bytes = 0;
    std::int64_t private_workspace_bytes = 0;
    std::vector<std::int64_t> packed_bytes;  ///< per offline pack, tag included
};

/// Emits the kernel with all its functions. NotApplicable for what emission does not support: run-time extents,
/// register buffers with indices that do not become constants, unknown intrinsics, element types other than f32.
[[nodiscard]] Fitted<Emitted> emit(const ir::LoopNest& nest, const Codegen& codegen, const EmitOptions& options);

/// A kernel compiled into this process. Calls follow the kernel ABI of docs/kernel-abi.md.
class Kernel {
public:
    virtual ~Kernel() = default;
    [[nodiscard]] virtual std::size_t packed_bytes(std::size_t offline_pack) const = 0;
    virtual void pack(std::size_t offline_pack, const void* source, void* packed) const = 0;
    /// Of argument number `argument` with a free layout: the memory it takes as the kernel wants it, and the ways there
    /// and back.
    [[nodiscard]] virtual std::size_t laid_out_bytes(std::size_t argument) const = 0;
    virtual void lay_out(std::size_t argument, const void* plain, void* laid_out) const = 0;
    virtual void read_back(std::size_t argument, const void* laid_out, void* plain) const = 0;
    [[nodiscard]] virtual std::size_t workspace_bytes(int workers) const = 0;
    /// `arguments` in declaration order, constant ones that have a pack given as packed pointers, those with a free
    /// layout laid out.
    /// Gives a KernelStatus (targets/kernel_status.h).
    virtual int run(const std::vector<void*>& arguments, void* workspace, int workers) const = 0;
};

/// Compiles for running here. The code is that of `emit` with the same options; `codegen` must suit this host.
/// `parallel_for` is the address of a `saku_parallel_for` (runtime/saku_runtime.h); nests without parallel loops need
/// none.
[[nodiscard]] Fitted<std::unique_ptr<Kernel>> load(const ir::LoopNest& nest, const Codegen& codegen,
                                                   const EmitOptions& options, void* parallel_for = nullptr);

}  // namespace saku::targets
