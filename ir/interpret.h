// The oracle: runs any nest slowly, element by element, with every access checked.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "ir/loop_nest.h"

namespace saku::ir {

/// The element values of each argument, by `BufferId`, in the buffer's physical layout (`span_elements` long).
/// All element types are held as double.
///
/// Arithmetic is done in double, and stores round to the buffer's type: f32 and bf16 to nearest even, integers to
/// nearest even within the type's range (NaN gives 0; i64 is exact up to 2^53). So an f32 product feeding a sum is not
/// rounded on its own, as in a fused multiply-add; code that rounds it differs by that much.
using Arguments = std::vector<std::vector<double>>;

struct InterpretOptions {
    std::int64_t max_steps = 200'000'000;            ///< nodes run before giving up; an iteration counts at least one
    std::int64_t max_scratch_elements = 1 << 26;     ///< of packed, workspace and register buffers together
    std::map<std::string, std::int64_t> parameters;  ///< values of run-time extents
    std::int64_t vscale = 1;
    bool wide_accumulation = false;  ///< no rounding of stores at all: the reference that errors are measured against
    bool reverse_parallel = false;   ///< parallel loops backwards: shows iterations that depend on their order
};

/// Runs the offline packs, then the body; outputs are changed in `arguments`. Fails (never crashes) on an access
/// outside a buffer, a read of scratch or of a not accumulated output where nothing was written (in this iteration, for
/// scratch written inside a parallel loop), a wrong argument size, too many steps, or an unset parameter. Nests need
/// not be verified: what is malformed is refused as `verify` does.
[[nodiscard]] Result<Done> interpret(const LoopNest& nest, Arguments& arguments, const InterpretOptions& options = {});

}  // namespace saku::ir
