#include "tuner/profile/trial_runner.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <optional>

#include "base/json.h"

namespace saku::tuner {

namespace {

using Heard = LineChannel::Heard;

// What trial processes are told and say.
constexpr const char* ready = "ready";
constexpr const char* refused = "refused ";
constexpr const char* check = "check";
constexpr const char* right = "right";
constexpr const char* wrong = "wrong ";
constexpr const char* sample = "sample";

std::string exact(double value) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.17g", value);
    return text.data();
}

/// The life of a trial's process.
void live(LineChannel& channel, const schedules::Schedule& schedule, const TrialRequest& request,
          const BuildCandidate& build) {
    auto built = build(schedule);
    if (!built) {
        channel.send(refused + built.error().text());
        return;
    }
    Candidate& candidate = **built;
    channel.send(ready);
    Turn turn{.series = request.series};
    for (std::string word; channel.hear(word) == Heard::line;) {
        if (word == check) {
            const std::string complaint = candidate.check();
            channel.send(complaint.empty() ? right : wrong + complaint);
        } else if (word == sample) {
            channel.send(exact(candidate.sample(request.sample_seconds, turn)));
            ++turn.round;
        }
    }
}

/// One trial, seen from outside.
struct Running {
    std::optional<LineProcess> process = {};
    TrialOutcome outcome = {};

    void end(TrialStatus status, std::string detail) {
        outcome = {.status = status, .detail = std::move(detail), .samples = {}};
        process.reset();
    }

    /// Its next line; none when there will be none, and `outcome` says why.
    std::optional<std::string> answer(double limit_seconds, const char* doing) {
        std::string line;
        switch (process->channel().hear(line, limit_seconds)) {
            case Heard::line:
                return line;
            case Heard::end:
                end(TrialStatus::crashed, process->stop() + " while " + doing);
                return std::nullopt;
            case Heard::nothing:
                end(TrialStatus::timed_out, std::string("while ") + doing);
                return std::nullopt;
        }
        return std::nullopt;
    }
};

void start(Running& trial, const schedules::Schedule& schedule, const TrialRequest& request,
           const BuildCandidate& build) {
    auto process = LineProcess::fork([&](LineChannel& channel) { live(channel, schedule, request, build); });
    if (process) {
        trial.process.emplace(*std::move(process));
    } else {
        trial.end(TrialStatus::refused, process.error().text());
    }
}

void await_build(Running& trial, double limit_seconds) {
    if (!trial.process) return;
    const auto line = trial.answer(limit_seconds, "building");
    if (line && line->starts_with(refused)) trial.end(TrialStatus::refused, line->substr(std::string(refused).size()));
}

/// Builds of a window overlap: the next one starts when the oldest is done.
void build_all(std::vector<Running>& trials, const TrialRequest& request, const BuildCandidate& build) {
    const auto window = static_cast<std::size_t>(std::max(1, request.jobs));
    for (std::size_t i = 0; i < trials.size() + window; ++i) {
        if (i >= window) await_build(trials[i - window], request.limit_seconds);
        if (i < trials.size()) start(trials[i], request.schedules[i], request, build);
    }
}

void check_one(Running& trial, double limit_seconds) {
    if (!trial.process) return;
    trial.process->channel().send(check);
    const auto line = trial.answer(limit_seconds, "being checked");
    if (line && *line != right) trial.end(TrialStatus::wrong, line->substr(std::string(wrong).size()));
}

void sample_one(Running& trial, double limit_seconds) {
    if (!trial.process) return;
    trial.process->channel().send(sample);
    const auto line = trial.answer(limit_seconds, "being timed");
    if (!line) return;
    double seconds = 0;
    const auto [end, failure] = std::from_chars(line->data(), line->data() + line->size(), seconds);
    if (failure != std::errc{} || end != line->data() + line->size()) {
        trial.end(TrialStatus::crashed, "said '" + line->substr(0, 80) + "' instead of a time");
    } else {
        trial.outcome.samples.push_back(seconds);
    }
}

}  // namespace

std::vector<TrialOutcome> run_trials(const TrialRequest& request, const BuildCandidate& build) {
    std::vector<Running> trials(request.schedules.size());
    build_all(trials, request, build);
    for (Running& trial : trials) check_one(trial, request.limit_seconds);
    for (int round = 0; round < request.rounds; ++round) {
        for (Running& trial : trials) sample_one(trial, request.limit_seconds);
    }
    std::vector<TrialOutcome> outcomes;
    for (Running& trial : trials) {
        if (trial.process) trial.outcome.status = TrialStatus::measured;
        outcomes.push_back(std::move(trial.outcome));
    }
    return outcomes;
}

void serve_trials(LineChannel& channel, const BuildCandidate& build) {
    channel.send(ready);
    for (std::string line; channel.hear(line) == Heard::line;) {
        const auto request = trial_request_from(line, "request");
        if (!request) {
            channel.send(to_line(Json{{"error", request.error().text()}}));
            return;
        }
        channel.send(to_line(to_json(run_trials(*request, build))));
    }
}

}  // namespace saku::tuner
