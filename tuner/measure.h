// Running a kernel on this machine: is it right, and how fast is it?
//
// Correctness first: operands of random, non-integer data lie between guard pages, once against the page before and
// once against the page behind; scratch and outputs are filled with NaN; packing is part of the run. Each output
// element must be within 4*K*eps*M of the reference (K: rounding steps behind an element, eps: 2^-24 for f32, M: the
// same computation on absolute values; the textbook bound of a sum in any order is K*eps*M, Higham, "Accuracy and
// Stability of Numerical Algorithms", section 3.1).
//
// Timing: operands aligned to pages, away from guard pages; the thread pinned to one processor when the kernel is for one thread; samples long enough to outweigh the
// clock, the median of them counts. With warm caches calls follow each other; for cold ones each call is timed by
// itself, after all it works on has been dropped from the caches (its instructions stay).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "features/residence.h"
#include "ir/operator.h"
#include "targets/emit.h"
#include "targets/machine.h"
#include "tuner/cold_start.h"
#include "tuner/common_memory.h"
#include "tuner/guarded_memory.h"
#include "tuner/operands.h"

namespace saku::tuner {

struct MeasureOptions {
    int threads = 1;
    void* parallel_for = nullptr;  ///< address of a saku_parallel_for, for nests with parallel loops
    std::uint64_t seed = 1;        ///< of the data
    int jobs = 2;                  ///< threads for the reference
    int samples = 11;
    features::Residence residence = features::Residence::warm;  ///< of operands, packed copies and workspace
    double sample_seconds = 0.02;
    double most_reference_iterations = 2e11;  ///< beyond it the check would take minutes: an error says so
};

struct Measurement {
    bool correct = false;
    int status = 0;  ///< of the kernel, targets/kernel_status.h
    Agreement agreement = {};
    double seconds = 0;           ///< median of the samples
    std::vector<double> samples;  ///< seconds per call, in the order taken
};

/// A kernel with its operands in place, ready to be called again and again.
class PreparedKernel {
public:
    /// Loads the kernel of the nest (made from the operator by steps) and lays out its operands.
    static Fitted<PreparedKernel> make(const ir::Operator& op, const ir::LoopNest& nest,
                                       const targets::Codegen& codegen, const MeasureOptions& options,
                                       Placement placement);
    /// Takes new memory for the operands, which have to be filled again. NotApplicable "not enough free memory".
    [[nodiscard]] Fitted<Done> move(Placement placement);
    /// Operands in this memory, each aligned to a page and with a page before and behind it, all of them written; they
    /// have to be filled again. False, and nothing done, when they need more.
    [[nodiscard]] bool move(const CommonMemory& memory);
    /// The kernel alone: what it reads must have been prepared, what it writes may have to be read back.
    int run() const { return kernel_->run(arguments_, workspace_, threads_); }
    /// The operand of tensor number t, plain (not packed, in the caller's layout).
    [[nodiscard]] float* tensor(std::size_t t) const { return tensors_[t]; }
    [[nodiscard]] const std::vector<float*>& tensors() const { return tensors_; }
    /// Packs the constant operands and lays out those with a free layout, as they are now.
    void prepare() const;
    /// Remembers what the operands and their packed copies hold now; `restore` puts it back.
    void keep();
    void restore() const;
    /// Brings outputs with a free layout back into the plain operands.
    void read_back() const;
    /// Seconds of one call, over as many calls as fill `sample_seconds`.
    [[nodiscard]] double sample(double sample_seconds) const;
    /// The same with cold caches: calls fill a `sample_seconds` that making them cold counts into.
    [[nodiscard]] double cold_sample(double sample_seconds, const Sweep& sweep) const;

private:
    PreparedKernel() = default;
    void lay_out(std::vector<void*> places);
    /// Memory that the kernel is given.
    struct Piece {
        std::size_t bytes = 0;
        std::size_t alignment = 64;
    };
    std::unique_ptr<targets::Kernel> kernel_;
    std::vector<Piece> pieces_;  ///< each tensor, those with a free layout, packed copies, the workspace
    std::vector<GuardedMemory> memory_;  ///< where the pieces are in memory of their own
    std::vector<void*> places_;          ///< by piece
    std::vector<std::vector<char>> kept_;  ///< by piece but the workspace
    std::vector<float*> tensors_;
    std::vector<std::size_t> pack_sources_;  ///< by offline pack: the tensor
    std::vector<void*> packed_;
    std::vector<std::size_t> free_;  ///< tensors with a free layout
    std::vector<bool> is_output_;    ///< by tensor
    std::vector<void*> arguments_;
    void* workspace_ = nullptr;
    int threads_ = 1;
};

/// Writes the operands' contents: by tensor, elements as in memory (tuner/operands.h).
void fill(const PreparedKernel& kernel, const std::vector<std::vector<double>>& values);

/// Bytes that checking and timing the operator take, scratch and packed copies left out.
[[nodiscard]] double bytes_to_measure(const ir::Operator& op);

/// Can the operator be checked and timed here? NotApplicable "not enough free memory", "too large to check".
[[nodiscard]] Fitted<Done> check_measurable(const ir::Operator& op, const MeasureOptions& options);

/// Checks, then times. NotApplicable: what emission or loading refuses, "not enough free memory", "too large to check".
[[nodiscard]] Fitted<Measurement> measure(const ir::Operator& op, const ir::LoopNest& nest,
                                          const targets::Codegen& codegen, const MeasureOptions& options);

}  // namespace saku::tuner
