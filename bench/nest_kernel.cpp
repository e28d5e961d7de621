#include "bench/nest_kernel.h"

#include <array>
#include <optional>

#include "base/check.h"
#include "targets/emit.h"

namespace saku::bench {
namespace {

constexpr std::array<const char*, 3> argument_roles{"activation", "weights", "output"};

class NestKernel final : public Prepared {
public:
    NestKernel(std::unique_ptr<targets::Kernel> kernel, const ir::LoopNest& nest, const Problem& problem,
               const Operands& operands, std::string note)
        : kernel_(std::move(kernel)),
          note_(std::move(note)),
          operands_(operands),
          workspace_(kernel_->workspace_bytes(1)),
          out_(static_cast<std::size_t>(output_elements(problem))) {
        std::array<const float*, 2> inputs{operands_.activation.data(), operands_.weights.data()};
        for (std::size_t i = 0; i < inputs.size(); ++i) arguments_.push_back(argument(nest, i, inputs[i]));
        arguments_.push_back(out_.data());
    }

    void run() override { status_ = kernel_->run(arguments_, workspace_.data(), 1); }

    [[nodiscard]] Floats output() const override {
        SAKU_CHECK(status_ == 0, "kernel status " + std::to_string(status_));
        return out_;
    }

    [[nodiscard]] std::string note() const override { return note_; }

private:
    /// The pointer to pass for input `which`: packed where the nest has an offline pack of it.
    void* argument(const ir::LoopNest& nest, std::size_t which, const float* data) {
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
    const Operands& operands_;
    std::array<Bytes, 2> packed_;
    Bytes workspace_;
    Floats out_;
    std::vector<void*> arguments_;
    int status_ = 0;
};

/// The nest must be of this problem: three arguments with the right numbers of elements.
std::optional<NotApplicable> mismatch(const ir::LoopNest& nest, const Problem& problem) {
    const std::array<std::int64_t, 3> expected{activation_elements(problem), weight_elements(problem),
                                               output_elements(problem)};
    std::size_t arguments = 0;
    for (const ir::Buffer& buffer : nest.buffers) {
        if (buffer.scope != ir::Scope::argument) continue;
        if (arguments == expected.size()) return NotApplicable{.reason = "more than three arguments", .detail = ""};
        const std::int64_t elements = ir::span_elements(buffer.layout);
        if (elements != expected[arguments])
            return NotApplicable{.reason = "an argument has the wrong size",
                                 .detail = std::string(argument_roles[arguments]) + " " + buffer.name + " has " +
                                           std::to_string(elements) + " elements, expected " +
                                           std::to_string(expected[arguments])};
        ++arguments;
    }
    if (arguments != expected.size()) return NotApplicable{.reason = "fewer than three arguments", .detail = ""};
    return std::nullopt;
}

}  // namespace

Fitted<std::unique_ptr<Prepared>> prepare_nest(const ir::LoopNest& nest, const targets::Codegen& codegen,
                                               const Problem& problem, const Operands& operands,
                                               const std::string& note) {
    if (const auto wrong = mismatch(nest, problem)) return *wrong;
    SAKU_TRY(kernel, targets::load(nest, codegen, {.name = "kernel"}));
    return std::unique_ptr<Prepared>(std::make_unique<NestKernel>(std::move(kernel), nest, problem, operands, note));
}

}  // namespace saku::bench
