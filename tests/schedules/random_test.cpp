// Whatever steps apply, in whatever order, the nest stays well formed and computes the same.
#include <cstdlib>
#include <map>

#include "ir/verify.h"
#include "tests/schedules/random_steps.h"
#include "tests/schedules/support.h"

namespace saku::tests {

namespace {

using schedules::Schedule;
using schedules::Step;

struct Outcome {
    ir::LoopNest nest;
    Schedule applied;
    std::map<std::string, int> reasons;  ///< why steps did not apply
};

Outcome random_schedule(Random& random, const ir::LoopNest& plain, int steps) {
    Outcome outcome{plain, {}, {}};
    const bool likely = random.below(3) != 0;
    for (int number = 0; number < steps; ++number) {
        const Step step =
            likely ? likely_step(random, outcome.nest, number, steps) : random_step(random, outcome.nest, number);
        Fitted<ir::LoopNest> next = schedules::apply(outcome.nest, step);
        if (!next) {
            ++outcome.reasons[next.error().reason];
            continue;
        }
        outcome.applied.steps.push_back(step);
        const Result<Done> sound = ir::verify(*next);
        REQUIRE_MESSAGE(sound.ok(), problem(sound), "\n", to_text(outcome.applied), ir::print(*next));
        outcome.nest = *std::move(next);
    }
    return outcome;
}

void check_round_trips(const Schedule& schedule) {
    const Result<Schedule> from_text = schedules::schedule_from_text(to_text(schedule));
    REQUIRE_MESSAGE(from_text.ok(), problem(from_text));
    CHECK(*from_text == schedule);
    const Result<Schedule> from_json = schedules::schedule_from_json(to_text(schedules::to_json(schedule)));
    REQUIRE_MESSAGE(from_json.ok(), problem(from_json));
    CHECK(*from_json == schedule);
}

int number_from(const char* variable, int otherwise) {
    const char* wanted = std::getenv(variable);
    return wanted != nullptr ? std::atoi(wanted) : otherwise;
}

}  // namespace

TEST_CASE("random steps on random operators compute the same") {
    // SAKU_RANDOM_CASES=20000 looks longer for what 600 cases may miss, SAKU_RANDOM_FIRST=20000 elsewhere.
    const int cases = number_from("SAKU_RANDOM_CASES", 600);
    const int first = number_from("SAKU_RANDOM_FIRST", 0);
    std::map<std::string, int> applied;
    std::map<std::string, int> reasons;
    for (int number = first; number < first + cases; ++number) {
        Random random(static_cast<std::uint64_t>(number) + 1);
        const std::string op = random_operator(random);
        const ir::LoopNest plain = plain_nest(op);
        Outcome outcome = random_schedule(random, plain, static_cast<int>(random.between(4, 16)));
        const std::string difference = difference_between(plain, outcome.nest, static_cast<std::uint64_t>(number));
        REQUIRE_MESSAGE(difference == "", difference, "\n", number, " ", op, "\n", to_text(outcome.applied),
                        ir::print(outcome.nest));
        check_round_trips(outcome.applied);
        const Fitted<ir::LoopNest> whole = schedules::apply(plain, outcome.applied);
        REQUIRE_MESSAGE(whole.ok(), problem(whole));
        const Result<Done> sound = ir::verify(*whole);
        REQUIRE_MESSAGE(sound.ok(), problem(sound), "\n", op, "\n", to_text(outcome.applied), ir::print(*whole));
        const std::string tidied = difference_between(plain, *whole, static_cast<std::uint64_t>(number));
        REQUIRE_MESSAGE(tidied == "", tidied, "\n", op, "\n", to_text(outcome.applied), ir::print(*whole));
        for (const Step& step : outcome.applied.steps) {
            const std::string text = to_text(step);
            ++applied[text.substr(0, text.find('('))];
        }
        for (const auto& [reason, count] : outcome.reasons) reasons[reason] += count;
    }
    // The test would prove nothing if steps hardly ever applied.
    const std::map<std::string, int> fewest{{"split", 600},    {"reorder", 150},    {"fuse", 10},       {"unroll", 50},
                                            {"vectorize", 40}, {"parallelize", 40}, {"accumulate", 60}, {"epilogue", 5},
                                            {"pack", 60},      {"prefetch", 40},    {"partition", 20},  {"tail", 60},
                                            {"set_layout", 20}};
    for (const auto& [step, least] : fewest) CHECK_MESSAGE(applied[step] >= least, step, " applied ", applied[step]);
    CHECK(reasons.size() >= 20);
}

}  // namespace saku::tests
