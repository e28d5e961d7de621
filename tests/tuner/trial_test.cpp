// Trials that are measured, wrong, refused, crash or hang; and the lines they are asked and answered by.
#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include "tuner/common_memory.h"
#include "tuner/profile/trial_runner.h"

namespace saku::tuner {
namespace {

/// Behaves as the name of its one split's loop says.
class Actor : public Candidate {
public:
    explicit Actor(std::string role) : role_(std::move(role)) {}
    std::string check() override {
        if (role_ == "wrong") return "error 1, allowed 0\nat its element";
        if (role_ == "crashes_in_check") raise(SIGSEGV);
        if (role_ == "hangs_in_check") pause();
        return {};
    }
    double sample(double seconds, Turn /*turn*/) override {
        if (role_ == "crashes_in_sample" && ++samples_ == 2) raise(SIGKILL);
        if (role_ == "exits_in_sample") _exit(7);
        return seconds * 0.1;
    }

private:
    std::string role_;
    int samples_ = 0;
};

schedules::Schedule role(const std::string& name) {
    const auto schedule = schedules::schedule_from_text("unroll(" + name + ")");
    REQUIRE(schedule.ok());
    return *schedule;
}

Fitted<std::unique_ptr<Candidate>> build(const schedules::Schedule& schedule) {
    const std::string text = schedules::to_text(schedule);
    const std::string name = text.substr(text.find('(') + 1, text.find(')') - text.find('(') - 1);
    if (name == "refused") return NotApplicable{"too large", "9 > 8"};
    if (name == "crashes_in_build") raise(SIGILL);
    if (name == "hangs_in_build") pause();
    return std::unique_ptr<Candidate>(std::make_unique<Actor>(name));
}

TEST_CASE("whatever a trial does, it has an outcome and the others have theirs") {
    struct Case {
        const char* role;
        TrialStatus status;
        const char* detail;
    };
    const std::vector<Case> cases{
        {"good", TrialStatus::measured, ""},
        {"wrong", TrialStatus::wrong, "error 1, allowed 0 at its element"},
        {"refused", TrialStatus::refused, "too large: 9 > 8"},
        {"crashes_in_build", TrialStatus::crashed, "signal 4 while building"},
        {"crashes_in_check", TrialStatus::crashed, "signal 11 while being checked"},
        {"crashes_in_sample", TrialStatus::crashed, "signal 9 while being timed"},
        {"exits_in_sample", TrialStatus::crashed, "exit code 7 while being timed"},
        {"hangs_in_build", TrialStatus::timed_out, "while building"},
        {"hangs_in_check", TrialStatus::timed_out, "while being checked"},
        {"good_again", TrialStatus::measured, ""},
    };
    TrialRequest request{.rounds = 3, .sample_seconds = 0.25, .limit_seconds = 0.5, .jobs = 3};
    for (const Case& each : cases) request.schedules.push_back(role(each.role));
    const std::vector<TrialOutcome> outcomes = run_trials(request, build);
    REQUIRE(outcomes.size() == cases.size());
    for (std::size_t i = 0; i < cases.size(); ++i) {
        CAPTURE(cases[i].role);
        CHECK(outcomes[i].status == cases[i].status);
        CHECK(outcomes[i].detail == cases[i].detail);
        const bool measured = cases[i].status == TrialStatus::measured;
        CHECK(outcomes[i].samples == (measured ? std::vector<double>(3, 0.025) : std::vector<double>{}));
    }
}

TEST_CASE("requests and outcomes survive the way as lines") {
    const TrialRequest request{
        .schedules = {role("a"), {}}, .rounds = 2, .sample_seconds = 0.125, .limit_seconds = 3, .jobs = 4, .series = 2};
    const auto read = trial_request_from(to_line(to_json(request)), "test");
    REQUIRE(read.ok());
    CHECK(read->schedules == request.schedules);
    CHECK(read->series == 2);
    CHECK(to_line(to_json(*read)) == to_line(to_json(request)));
    const std::vector<TrialOutcome> outcomes{{.status = TrialStatus::measured, .detail = "", .samples = {1e-9, 0.1}},
                                             {.status = TrialStatus::timed_out, .detail = "x", .samples = {}}};
    const auto back = trial_outcomes_from(to_line(to_json(outcomes)), "test");
    REQUIRE(back.ok());
    CHECK(to_line(to_json(*back)) == to_line(to_json(outcomes)));
}

TEST_CASE("lines that are no requests are refused") {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"", "test:1:1: "},
        {"{}", "test#/schedules: missing"},
        {R"({"schedules": [], "rounds": 0, "sample_seconds": 1, "limit_seconds": 1, "jobs": 1})",
         "test#/rounds: found 0"},
        {R"({"schedules": [], "rounds": 1, "sample_seconds": 0, "limit_seconds": 1, "jobs": 1})",
         "test#/sample_seconds: found 0"},
        {R"({"schedules": [], "rounds": 1, "sample_seconds": 1, "limit_seconds": 1, "jobs": 1, "series": 3})",
         "test#/series: found 3"},
    };
    for (const auto& [line, message] : cases) {
        const auto request = trial_request_from(line, "test");
        REQUIRE_FALSE(request.ok());
        CHECK(request.error().text().substr(0, message.size()) == message);
    }
}

TEST_CASE("a candidate is told the series and the round") {
    const BuildCandidate tells_the_turn = [](const schedules::Schedule&) {
        class Teller : public Candidate {
        public:
            std::string check() override { return {}; }
            double sample(double, Turn turn) override { return 10 * turn.series + turn.round; }
        };
        return Fitted<std::unique_ptr<Candidate>>(std::make_unique<Teller>());
    };
    const TrialRequest request{.schedules = {role("a"), role("b")}, .rounds = 3, .series = 2};
    for (const TrialOutcome& outcome : run_trials(request, tells_the_turn))
        CHECK(outcome.samples == std::vector<double>{20, 21, 22});
}

TEST_CASE("trials share memory, and know whether another was there meanwhile") {
    const CommonMemory memory(4096);
    const BuildCandidate leaves_a_mark = [&](const schedules::Schedule&) {
        class Writer : public Candidate {
        public:
            explicit Writer(const CommonMemory& memory) : memory_(memory) {}
            std::string check() override { return {}; }
            double sample(double, Turn) override {
                const double before = memory_.data()[0];
                const bool was_mine = memory_.is_mine();
                memory_.own();
                ++memory_.data()[0];
                return before + (was_mine ? 100 : 0);
            }

        private:
            const CommonMemory& memory_;
        };
        return Fitted<std::unique_ptr<Candidate>>(std::make_unique<Writer>(memory));
    };
    const auto outcomes = run_trials({.schedules = {role("a"), role("b")}, .rounds = 2}, leaves_a_mark);
    REQUIRE(outcomes.size() == 2);
    CHECK(outcomes[0].samples == std::vector<double>{0, 2});
    CHECK(outcomes[1].samples == std::vector<double>{1, 3});
    CHECK(run_trials({.schedules = {role("a")}, .rounds = 2}, leaves_a_mark)[0].samples == std::vector<double>{4, 105});
    CHECK(static_cast<int>(memory.data()[0]) == 6);
    CHECK_FALSE(memory.is_mine());
}

TEST_CASE("the median") {
    CHECK(median({}) == 0);
    CHECK(median({3}) == 3);
    CHECK(median({3, 1, 2}) == 2);
    CHECK(median({4, 1, 3, 2}) == 2.5);
}

}  // namespace
}  // namespace saku::tuner
