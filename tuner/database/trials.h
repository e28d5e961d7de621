// Measured trials in the tuning database, and as lines of JSON that travel between databases.
//
//     {"schema": 1, "kind": "trial", "op": "matmul:m=128,n=768,k=768", "machine": "zen5", "facts": "9f0c...",
//      "threads": 1, "versions": "saku 0.1.0, LLVM 19.1.7", "run": "4b1d...", "number": 12, "id": "80412",
//      "schedule": [...], "predicted_seconds": 5.8e-4, "measured_seconds": 5.9e-4, "status": "measured", "detail": ""}
//
// A trial is known by the fingerprint of its line, so importing and merging twice changes nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "schedules/schedule.h"
#include "targets/machine.h"
#include "tuner/database/database.h"
#include "tuner/profile/trial.h"

namespace saku::tuner {

/// A trial with everything that it is a trial of.
struct TrialRecord {
    std::string op;  ///< shorthand
    std::string machine;
    std::string facts;  ///< fingerprint of the machine's description, `machine_facts`
    int threads = 1;
    std::string versions;     ///< measured code is that of a saku and an LLVM
    std::string run;          ///< which profiling it was part of
    std::int64_t number = 0;  ///< in that run, from 0
    std::string id;           ///< in the space, decimal; means something for these versions only
    schedules::Schedule schedule = {};
    double predicted_seconds = 0;
    double measured_seconds = 0;  ///< 0 unless measured
    TrialStatus status = TrialStatus::measured;
    std::string detail = {};
};

/// Which trials: of this operator, machine, facts, threads, versions, where given.
struct TrialFilter {
    std::optional<std::string> op = {};
    std::optional<std::string> machine = {};
    std::optional<std::string> facts = {};
    std::optional<int> threads = {};
    std::optional<std::string> versions = {};
};

/// Fingerprint of a machine's description (targets/machine_reader.h).
[[nodiscard]] std::string machine_facts(const targets::Machine& machine);

[[nodiscard]] Json to_json(const TrialRecord& trial);
/// Strict; `where` names the line.
[[nodiscard]] Result<TrialRecord> trial_record_from(const std::string& line, const std::string& where);

/// Adds it unless it is there; committed when this returns. True when it was new.
[[nodiscard]] Result<bool> keep(Database& database, const TrialRecord& trial);
/// All of them or, when one cannot be written, none. Gives how many were new.
[[nodiscard]] Result<std::size_t> keep_all(Database& database, const std::vector<TrialRecord>& trials);

/// Ordered by operator, machine, threads, run, number.
[[nodiscard]] Result<std::vector<TrialRecord>> trials(Database& database, const TrialFilter& filter = {});
/// The fastest measured one.
[[nodiscard]] Result<std::optional<TrialRecord>> best_trial(Database& database, const TrialFilter& filter);

/// Trials of one operator on one machine.
struct TrialGroup {
    std::string op;
    std::string machine;
    int threads = 1;
    std::string versions;
    std::int64_t trials = 0;
    std::int64_t measured = 0;
    double best_seconds = 0;  ///< 0 where none was measured
};
[[nodiscard]] Result<std::vector<TrialGroup>> trial_groups(Database& database, const TrialFilter& filter = {});

}  // namespace saku::tuner
