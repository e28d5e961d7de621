#include "tuner/profile/kernel_candidate.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "ir/verify.h"
#include "tuner/operands.h"
#include "tuner/pinned.h"
#include "tuner/profile/core_watch.h"
#include "tuner/profile/processors.h"
#include "tuner/reference.h"
#include "tuner/space.h"

namespace saku::tuner {

namespace {

/// A processor, and the watch that was begun on it.
struct TimedCore {
    int processor = 0;
    CoreWatch watch = CoreWatch();
};

/// What all candidates of an operator share.
struct Task {
    ir::Operator op;
    ir::LoopNest plain;
    targets::Codegen codegen;
    MeasureOptions options;
    std::vector<std::vector<double>> inputs;
    ReferenceData reference;
    std::vector<TimedCore> cores = {};        ///< that candidates for one thread are timed on
    std::vector<CommonMemory> memories = {};  ///< as many of each series of samples

    [[nodiscard]] const CommonMemory& memory_for(Turn turn) const {
        const std::size_t each = memories.size() / timing_series;
        return memories[static_cast<std::size_t>(turn.series) * each + static_cast<std::size_t>(turn.round) % each];
    }
};

std::string scientific(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.2e", value);
    return text.data();
}

class KernelCandidate : public Candidate {
public:
    KernelCandidate(const Task& task, PreparedKernel kernel) : task_(task), kernel_(std::move(kernel)) {}

    std::string check() override {
        // From here on in turns with others; builds were free to use every processor.
        if (task_.options.threads == 1) stay_on(task_.cores.front().processor);
        fill(kernel_, task_.inputs);
        kernel_.prepare();
        if (const int status = kernel_.run(); status != 0) return "status " + std::to_string(status);
        kernel_.read_back();
        const Agreement worst = compare_outputs(task_.op, kernel_.tensors(), task_.reference);
        if (worst.correct) return make_ready();
        return "error " + scientific(worst.error) + ", allowed there " + scientific(worst.bound);
    }

    double sample(double seconds, Turn turn) override {
        place(task_.memory_for(turn));
        const auto take = [&](double part) {
            kernel_.run();  // others ran since the last sample: this brings the operands back into the caches
            return kernel_.sample(part);
        };
        // Kernels for several threads are not told where to run.
        if (task_.options.threads != 1) return take(seconds);
        const auto cores = static_cast<double>(task_.cores.size());
        double sum = 0;
        for (const TimedCore& core : task_.cores) {
            stay_on(core.processor);
            sum += core.watch.undisturbed(seconds / cores, [&] { return take(seconds / cores); });
        }
        return sum / cores;
    }

private:
    /// Away from guard pages, with what the operands hold kept for other places.
    std::string make_ready() {
        if (const auto moved = kernel_.move(Placement::apart); !moved) return moved.error().reason;
        fill(kernel_, task_.inputs);
        kernel_.prepare();
        kernel_.keep();
        return {};
    }

    /// Stays where it is when the memory is too small, or missing.
    void place(const CommonMemory& memory) {
        if (memory_ != &memory && kernel_.move(memory)) {
            memory_ = &memory;
        } else if (memory_ == nullptr || memory_->is_mine()) {
            return;
        }
        kernel_.restore();
        memory_->own();
    }

    const Task& task_;
    PreparedKernel kernel_;
    const CommonMemory* memory_ = nullptr;  ///< where it is; null: in memory of its own
};

/// Gaps of views included.
double operand_bytes(const ir::Operator& op) {
    double bytes = 0;
    for (const ir::Tensor& tensor : op.tensors) bytes += sizeof(float) * static_cast<double>(elements_of(tensor));
    return bytes;
}

constexpr double copies = 4;  // operands, packed forms, scratch

/// Enough for most schedules; others take memory of their own.
std::size_t bytes_in_common(const ir::Operator& op) {
    constexpr std::size_t scratch = std::size_t{64} << 20U;
    return static_cast<std::size_t>(copies * operand_bytes(op)) + scratch;
}

/// Places that the rounds of a series are spread over, so that the median does not depend on the luck of one. Operands
/// far larger than caches lie well and badly everywhere.
int places_of_series(const ir::Operator& op) {
    constexpr double most = 5;
    constexpr double most_bytes = 256e6;
    return static_cast<int>(std::clamp(most_bytes / std::max(operand_bytes(op), 1.0), 1.0, most));
}

constexpr std::size_t most_cores = 2;

/// None for several threads, which are not told where to run.
std::vector<TimedCore> cores_to_time_on(int threads) {
    std::vector<TimedCore> cores;
    if (threads != 1) return cores;
    const std::vector<int> processors = alike_processors(most_cores);
    const Pinned here;  // free again in the end
    for (const int processor : processors) {
        stay_on(processor);
        cores.push_back({.processor = processor});
    }
    return cores;
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
                                                  .cores = cores_to_time_on(options.threads)});
    for (int i = 0; i < timing_series * places_of_series(op); ++i) task->memories.emplace_back(bytes_in_common(op));
    task->reference.values = task->inputs;
    evaluate_reference(op, task->reference, 1);
    return BuildCandidate([task](const schedules::Schedule& schedule) -> Fitted<std::unique_ptr<Candidate>> {
        SAKU_TRY(nest, scheduled(task->plain, schedule));
        if (const auto verified = ir::verify(nest); !verified)
            return NotApplicable{"cannot be verified", verified.error().text()};
        SAKU_TRY(kernel, PreparedKernel::make(task->op, nest, task->codegen, task->options, Placement::at_end));
        return std::unique_ptr<Candidate>(std::make_unique<KernelCandidate>(*task, std::move(kernel)));
    });
}

std::size_t most_alive(const ir::Operator& op) {
    constexpr double most = 160;
    constexpr double compiler = 64e6;
    const double room = 0.5 * static_cast<double>(available_memory_bytes());
    const double common = timing_series * places_of_series(op) * operand_bytes(op);
    const double bytes = compiler + copies * operand_bytes(op);
    return static_cast<std::size_t>(std::clamp((room - common) / bytes, 1.0, most));
}

}  // namespace saku::tuner
