// Can code for a machine run on this computer?
#pragma once

#include "base/result.h"
#include "targets/machine.h"

namespace saku::targets {

/// NotApplicable "code for another processor": another architecture or system, or instructions that this computer's CPU
/// does not have (the detail lists them). Running such code would end the process.
[[nodiscard]] Fitted<Done> runs_here(const Codegen& codegen);

}  // namespace saku::targets
