// Tier 2: a look at the machine code of the best few.
//
// What the loop IR cannot tell is whether the compiler kept the register tile in registers. Each candidate is compiled
// for the target; one whose innermost multiply-add loops spill is refused.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ir/loop_nest.h"
#include "targets/machine.h"

namespace saku::tuner {

struct CodeVerdict {
    bool accepted = false;
    std::string reason;  ///< "cannot be verified", "spills in machine code", what emission refused; empty when accepted
    std::string detail;
};

/// Verifies one nest, compiles it and reads its assembly.
[[nodiscard]] CodeVerdict inspect_code(const ir::LoopNest& nest, const targets::Codegen& codegen);

}  // namespace saku::tuner
