// The innermost loops of a kernel's machine code: what they execute, what bounds them, and which loop of the nest each
// stands for.
//
// The bound is that of the machine file's port table on the instructions that are really there (the closed form of
// costmodel/port_model.h) and the issue width; where the machine code's loop stands for a loop of the nest, the latency
// of its sums, as the loop table knows them, is a bound, too.
//
// Matching. A machine-code loop stands for the innermost loop of the nest whose multiply-adds (or, without any, stores)
// one pass executes, once or a whole number of times (the compiler rotates and unrolls by nothing else); of several the
// first in program order that nothing stands for yet, else the first. Loops of pack functions stand for the offline
// packs; loops without a vector or floating-point register are the control of outer loops. What nothing fits is
// reported as unmatched: the model did not know of it.
//
// Limits. Two loops of a nest with the same counts may be exchanged; of straight code outside loops nothing is said.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "costmodel/breakdown.h"
#include "features/code_mix.h"
#include "features/machine_code.h"

namespace saku::tuner {

struct CodeLoopReport {
    features::LoopCode counts;
    features::CodeMix mix;
    double port_cycles = 0;  ///< of one pass
    double issue_cycles = 0;
    double chain_cycles = 0;                    ///< 0 where it stands for no loop of the nest
    bool is_pack = false;                       ///< of a pack function: outside the kernel's run
    std::optional<std::size_t> innermost = {};  ///< position in Breakdown::innermost
    double passes = 1;                          ///< iterations of that loop that one pass makes
    std::vector<std::string> lines;             ///< labels and instructions

    /// Counting and branching of outer loops, whose other blocks the compiler has put elsewhere.
    [[nodiscard]] bool is_control() const { return !is_pack && !innermost && mix.bits <= features::no_vector_bits; }
    [[nodiscard]] bool is_unmatched() const { return !is_pack && !innermost && !is_control(); }
    [[nodiscard]] double bound_cycles() const;
    [[nodiscard]] std::string bound_by() const;  ///< "ports", "issue width", "latency of sums"
};

/// In program order. `assembly` is the text that emission gave for the kernel named `name`.
[[nodiscard]] std::vector<CodeLoopReport> report_code(const std::string& assembly, const std::string& name,
                                                      const costmodel::Breakdown& breakdown,
                                                      const costmodel::Model& model);

}  // namespace saku::tuner
