// Comparisons that are kept, and kept ones beside today's predictions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/compare_report.h"
#include "cli/program.h"
#include "cli/target_options.h"
#include "frontends/suite.h"
#include "tuner/compare/measurement.h"

namespace saku::cli {

/// Where `--store` keeps measurements, and which are made again.
struct StoreOptions {
    std::string folder = {};  ///< empty: nothing is kept
    bool again = false;       ///< also what has been measured already
    double more = 0;          ///< what is kept is measured once more where its noise ceiling is lower; 0: never
};

/// A kept measurement, all of whose samples are in the space.
struct Kept {
    tuner::KeptMeasurement measurement;
    tuner::Space space;
    std::vector<tuner::Sample> samples;  ///< of the measurement, in its order
};

/// Can the folder be written, and can the operators be known by their shorthands later? Checked before any work.
[[nodiscard]] Result<Done> check_store(const StoreOptions& store, const frontends::Work& work, const Target& target);

/// This computer, now, this program.
[[nodiscard]] tuner::Circumstances circumstances_here(std::uint64_t seed, std::size_t samples, std::size_t trials);

/// The kept measurement of the operator where it is as good as a new one.
[[nodiscard]] std::optional<Kept> kept_already(const StoreOptions& store, const ir::Operator& op, const Target& target,
                                               const tuner::Circumstances& wanted);

/// Times that samples are measured at most, all in all.
inline constexpr std::size_t most_times = 8;

/// Do its two passes agree less than the options ask for, and may it be measured once more?
[[nodiscard]] bool wants_more(const StoreOptions& store, const Kept& kept);

/// The kept times beside today's predictions.
[[nodiscard]] Result<Compared> beside_predictions(const Kept& kept, const Target& target);

/// Measures the kept samples once more and replaces the file by one with the means. Errors, which leave everything as
/// it was: another processor, fewer than nine in ten samples with a time, those of measuring.
[[nodiscard]] Result<Done> measure_more(const StoreOptions& store, Kept& kept, const tuner::CompareOptions& options,
                                        const tuner::Circumstances& by, Session& session);

/// Writes one comparison below the folder.
[[nodiscard]] Result<Done> keep(const StoreOptions& store, const ir::Operator& op, const Target& target,
                                const tuner::Comparison& comparison, const tuner::Circumstances& by, Session& session);

/// `compare --from`: the measurements of a file or folder beside today's predictions, for the machine that each names
/// or, where the options say one, for that. What the measurements lack today is said in `diagnostic`.
[[nodiscard]] Result<std::vector<Compared>> compared_again(const std::string& path, const TargetOptions& options,
                                                           std::string& diagnostic);

}  // namespace saku::cli
