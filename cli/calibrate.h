// saku machine calibrate, and --calibration.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "base/result.h"
#include "cli/program.h"
#include "targets/machine.h"

namespace saku::cli {

void add_calibrate(CLI::App& machine, Command& chosen);

/// The machine as the calibration in the file has it.
[[nodiscard]] Result<targets::Machine> with_calibration(const targets::Machine& machine, const std::string& file);

}  // namespace saku::cli
