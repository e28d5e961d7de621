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
/// All element types are held as double; stores round to the buffer's type.
using Arguments = std::vector<std::vector<double>>;

struct InterpretOptions {
    std::int64_t max_steps = 200'000'000;          ///< stores executed before giving up with an error
    std::map<std::string, std::int64_t> parameters;  ///< values of run-time extents
    std::int64_t vscale = 1;
    bool wide_accumulation = false;  ///< no rounding of stores at all: the reference that errors are measured against
};

/// Runs the offline packs, then the body; outputs are changed in `arguments`. Fails (never crashes) on an access
/// outside a buffer, a read of scratch that nothing wrote, a wrong argument size, too many steps, or an unset parameter.
[[nodiscard]] Result<Done> interpret(const LoopNest& nest, Arguments& arguments, const InterpretOptions& options = {});

}  // namespace saku::ir
