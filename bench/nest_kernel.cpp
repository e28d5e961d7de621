#include "bench/nest_kernel.h"

#include <optional>

#include "base/check.h"
#include "runtime/saku_runtime.h"
#include "targets/emit.h"
#include "tuner/operands.h"

namespace saku::bench {
namespace {

class NestKernel final : public Prepared {
public:
    NestKernel(std::unique_ptr<targets::Kernel> kernel, const ir::LoopNest& nest, const Problem& problem,
               const Operands& operands, int threads, std::string note)
        : kernel_(std::move(kernel)),
          note_(std::move(note)),
          packed_(problem.op.tensors.size()),
          workspace_(kernel_->workspace_bytes(threads)),
          out_(tuner::elements_of(problem.op.tensors[output_of(problem)])),
          output_(output_of(problem)),
          output_is_laid_out_(nest.buffers[output_].plain.has_value()),
          threads_(threads) {
        for (std::size_t t = 0; t < problem.op.tensors.size(); ++t)
            arguments_.push_back(t == output_ ? output_argument() : argument(nest, t, operands.tensors[t].data()));
    }

    void run() override { status_ = kernel_->run(arguments_, workspace_.data(), threads_); }

    [[nodiscard]] Floats output() const override {
        SAKU_CHECK(status_ == 0, "kernel status " + std::to_string(status_));
        if (!output_is_laid_out_) return out_;
        Floats plain = out_;
        kernel_->read_back(output_, arguments_[output_], plain.data());
        return plain;
    }

    [[nodiscard]] std::string note() const override { return note_; }

private:
    /// Where the kernel writes: the output itself, or memory in the layout of the kernel's choice.
    void* output_argument() {
        if (!output_is_laid_out_) return out_.data();
        packed_[output_].resize(kernel_->laid_out_bytes(output_));
        return packed_[output_].data();
    }

    /// The pointer to pass for input `which`: packed where the nest has an offline pack of it, laid out where the nest
    /// chose its layout.
    void* argument(const ir::LoopNest& nest, std::size_t which, const float* data) {
        if (nest.buffers[which].plain) {
            packed_[which].resize(kernel_->laid_out_bytes(which));
            kernel_->lay_out(which, data, packed_[which].data());
            return packed_[which].data();
        }
        for (std::size_t i = 0; i < nest.offline.size(); ++i) {
            const ir::Buffer& buffer = nest.buffers[static_cast<std::size_t>(nest.offline[i].packed)];
            if (buffer.source != static_cast<ir::BufferId>(which)) continue;
            packed_[which].resize(kernel_->packed_bytes(i));
            kernel_->pack(i, data, packed_[which].data());
            return packed_[which].data();
        }
        return const_cast<float*>(data);  // NOLINT(cppcoreguidelines-pro-type-const-cast): the kernel only reads it
    }

    std::unique_ptr<targets::Kernel> kernel_;
    std::string note_;
    std::vector<Bytes> packed_;  ///< by tensor; those laid out as well
    Bytes workspace_;
    Floats out_;
    std::size_t output_;
    bool output_is_laid_out_;
    std::vector<void*> arguments_;
    int threads_;
    int status_ = 0;
};

/// The nest must be of this problem: as many arguments, with the right numbers of elements.
std::optional<NotApplicable> mismatch(const ir::LoopNest& nest, const Problem& problem) {
    std::size_t arguments = 0;
    for (const ir::Buffer& buffer : nest.buffers) {
        if (buffer.scope != ir::Scope::argument) continue;
        if (arguments == problem.op.tensors.size()) return NotApplicable{.reason = "too many arguments", .detail = ""};
        const ir::Tensor& tensor = problem.op.tensors[arguments++];
        const ir::Layout& plain = buffer.plain ? *buffer.plain : buffer.layout;
        const auto elements = static_cast<std::size_t>(ir::span_elements(plain));
        if (elements != tuner::elements_of(tensor))
            return NotApplicable{.reason = "an argument has the wrong size",
                                 .detail = tensor.name + ", here " + buffer.name + ", has " + std::to_string(elements) +
                                           " elements, expected " + std::to_string(tuner::elements_of(tensor))};
    }
    if (arguments != problem.op.tensors.size()) return NotApplicable{.reason = "too few arguments", .detail = ""};
    return std::nullopt;
}

}  // namespace

Fitted<std::unique_ptr<Prepared>> prepare_nest(const ir::LoopNest& nest, const targets::Codegen& codegen,
                                               const Problem& problem, const Operands& operands, int threads,
                                               const std::string& note) {
    if (const auto wrong = mismatch(nest, problem)) return *wrong;
    // The address of a function as the loader takes it.
    auto* parallel_for = reinterpret_cast<void*>(&saku_parallel_for);  // NOLINT
    SAKU_TRY(kernel, targets::load(nest, codegen, {.name = "kernel"}, parallel_for));
    return std::unique_ptr<Prepared>(
        std::make_unique<NestKernel>(std::move(kernel), nest, problem, operands, threads, note));
}

}  // namespace saku::bench
