// Time that the instructions of a table take in the core, per phase.
#pragma once

#include <array>
#include <span>

#include "costmodel/model.h"
#include "features/loop_table.h"

namespace saku::costmodel {

/// Cycles by phase.
struct CoreTime {
    std::array<double, features::max_phases> core{};
    std::array<double, features::max_phases> calls{};
    std::array<double, features::max_phases> spills{};
};

/// `trips`: iterations of each loop on the busiest core.
[[nodiscard]] CoreTime core_time(const features::LoopTable& table, std::span<const double> trips, const Model& model);

}  // namespace saku::costmodel
