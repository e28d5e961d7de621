// A loop nest compiled for this machine, with the arguments of a problem: saku's side of the benchmark.
#pragma once

#include "bench/contender.h"
#include "ir/loop_nest.h"
#include "targets/machine.h"

namespace saku::bench {

/// Compiles the nest of the problem's operator, packs the weights, lays out operands whose layout the nest chose,
/// allocates workspace and output. `nest` has the operator's arguments in their order; `threads` workers run it.
[[nodiscard]] Fitted<std::unique_ptr<Prepared>> prepare_nest(const ir::LoopNest& nest, const targets::Codegen& codegen,
                                                             const Problem& problem, const Operands& operands,
                                                             int threads, const std::string& note);

}  // namespace saku::bench
