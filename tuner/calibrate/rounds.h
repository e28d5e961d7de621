// Probes timed in turns, in cycles of a clock that is measured beside them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "targets/calibration.h"
#include "targets/probes.h"

namespace saku::tuner {

/// Something that is done over and over, and how much of it one run does.
struct Probe {
    std::function<void()> run;
    double units = 1;                          ///< bytes, steps, instructions of one run
    std::string method;                        ///< what a figure from it was made by
    std::vector<double> units_per_cycle = {};  ///< by round
};

struct RoundOptions {
    int rounds = 15;
    double sample_seconds = 0.004;  ///< a sample repeats its run for about so long, at least once
    std::function<void(double fraction)> progress = {};
};

/// Times all probes in turns and fills their samples; the clock in GHz by round.
[[nodiscard]] std::vector<double> time_in_rounds(const targets::Probes& code, std::vector<Probe>& probes,
                                                 const RoundOptions& options);

/// Median and spread, rounded to five digits. `samples` is not empty.
[[nodiscard]] targets::Figure figure_of(std::vector<double> samples, const std::string& method);

/// Seconds of a steady clock, for what several threads do.
[[nodiscard]] double seconds_now();

}  // namespace saku::tuner
