// Timing several things against each other on a noisy machine.
//
// How:        one thread pinned to one CPU. Each thing is run once to warm its data and code and a second time to learn
//             how many repetitions last `sample_seconds`. Then rounds: in each, every thing gives one sample, the
//             starting thing moving on by one from round to round; before its sample each runs once untimed, because
//             the previous one has pushed its data out of the caches. The result is the median over the rounds.
//             Samples during which another machine's thread ran on a core are taken again (tuner/profile/core_watch.h).
// Limits:     warm caches only. Clock speed and neighbours drift by several percent within a minute, so only ratios of
//             things timed in the same rounds mean anything.
#pragma once

#include <functional>
#include <vector>

#include "tuner/profile/core_watch.h"

namespace saku::bench {

struct TimingOptions {
    int samples = 11;
    double sample_seconds = 0.05;
    /// Pause before each sample: threads of the thing before go on spinning for a while, on a processor that the next
    /// one needs. Nothing for things of one thread.
    double rest_seconds = 0;
};

/// Median and extremes of the seconds of one execution.
struct Timing {
    double median = 0, fastest = 0, slowest = 0;
};

/// Things slower than a tenth of a second give three samples of one execution each. `watch` decides which samples are
/// taken again; none are where it is null.
[[nodiscard]] std::vector<Timing> time_interleaved(const std::vector<std::function<void()>>& things,
                                                   const TimingOptions& options,
                                                   const tuner::CoreWatch* watch = nullptr);

/// The most crowded of the cores that `threads` threads of saku_parallel_for run on, while all of them look (processors
/// that are threads of one core crowd each other), and the one that is furthest from the first thread's.
[[nodiscard]] tuner::CoreLook look_at_cores(int threads);

/// Seconds of a steady clock.
[[nodiscard]] double now_seconds();

/// Keeps the calling thread on one CPU while alive.
class Pinned {
public:
    /// `cpu` < 0: the highest CPU the process may use (interrupts tend to be served by the lowest).
    explicit Pinned(int cpu);
    ~Pinned();
    Pinned(const Pinned&) = delete;
    Pinned& operator=(const Pinned&) = delete;

private:
    std::vector<unsigned char> before_;  ///< the thread's affinity mask, as the system gives it
};

}  // namespace saku::bench
