// One problem, all contenders, and the loops that say what the machine can do, in turns.
#pragma once

#include <vector>

#include "bench/contender.h"
#include "bench/report.h"
#include "bench/timing.h"

namespace saku::bench {

struct MeasuringOptions {
    TimingOptions timing;
    int cpu = -1;     ///< to pin to where one thread is measured; below 0: the highest allowed
    int threads = 1;  ///< of the contenders, except those of role `single`
    const tuner::CoreWatch* watch =
        nullptr;  ///< of the cores that so many threads run on; null: samples are taken once
};

/// Prepares each contender, checks its result and times those that are right. With several threads, the loops of
/// bench/peak.h are timed with one, too: what they gain is what the machine has to give.
[[nodiscard]] Row measured(const Problem& problem, const std::vector<Contender>& contenders,
                           const MeasuringOptions& options);

}  // namespace saku::bench
