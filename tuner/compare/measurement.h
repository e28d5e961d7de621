// What `compare` measured, kept in a file: later models can be held against the same times.
//
//     {"schema": 1, "kind": "measurement",
//      "op": "matmul:m=128,n=768,k=768", "machine": "zen5", "threads": 1, "seed": 0,
//      "cpu": "AMD EPYC 9R45", "when": "2026-11-21T12:00:00Z", "versions": {"saku": "0.1.0", "llvm": "19.1.7"},
//      "wanted": {"samples": 150, "trials": 200}, "failed": {"crashed": 1},
//      "picks": {"static_us": 581.2, "top1_ratio": 0.98, "top8_ratio": 1, "profiled_us": 570.1, ...},
//      "sketches": [{"name": "vector j, unrolled i", "holes": [{"name": "tile_m", "values": ["1", "2", "3"]}]}],
//      "samples": [["near", 0, "7 3 0", 581.2, 583.0, "9f3a12bc"]]}
//
// Ids mean something only in the space they come from, and spaces change. A kept sample names its choices instead: a
// sketch of the list above, the position of the chosen value in each of its holes, the times of both passes in
// microseconds, and a fingerprint of the schedule. `recall` looks the choices up in today's space, whatever their
// numbers are there, and takes a sample only when its schedule still is the one that was timed. Where a calibrated
// machine predicted, there is also "calibration", its fingerprint; where the same samples were measured once more,
// "again", the times of day: times of samples are the means of all first passes and of all second ones.
//
// Limits. The steps are compared, not the machine code that they give: after a change of emission the times are those
// of kernels that are no longer made.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "tuner/compare/compare.h"
#include "tuner/record.h"
#include "tuner/space.h"

namespace saku::tuner {

struct KeptHole {
    std::string name;
    std::vector<std::string> labels;
    friend bool operator==(const KeptHole&, const KeptHole&) = default;
};

struct KeptSketch {
    std::string name;
    std::vector<KeptHole> holes;
    friend bool operator==(const KeptSketch&, const KeptSketch&) = default;
};

struct KeptSample {
    Origin origin = Origin::random;
    int sketch = 0;                ///< position in `KeptMeasurement::sketches`
    std::vector<int> digits = {};  ///< by hole of the sketch
    double first_seconds = 0;
    double second_seconds = 0;
    std::string schedule;  ///< `fingerprint` of the schedule that was timed
    friend bool operator==(const KeptSample&, const KeptSample&) = default;
};

/// Times of the kernels that were timed again in turns at the end, with the choices of that day.
struct KeptPicks {
    double static_seconds = 0;
    double static_predicted = 0;
    double static_tuning_seconds = 0;
    double top1_ratio = 0;  ///< as in Comparison
    double top8_ratio = 0;
    double profiled_seconds = 0;  ///< 0: nothing was profiled
    double profiled_tuning_seconds = 0;
    std::size_t profiled_trials = 0;
    friend bool operator==(const KeptPicks&, const KeptPicks&) = default;
};

/// Where, when and by what something was measured.
struct Circumstances {
    std::string cpu;                      ///< as the system calls it
    std::string when;                     ///< UTC, ISO 8601
    std::vector<std::string> again = {};  ///< when the same samples were measured once more; times are means of all
    Versions versions;
    std::uint64_t seed = 0;
    std::size_t wanted_samples = 0;
    std::size_t wanted_trials = 0;
    std::string calibration = {};  ///< fingerprint of the one that predicted; empty: none
};

struct KeptMeasurement {
    std::string op;       ///< shorthand
    std::string machine;  ///< name
    int threads = 1;
    Circumstances circumstances = {};
    std::map<std::string, std::size_t> failed = {};  ///< as in Comparison
    KeptPicks picks = {};
    std::vector<KeptSketch> sketches = {};  ///< those that samples are of
    std::vector<KeptSample> samples = {};
};

/// The comparison must have been made in this space.
[[nodiscard]] KeptMeasurement measurement_of(const Comparison& comparison, const Space& space,
                                             const Circumstances& circumstances);

/// Eight hexadecimal digits.
[[nodiscard]] std::string fingerprint(const schedules::Schedule& schedule);

/// JSON, one sample a line. Times are rounded to nanoseconds.
[[nodiscard]] std::string to_text(const KeptMeasurement& measurement);

/// Strict; `file` is for messages.
[[nodiscard]] Result<KeptMeasurement> measurement_from_json(const std::string& text, const std::string& file);

/// The measurement with the means of its times and of those in `more`: its samples, in its order, measured once more at
/// `when`. Samples without a time there are left out. What was timed in turns at the end (`picks`) stays as it was.
[[nodiscard]] KeptMeasurement measured_more(KeptMeasurement measurement, const std::vector<Sample>& more,
                                            const std::string& when);

struct Recalled {
    std::vector<Sample> samples;  ///< not priced yet
    std::size_t lost = 0;         ///< whose schedule is no longer in the space
};

/// The samples in today's space of the same operator.
[[nodiscard]] Recalled recall(const KeptMeasurement& measurement, const Space& space);

/// Is enough left to say something? An error when fewer than half of the samples (or fewer than 3) were found again.
[[nodiscard]] Result<Done> check_recalled(const KeptMeasurement& measurement, const Recalled& recalled,
                                          const std::string& file);

}  // namespace saku::tuner
