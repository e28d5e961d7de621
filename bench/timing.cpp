#include "bench/timing.h"

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>

#include "targets/host.h"
#include "tuner/pinned.h"

namespace saku::bench {
namespace {

struct Measured {
    const std::function<void()>* run = nullptr;
    std::int64_t repetitions = 1;
    int samples = 0;
    std::vector<double> seconds;
};

double seconds_of(const std::function<void()>& run, std::int64_t repetitions) {
    const double start = now_seconds();
    for (std::int64_t i = 0; i < repetitions; ++i) run();
    return (now_seconds() - start) / static_cast<double>(repetitions);
}

Measured calibrated(const std::function<void()>& run, const TimingOptions& options) {
    constexpr double slow_seconds = 0.1;
    run();
    double once = seconds_of(run, 1);
    if (once < options.sample_seconds / 10) once = seconds_of(run, 10);
    const double wanted = options.sample_seconds / std::max(once, 1e-9);
    return {.run = &run,
            .repetitions = std::max<std::int64_t>(1, static_cast<std::int64_t>(wanted) + 1),
            .samples = once > slow_seconds ? std::min(3, options.samples) : options.samples,
            .seconds = {}};
}

/// Seconds of one execution. One untimed comes first, because what ran before has evicted the data.
double sample_of(const Measured& m) {
    if (m.repetitions > 1) (*m.run)();
    return seconds_of(*m.run, m.repetitions);
}

Timing summary(std::vector<double> seconds) {
    std::sort(seconds.begin(), seconds.end());
    return {.median = seconds[seconds.size() / 2], .fastest = seconds.front(), .slowest = seconds.back()};
}

}  // namespace

double now_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::vector<Timing> time_interleaved(const std::vector<std::function<void()>>& things, const TimingOptions& options,
                                     const tuner::CoreWatch* watch) {
    std::vector<Measured> measured;
    for (const auto& thing : things) measured.push_back(calibrated(thing, options));
    for (int round = 0; round < options.samples; ++round) {
        for (std::size_t i = 0; i < measured.size(); ++i) {
            Measured& m = measured[(i + static_cast<std::size_t>(round)) % measured.size()];
            if (round >= m.samples) continue;
            if (options.rest_seconds > 0)
                std::this_thread::sleep_for(std::chrono::duration<double>(options.rest_seconds));
            const auto take = [&m] { return sample_of(m); };
            m.seconds.push_back(watch == nullptr ? take() : watch->undisturbed(options.sample_seconds, take));
        }
    }
    std::vector<Timing> timings;
    for (Measured& m : measured) timings.push_back(summary(std::move(m.seconds)));
    return timings;
}

Pinned::Pinned(int cpu) {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
    before_.resize(sizeof allowed);
    std::memcpy(before_.data(), &allowed, sizeof allowed);
    tuner::stay_on(cpu >= 0 ? cpu : targets::allowed_processors().back());
}

Pinned::~Pinned() {
    if (before_.empty()) return;
    cpu_set_t allowed;
    std::memcpy(&allowed, before_.data(), sizeof allowed);
    sched_setaffinity(0, sizeof allowed, &allowed);
}

}  // namespace saku::bench
