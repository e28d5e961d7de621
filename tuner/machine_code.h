// Tier 2: a look at the machine code of the best few.
//
// What the loop IR cannot tell is whether the compiler kept the register tile in registers. That depends on the inner
// region only (tile, unrolling, forms of access, tails), not on the blocks and orders around it: one candidate of each
// inner region is compiled for the target, and regions whose loops spill are refused, unless they only copy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "targets/machine.h"
#include "tuner/explore.h"
#include "tuner/limits.h"
#include "tuner/space.h"

namespace saku::tuner {

struct CodeVerdict {
    bool accepted = false;
    int spills = 0;  ///< vector accesses to the stack in innermost loops that compute
    std::size_t instructions = 0;
    std::int64_t code_bytes = 0;  ///< measured under a limit on code only
    /// "cannot be verified", "spills in machine code", "code over the limit", what emission refused; empty when
    /// accepted
    std::string reason;
};

/// Verifies one nest, compiles it and reads its assembly. Code over the limit is refused whether it spills or not.
[[nodiscard]] CodeVerdict inspect_code(const ir::LoopNest& nest, const targets::Codegen& codegen,
                                       const Limits& limits = {});

/// What became of one candidate, in the order of their prices.
struct CodeLook {
    Id id = 0;
    /// "accepted"; "differs in prefetching only" from an accepted one; "cannot be verified"; or why its inner region,
    /// or itself, was refused (CodeVerdict::reason)
    std::string verdict;
    int spills = 0;  ///< of its inner region
};

struct CodeSelection {
    std::vector<Priced> accepted;                 ///< cheapest first
    std::map<std::string, std::size_t> rejected;  ///< inner regions by reason
    std::vector<CodeLook> looks;                  ///< the cheapest candidates, up to the last accepted one
    std::size_t regions = 0;                      ///< compiled
    /// Under a limit on code: the least that a region's candidate had; none where none could be compiled.
    std::optional<std::int64_t> least_code_bytes = {};
};

struct CodeOptions {
    std::size_t wanted = 1;             ///< accepted candidates
    std::size_t most_compiled = 1;      ///< inner regions
    std::size_t most_instructions = 1;  ///< of all of them together: what bounds the time
    int jobs = 1;
    Limits limits = {};
    /// Bytes of code to expect of a candidate, which a limit on code asks for.
    std::function<double(Id)> likely_bytes = {};
    /// What is expected to be over the limit on code, were it only this part of what is expected, is left out; 0: all
    /// are looked at.
    double least_of_expected = 0;
    std::function<void()> extend = {};  ///< appends to the candidates; called when all that there are were looked at
};

/// Goes through the candidates (cheapest first) until enough are accepted, or enough has been compiled. Of candidates
/// that differ in prefetching only, the first is looked at. When nothing was accepted, the compilable ones with the
/// fewest spills are: a kernel that spills is better than none. A limit on code holds for each accepted candidate,
/// compiled whole; regions then differ in the size to expect, too, and what is expected to be over the limit
/// is refused uncompiled.
[[nodiscard]] CodeSelection select_by_code(const Space& space, const std::vector<Priced>& candidates,
                                           const targets::Codegen& codegen, const CodeOptions& options);

}  // namespace saku::tuner
