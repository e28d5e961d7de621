// What tuning leaves behind: enough to make the same kernel again, and to see later whether tuning still decides so.
//
//     {"schema": 1, "kind": "record",
//      "op": "matmul:m=128,n=768,k=768", "machine": "zen5", "threads": 1, "name": "mm",
//      "schedule": [{"step": "split", "loop": "i", "factor": 8, "outer": "i_o", "inner": "i_i"}, ...],
//      "prediction": {"seconds": 5.8e-4, "gflops": 260, "percent_of_peak": 97, "bottleneck": "core", "terms":
//      {"core": 5.5e-4, ...}}, "versions": {"saku": "0.1.0", "llvm": "19.1.7"}}
//
// No time, path or host: the same tuning gives the same bytes everywhere.
//
// A schedule by itself is a file, too: {"schema": 1, "kind": "schedule", "steps": [...]}, a bare JSON array of steps,
// or the text of schedules/schedule.h, one step a line.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "schedules/schedule.h"
#include "tuner/tune.h"

namespace saku::tuner {

struct Versions {
    std::string saku;
    std::string llvm;
};

/// The record of a kernel. `op` is its operator's shorthand.
[[nodiscard]] Json record_json(const std::string& op, const std::string& machine, int threads, const std::string& name,
                               const Ranked& ranked, const Versions& versions);

/// A schedule from a file, with what the file says of where it comes from.
struct StoredSchedule {
    schedules::Schedule schedule;
    std::optional<std::string> op;  ///< these only from records
    std::optional<std::string> machine;
    std::optional<std::string> name;
    std::optional<int> threads;
    std::optional<double> predicted_seconds;
};

/// Reads all of the forms above, strictly; `file` is for messages.
[[nodiscard]] Result<StoredSchedule> stored_schedule_from(const std::string& text, const std::string& file);

}  // namespace saku::tuner
