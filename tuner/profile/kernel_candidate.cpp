#include "tuner/profile/kernel_candidate.h"

#include <sched.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "ir/verify.h"
#include "tuner/operands.h"
#include "tuner/reference.h"
#include "tuner/space.h"

namespace saku::tuner {

namespace {

/// What all candidates of an operator share.
struct Task {
    ir::Operator op;
    ir::LoopNest plain;
    targets::Codegen codegen;
    MeasureOptions options;
    std::vector<std::vector<double>> inputs;
    ReferenceData reference;
    int processor = 0;  ///< the one that candidates for one thread run on
    std::vector<CommonMemory> memories = {};
};

std::string scientific(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.2e", value);
    return text.data();
}

class KernelCandidate : public Candidate {
public:
    KernelCandidate(const Task& task, PreparedKernel kernel, int memory)
        : task_(task), kernel_(std::move(kernel)), memory_(task.memories[static_cast<std::size_t>(memory)]) {}

    std::string check() override {
        // From here on in turns with others; builds were free to use every processor.
        if (task_.options.threads == 1) pin();
        fill(kernel_, task_.inputs);
        kernel_.prepare();
        if (const int status = kernel_.run(); status != 0) return "status " + std::to_string(status);
        kernel_.read_back();
        const Agreement worst = compare_outputs(task_.op, kernel_.tensors(), task_.reference);
        if (worst.correct) return place_for_timing();
        return "error " + scientific(worst.error) + ", allowed there " + scientific(worst.bound);
    }

    double sample(double seconds) override {
        if (is_in_common_ && !memory_.is_mine()) {
            kernel_.restore();
            memory_.own();
        }
        // Other candidates ran since the last sample: the first call brings the operands back into the caches.
        kernel_.run();
        return kernel_.sample(seconds);
    }

private:
    std::string place_for_timing() {
        is_in_common_ = kernel_.move(memory_);
        if (!is_in_common_) {
            if (const auto moved = kernel_.move(Placement::apart); !moved) return moved.error().reason;
        }
        fill(kernel_, task_.inputs);
        kernel_.prepare();
        if (is_in_common_) {
            kernel_.keep();
            memory_.own();
        }
        return {};
    }

    void pin() const {
        cpu_set_t only;
        CPU_ZERO(&only);
        CPU_SET(static_cast<unsigned>(task_.processor), &only);
        sched_setaffinity(0, sizeof only, &only);
    }

    const Task& task_;
    PreparedKernel kernel_;
    const CommonMemory& memory_;
    bool is_in_common_ = false;
};

/// Operands, packed forms and scratch of most schedules; others take memory of their own.
std::size_t bytes_in_common(const ir::Operator& op) {
    constexpr std::size_t scratch = std::size_t{64} << 20U;
    std::size_t bytes = 0;
    for (const ir::Tensor& tensor : op.tensors) bytes += 4 * sizeof(float) * elements_of(tensor);
    return bytes + scratch;
}

}  // namespace

Fitted<BuildCandidate> kernel_candidates(const ir::Operator& op, const targets::Codegen& codegen,
                                         const MeasureOptions& options) {
    SAKU_TRY_DONE(check_measurable(op, options));
    const auto task = std::make_shared<Task>(Task{.op = op,
                                                  .plain = ir::lower(op),
                                                  .codegen = codegen,
                                                  .options = options,
                                                  .inputs = random_inputs(op, options.seed),
                                                  .reference = {},
                                                  .processor = std::max(0, sched_getcpu())});
    for (int i = 0; i < timing_memories; ++i) task->memories.emplace_back(bytes_in_common(op));
    task->reference.values = task->inputs;
    evaluate_reference(op, task->reference, 1);
    return BuildCandidate(
        [task](const schedules::Schedule& schedule, int memory) -> Fitted<std::unique_ptr<Candidate>> {
            SAKU_TRY(nest, scheduled(task->plain, schedule));
            if (const auto verified = ir::verify(nest); !verified)
                return NotApplicable{"cannot be verified", verified.error().text()};
            SAKU_TRY(kernel, PreparedKernel::make(task->op, nest, task->codegen, task->options, Placement::at_end));
            return std::unique_ptr<Candidate>(std::make_unique<KernelCandidate>(*task, std::move(kernel), memory));
        });
}

std::size_t most_alive(const ir::Operator& op) {
    constexpr double most = 16;
    constexpr double copies = 4;  // operands, packed forms, scratch
    const double room = 0.5 * static_cast<double>(available_memory_bytes());
    double bytes = 64e6;  // of a process that compiles
    for (const ir::Tensor& tensor : op.tensors) bytes += copies * 4 * static_cast<double>(elements_of(tensor));
    return static_cast<std::size_t>(std::clamp(room / bytes, 1.0, most));
}

}  // namespace saku::tuner
