// Schedules from files.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/target_options.h"
#include "ir/operator.h"
#include "tuner/record.h"

namespace saku::cli {

[[nodiscard]] tuner::Versions versions();
/// "saku 0.1.0, LLVM 19.1.7".
[[nodiscard]] std::string versions_text();

/// A record, or a schedule by itself (tuner/record.h).
[[nodiscard]] Result<tuner::StoredSchedule> stored_schedule(const std::string& file);

/// The same for use with this operator: a record of another one is an error.
[[nodiscard]] Result<tuner::StoredSchedule> stored_schedule_for(const ir::Operator& op, const std::string& file);

/// A stored schedule with what to replay it for: what the options say, else what the record says.
struct Replay {
    tuner::StoredSchedule stored;
    Target target;
    std::string remark = {};  ///< for stderr: the record's prediction was made with another calibration
};

[[nodiscard]] Result<Replay> replay_of(const ir::Operator& op, const std::string& file, const TargetOptions& options);

/// A schedule that its user gave and that does not fit is bad input.
[[nodiscard]] Error misfit(const std::string& file, const NotApplicable& reason);

}  // namespace saku::cli
