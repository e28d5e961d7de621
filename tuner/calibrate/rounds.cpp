#include "tuner/calibrate/rounds.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <ctime>

#include "base/check.h"

namespace saku::tuner {

namespace {

constexpr double giga = 1e9;

struct Line {
    alignas(64) std::array<float, 16> values{};
};

/// Of the processor that this thread had: what others took of it meanwhile does not count.
double processor_seconds() {
    std::timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double seconds_of(const std::function<void()>& run, std::int64_t repetitions) {
    const double start = processor_seconds();
    for (std::int64_t i = 0; i < repetitions; ++i) run();
    return std::max(processor_seconds() - start, 1e-9);
}

/// Runs until it gets no faster for a while: outer caches learn only after several runs what is worth keeping (a Zen 5
/// core reads 2 MiB in random order as slowly as from memory for six to ten times, and then ten times as fast).
void warm_up(const std::function<void()>& run) {
    constexpr int most_runs = 40;
    constexpr int patience = 6;
    constexpr double faster = 0.97;
    double best = seconds_of(run, 1);
    for (int i = 1, since = 0; i < most_runs && since < patience; ++i, ++since) {
        const double now = seconds_of(run, 1);
        if (now > faster * best) continue;
        best = now;
        since = -1;
    }
}

/// Runs of the probe that take about as long as a sample should, at least one.
std::int64_t repetitions_for(const std::function<void()>& run, double sample_seconds) {
    warm_up(run);
    std::int64_t repetitions = 1;
    for (double seconds = seconds_of(run, 1); seconds < sample_seconds / 4 && repetitions < (std::int64_t{1} << 40);
         seconds = seconds_of(run, repetitions))
        repetitions *= 2;
    const double seconds = std::max(seconds_of(run, repetitions), 1e-9);
    const double wanted = static_cast<double>(repetitions) * sample_seconds / seconds;
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(wanted));
}

/// Five digits, so that a file says no more than is known.
double rounded(double value) {
    constexpr int digits = 5;
    std::array<char, 32> text{};
    const auto written =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, digits);
    double result = value;
    std::from_chars(text.data(), written.ptr, result);
    return result;
}

double quantile(const std::vector<double>& sorted, double part) {
    const double place = part * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

double seconds_now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::vector<double> time_in_rounds(const targets::Probes& code, std::vector<Probe>& probes,
                                   const RoundOptions& options) {
    Line scratch;
    constexpr std::int64_t clock_iterations = 1000;
    const std::function<void()> clock = [&] { code.clock(clock_iterations, scratch.values.data()); };
    const std::int64_t clock_repetitions = repetitions_for(clock, options.sample_seconds / 2);
    const auto hertz = [&] {
        clock();
        const double steps = static_cast<double>(clock_iterations) * code.steps_of_clock;
        return steps * static_cast<double>(clock_repetitions) / seconds_of(clock, clock_repetitions);
    };
    std::vector<std::int64_t> repetitions;
    for (const Probe& probe : probes) repetitions.push_back(repetitions_for(probe.run, options.sample_seconds));
    std::vector<double> ghz;
    for (int round = 0; round < options.rounds; ++round) {
        const double before = hertz();
        std::vector<double> units_per_second;
        for (std::size_t i = 0; i < probes.size(); ++i) {
            warm_up(probes[i].run);
            const double done = probes[i].units * static_cast<double>(repetitions[i]);
            units_per_second.push_back(done / seconds_of(probes[i].run, repetitions[i]));
        }
        const double rate = (before + hertz()) / 2;
        ghz.push_back(rate / giga);
        for (std::size_t i = 0; i < probes.size(); ++i) probes[i].units_per_cycle.push_back(units_per_second[i] / rate);
        if (options.progress) options.progress((round + 1.0) / options.rounds);
    }
    return ghz;
}

targets::Figure figure_of(std::vector<double> samples, const std::string& method) {
    SAKU_CHECK(!samples.empty(), "a figure without samples");
    std::sort(samples.begin(), samples.end());
    const double median = quantile(samples, 0.5);
    const double range = quantile(samples, 0.75) - quantile(samples, 0.25);
    return {.value = rounded(median),
            .spread = median > 0 ? rounded(range / median) : 0,
            .samples = static_cast<int>(samples.size()),
            .method = method};
}

}  // namespace saku::tuner
