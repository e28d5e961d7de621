// Kept measurements of one machine, opened for pricing: the same samples, again and again, under any model.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "costmodel/coefficients.h"
#include "targets/calibration.h"
#include "targets/machine.h"
#include "tuner/compare/measurement_files.h"
#include "tuner/compare/reprice.h"

namespace saku::fidelity {

/// One operator.
struct Subject {
    tuner::KeptMeasurement measurement;
    std::unique_ptr<tuner::Reopened> today;  ///< its space stays where it is: pricers refer to it
    tuner::Repriced priced;                  ///< by the model as it is
    tuner::Agreements agreement;
};

struct Study {
    targets::Machine machine;
    costmodel::Coefficients coefficients;
    std::vector<Subject> subjects;  ///< in the order of their files
    std::string notes;              ///< what somebody wrote about them; empty: nothing
    struct Calibrated {
        targets::Calibration calibration;
        targets::Machine machine;
    };
    std::optional<Calibrated> calibrated = {};  ///< by what was measured beside the samples
};

/// Of the files in a folder named after its machine, of notes.md in it, and of FOLDER.calibration.json beside it. Errors:
/// of the files; measurements of another machine; a machine that saku does not know.
[[nodiscard]] Result<Study> open_study(const std::string& folder);

/// Those of all folders in a folder, sorted by name; folders without measurements are none.
[[nodiscard]] Result<std::vector<Study>> open_studies(const std::string& folder);

/// All samples of the study's operators.
[[nodiscard]] std::size_t sample_count(const Study& study);

}  // namespace saku::fidelity
