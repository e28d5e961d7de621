#include "tuner/profile/core_watch.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "tuner/profile/trial.h"

namespace saku::tuner {

namespace {

using Clock = std::chrono::steady_clock;

// More than twice the scatter on an unshared core, and half of what a busy neighbour does to it (Zen 5).
constexpr double crowded = 1.2;
// Between the scatter of cores that share a cache (a fifth) and cores that do not (three times as far, Zen 5).
constexpr double far = 2;
constexpr double most_waiting = 0.02;  // of a sample, for a processor
constexpr double pause_samples = 2;

/// Makes the compiler believe that these change here: it would multiply otherwise.
template <typename... Values>
void keep(Values&... values) {
    (..., [](auto& value) { __asm__ volatile("" : "+r"(value)); }(values));
}

constexpr int rounds = 2000;

void add_dependent() {
    std::uint64_t a = 1;
    for (int i = 0; i < rounds; ++i) {
        for (int k = 0; k < 8; ++k) {
            a += 3;
            keep(a);
        }
    }
}

/// Four times as many: they take about as long.
void add_independent() {
    std::uint64_t a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8;
    for (int i = 0; i < 4 * rounds; ++i) {
        a += 3, b += 5, c += 7, d += 9, e += 11, f += 13, g += 15, h += 17;
        keep(a, b, c, d, e, f, g, h);
    }
}

double seconds_of(void (*work)()) {
    const Clock::time_point start = Clock::now();
    work();
    return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

double crowding() {
    std::vector<double> ratios(5);  // the median, since the clock and interrupts come between
    for (double& ratio : ratios) {
        const double dependent = seconds_of(add_dependent);
        ratio = seconds_of(add_independent) / std::max(dependent, 1e-9);
    }
    return median(std::move(ratios));
}

CoreWatch::CoreWatch(std::function<CoreLook()> look, LossLimits limits)
    : look_(std::move(look)), limits_(limits), mapping_(sizeof(State), Sharing::common) {
    if (state() == nullptr) return;
    *state() = {.least = look_(), .was_far_below = false, .spent_seconds = 0, .lost_seconds = 0, .shared = {}};
}

CoreWatch::State* CoreWatch::state() const { return reinterpret_cast<State*>(mapping_.data()); }  // NOLINT: a page

bool CoreWatch::is_alone_behind(const CoreLook& before, double spent) const {
    const CoreLook now = look_();
    return is_alone(now) && now.waited - before.waited <= most_waiting * spent;
}

bool CoreWatch::is_alone(const CoreLook& now) const {
    if (state() == nullptr) return true;
    CoreLook& least = state()->least;
    const bool is_far_below = crowded * now.crowding < least.crowding;
    // One look that goes wrong must not make all others look crowded.
    const bool counts = !is_far_below || state()->was_far_below;
    state()->was_far_below = is_far_below;
    // Crowded cores say nothing of distances: processors that are threads of one core are near, and crowd each other.
    if (counts && (is_far_below || least.distance == 0)) least.distance = now.distance;
    if (counts) least.crowding = std::min(least.crowding, now.crowding);
    if (now.crowding > crowded * least.crowding) return false;
    if (now.distance > 0) least.distance = std::min(least.distance, now.distance);
    return now.distance <= far * least.distance;
}

bool CoreWatch::wait(double seconds, double spent, double& lost) const {
    const double loss = spent + pause_samples * seconds;
    if (lost + loss + spent > limits_.per_sample * seconds) return false;
    if (state()->lost_seconds + loss > limits_.per_spent * state()->spent_seconds + limits_.seconds) return false;
    lost += loss;
    state()->lost_seconds += loss;
    ++state()->shared.retaken;
    std::this_thread::sleep_for(std::chrono::duration<double>(pause_samples * seconds));
    return true;
}

void CoreWatch::count(double seconds, bool is_undisturbed) const {
    if (state() == nullptr) return;
    state()->spent_seconds += seconds;
    if (!is_undisturbed) ++state()->shared.counted;
}

SharedSamples CoreWatch::shared_samples() const { return state() == nullptr ? SharedSamples{} : state()->shared; }

}  // namespace saku::tuner
