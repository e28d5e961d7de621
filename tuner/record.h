// What tuning leaves behind: enough to make the same kernel again, and to see later whether tuning still decides so.
//
//     {"schema": 3, "kind": "record",
//      "op": "matmul:m=128,n=768,k=768", "machine": "zen5", "threads": 1, "residence": "warm", "name": "mm",
//      "schedule": [{"step": "split", "loop": "i", "factor": 8, "outer": "i_o", "inner": "i_i"}, ...],
//      "prediction": {"seconds": 5.8e-4, "gflops": 260, "percent_of_peak": 97, "bottleneck": "core", "terms":
//      {"core": 5.5e-4, ...}},
//      "code": {"inner_loops": [{"instructions": 24, "multiply_adds": 16, "vector_loads": 2, "broadcasts": 8,
//                                "folded_loads": 0, "vector_stores": 0, "spill_loads": 0, "spill_stores": 0}, ...]},
//      "versions": {"saku": "0.1.0", "llvm": "19.1.7"}}
//
// "code" counts the instructions of each innermost loop of the object's functions, in program order
// (features/machine_code.h): a compiler that turns the same schedule into other code shows there. Schema 1 had no
// "code", schema 2 no "residence" (it was warm); both are read, too.
//
// A record made with a calibration (targets/calibration.h) has its fingerprint behind the machine: "calibration":
// "9f0c...".
//
// No time, path or host: the same tuning gives the same bytes everywhere.
//
// A schedule by itself is a file, too: {"schema": 1, "kind": "schedule", "steps": [...]}, a bare JSON array of steps,
// or the text of schedules/schedule.h, one step a line.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "features/machine_code.h"
#include "schedules/schedule.h"
#include "tuner/tune.h"

namespace saku::tuner {

struct Versions {
    std::string saku;
    std::string llvm;
};

/// What a record is made of.
struct Recorded {
    std::string op;  ///< shorthand
    std::string machine;
    std::string calibration = {};  ///< fingerprint of what refined the machine; empty: nothing
    int threads = 1;
    features::Residence residence = features::Residence::warm;
    std::string name;  ///< of the kernel
    Ranked best;
    std::vector<features::LoopCode> inner_loops;
    Versions versions;
};

[[nodiscard]] Json record_json(const Recorded& recorded);

/// A schedule from a file, with what the file says of where it comes from.
struct StoredSchedule {
    schedules::Schedule schedule;
    std::optional<std::string> op;  ///< these only from records
    std::optional<std::string> machine;
    std::optional<std::string> calibration = {};  ///< empty: a record made without one
    std::optional<std::string> name;
    std::optional<int> threads;
    std::optional<features::Residence> residence;
    std::optional<double> predicted_seconds;
    std::optional<std::vector<features::LoopCode>> inner_loops;  ///< counts only
};

/// Reads all of the forms above, strictly; `file` is for messages.
[[nodiscard]] Result<StoredSchedule> stored_schedule_from(const std::string& text, const std::string& file);

/// One thing that no longer holds. `what` is "operator", "machine", "calibration", "threads", "residence", "schedule"
/// (lists of steps), "predicted_seconds", "inner_loops" (how many) or "inner_loops/2/instructions" (from 0, the key of
/// a count).
struct Changed {
    std::string what;
    Json was;
    Json is;  ///< null: there is none
};

/// What of the record (or schedule) no longer holds; where operator, machine, calibration, threads or residence are
/// others, only that. Predicted time and counts are those of records; `result` must have been tuned with assembly for
/// the counts.
[[nodiscard]] std::vector<Changed> differences(const TuneResult& result, const StoredSchedule& stored);

/// "predicted time: was 1.5 s, is 1.25 s"; of schedules the steps that went and came, a line each.
[[nodiscard]] std::string to_text(const Changed& changed);

}  // namespace saku::tuner
