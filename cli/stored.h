// Schedules from files.
#pragma once

#include <string>

#include "base/result.h"
#include "ir/operator.h"
#include "tuner/record.h"

namespace saku::cli {

[[nodiscard]] tuner::Versions versions();

/// A record, or a schedule by itself (tuner/record.h).
[[nodiscard]] Result<tuner::StoredSchedule> stored_schedule(const std::string& file);

/// The same for use with this operator: a record of another one is an error.
[[nodiscard]] Result<tuner::StoredSchedule> stored_schedule_for(const ir::Operator& op, const std::string& file);

/// A schedule that its user gave and that does not fit is bad input.
[[nodiscard]] Error misfit(const std::string& file, const NotApplicable& reason);

}  // namespace saku::cli
