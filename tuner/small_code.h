// Kernels with little machine code, where none that the search likes stays within a limit.
#pragma once

#include <string>
#include <vector>

#include "targets/machine.h"
#include "tuner/evaluate.h"
#include "tuner/explore.h"
#include "tuner/machine_code.h"

namespace saku::tuner {

/// Ids of a sketch that should have the least code: smallest tiles, no unrolling and no blocks, with every choice of
/// tails, packing, epilogue and the like up to a fixed number of them. Canonical, ascending, distinct.
[[nodiscard]] std::vector<Id> ids_with_little_code(const Space& space, std::size_t sketch);

struct LimitedSelection {
    CodeSelection code;
    std::string remark = {};  ///< for the user
};

/// `select_by_code`. Where a limit on code leaves nothing of what that looks at, it goes through the candidates again,
/// and through what has little code by construction, from the smallest size to expect on, until `options.wanted` are
/// within the limit or as much was compiled once more. Accepted ones are cheapest first.
[[nodiscard]] LimitedSelection select_within(const Pricer& pricer, const std::vector<Priced>& candidates,
                                             const targets::Codegen& codegen, CodeOptions options);

}  // namespace saku::tuner
