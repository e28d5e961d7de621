// Kept measurements on disk: one file an operator, in a folder a machine.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "ir/operator.h"
#include "targets/machine.h"
#include "tuner/compare/measurement.h"

namespace saku::tuner {

struct MeasurementFile {
    std::string path;
    KeptMeasurement measurement;
};

/// A measurement, or all of a folder (its .json files, sorted by name). Errors: what cannot be read, files of another
/// kind, folders without any.
[[nodiscard]] Result<std::vector<MeasurementFile>> measurements_at(const std::string& path);

/// Where the measurement of an operator belongs below a folder: "FOLDER/zen5/matmul_m_128_n_768_k_768.json", with the
/// threads in the name unless it is one.
[[nodiscard]] std::string measurement_path(const std::string& folder, const std::string& machine, const std::string& op,
                                           int threads);

/// A kept measurement in today's terms.
struct Reopened {
    Space space;  ///< of the operator on the machine
    Recalled recalled;
};

/// The space that the measurement is of. `machine`: the one that it was measured on, as it is described today. Errors
/// point into `file`: an operator that saku does not know, a space of which too little is left.
[[nodiscard]] Result<Reopened> reopen(const KeptMeasurement& measurement, const targets::Machine& machine,
                                      const std::string& file);

/// Is the kept measurement as good as a new one? By the same version, of as many samples and trials at least, for the
/// same seed, with the same calibration, every sample still in the space.
[[nodiscard]] bool is_current(const KeptMeasurement& measurement, const Circumstances& wanted, const Space& space);

}  // namespace saku::tuner
