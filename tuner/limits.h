// What a kernel may take at most: choices of its user, like pins, and part of what a tuning is known by.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "features/loop_table.h"

namespace saku::tuner {

struct Limits {
    std::optional<std::int64_t> workspace_bytes = {};  ///< of all workers together
    std::optional<std::int64_t> code_bytes = {};       ///< of the object's machine code, pack functions included
    friend bool operator==(const Limits&, const Limits&) = default;
};

/// What `<name>_workspace_bytes(workers)` of the kernel will give: buffers written inside a parallel loop once for each
/// worker, the others once; each rounded up to a cache line, as emission places them.
[[nodiscard]] double workspace_bytes(const features::LoopTable& table, int workers);

/// NotApplicable "workspace over the limit", with both sizes in the detail.
[[nodiscard]] Fitted<Done> check_workspace(const features::LoopTable& table, int workers, const Limits& limits);

/// Can a kernel with so many instructions stay within the limit at all? NotApplicable "code over the limit". What
/// passes is compiled and measured later; this keeps a search from looking where there is nothing.
[[nodiscard]] Fitted<Done> check_least_code(double instructions, const Limits& limits);

/// Bytes of machine code to expect of a kernel with so many instructions in its rows and so many loops, each counted as
/// often as emission repeats it (features/border_copies.h): what loops cost
/// around their bodies is most of a small kernel. Over random schedules of six operators for zen5 and graviton2 the
/// rank correlation with what was compiled is 0.84 and 0.78, and nine of ten kernels are less than 1.5 times smaller.
[[nodiscard]] double likely_code_bytes(double instructions, double loops);

}  // namespace saku::tuner
