// One machine document into a Machine: structure, types and ranges. Whether the facts agree with each other is
// machine_checks.h's part, inheritance machine_file.h's.
#pragma once

#include "base/json.h"
#include "targets/machine.h"

namespace saku::targets {

/// Reads every section; what is wrong goes to the cursor's reader. The format is described in docs/machines.md.
[[nodiscard]] Machine read_machine(const JsonCursor& document);

/// The document that `read_machine` reads back as the same machine.
[[nodiscard]] Json machine_to_json(const Machine& machine);

}  // namespace saku::targets
