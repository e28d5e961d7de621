// Random shapes and random schedules of the spaces that tuning draws from: the scheduled nest verifies, computes what
// the plain nest computes when interpreted, and its compiled code does too, without touching a byte outside its
// operands.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "frontends/operator_from.h"
#include "ir/print.h"
#include "ir/verify.h"
#include "runtime/saku_runtime.h"
#include "targets/machine_file.h"
#include "tests/targets/run_nest.h"
#include "tuner/space.h"

using namespace saku;

namespace {

std::string number(const char* key, std::int64_t value) { return std::string(key) + "=" + std::to_string(value); }

std::string random_matmul(Random& random) {
    std::string text = "matmul:" + number("m", random.between(1, 40)) + "," + number("n", random.between(1, 70)) + "," +
                       number("k", random.between(1, 40));
    for (const char* flag : {"ta", "tb", "bias", "relu", "accumulate"}) {
        if (random.below(4) == 0) text += "," + number(flag, 1);
    }
    return text;
}

/// Channels, sizes, strides, dilation and groups that fit together.
std::string random_conv(Random& random) {
    const std::int64_t groups = random.below(3) == 0 ? random.between(2, 3) : 1;
    const std::int64_t dilation = random.below(4) == 0 ? 2 : 1;
    const std::int64_t r = random.between(1, 3);
    const std::int64_t s = random.between(1, 3);
    const std::int64_t pad = random.between(0, 2);
    std::string text =
        "conv2d:" + number("n", random.between(1, 2)) + "," + number("c", groups * random.between(1, 6)) + "," +
        number("h", dilation * (r - 1) + random.between(1, 9)) + "," +
        number("w", dilation * (s - 1) + random.between(1, 17)) + "," + number("k", groups * random.between(1, 20)) +
        "," + number("r", r) + "," + number("s", s) + "," + number("stride", random.between(1, 2)) + "," +
        number("pad", pad) + "," + number("dilation", dilation) + "," + number("groups", groups);
    for (const char* flag : {"bias", "relu"}) {
        if (random.below(4) == 0) text += "," + number(flag, 1);
    }
    return text;
}

std::string random_depthwise(Random& random) {
    const std::int64_t r = random.between(1, 3);
    return "depthwise_conv2d:" + number("c", random.between(1, 5)) + "," + number("h", r + random.between(0, 9)) + "," +
           number("w", r + random.between(0, 20)) + "," + number("r", r) + "," + number("s", r) + "," +
           number("stride", random.between(1, 2)) + "," + number("pad", random.between(0, 1));
}

std::string random_mttkrp(Random& random) {
    return std::string(SAKU_SOURCE_DIR) + "/samples/mttkrp.saku:" + number("i", random.between(1, 12)) + "," +
           number("j", random.between(1, 40)) + "," + number("k", random.between(1, 9)) + "," +
           number("l", random.between(1, 9));
}

std::string random_operator(Random& random) {
    switch (random.below(8)) {
        case 0:
        case 1:
        case 2:
            return random_matmul(random);
        case 3:
        case 4:
        case 5:
            return random_conv(random);
        case 6:
            return random_depthwise(random);
        default:
            return random_mttkrp(random);
    }
}

/// What became of one random case.
struct Tally {
    int compared = 0;
    int not_applicable = 0;
};

void check_case(const ir::Operator& op, const targets::Machine& machine, const tuner::Space& space, Random& random,
                int threads, Tally& tally) {
    const auto id = tuner::random_id(space.ids, random);
    if (!id) return;
    const schedules::Schedule schedule = tuner::schedule_of(space, *id);
    CAPTURE(ir::shorthand(op));
    CAPTURE(schedules::to_text(schedule));
    const auto nest = tuner::scheduled(space.plain, schedule);
    if (!nest) {
        ++tally.not_applicable;
        return;
    }
    const auto verdict = ir::verify(*nest);
    REQUIRE_MESSAGE(verdict.ok(), (verdict ? std::string() : verdict.error().text()));
    const ir::Arguments before = tests::random_arguments(space.plain, random);
    ir::Arguments plain = before;
    REQUIRE(ir::interpret(space.plain, plain).ok());
    ir::Arguments interpreted = before;
    const auto done = ir::interpret(*nest, interpreted);
    REQUIRE_MESSAGE(done.ok(), (done ? std::string() : done.error().text()));
    CHECK(interpreted == plain);
    const bool at_end = random.below(2) == 0;
    const tests::CompiledRun run = tests::run_compiled(*nest, before, machine.codegen, at_end,
                                                       reinterpret_cast<void*>(&saku_parallel_for), threads);
    if (!run.failure.empty()) {
        ++tally.not_applicable;
        return;
    }
    CHECK(run.status == 0);
    CHECK(run.arguments == plain);
    ++tally.compared;
}

}  // namespace

TEST_CASE("random operators under random schedules: interpreted, scheduled and compiled agree") {
    Random random(20260);
    const auto machine = targets::machine_for_target("host");
    REQUIRE(machine.ok());
    Tally tally;
    for (int i = 0; i < 170; ++i) {
        const std::string text = random_operator(random);
        auto op = frontends::operator_from(text);
        if (!op) continue;  // a kernel larger than the image, say: drawn at random
        const int threads = random.below(4) == 0 ? 2 : 1;
        const auto space = tuner::make_space(*op, *machine, {.threads = threads});
        REQUIRE(space.ok());
        for (int draw = 0; draw < 3; ++draw) check_case(*op, *machine, *space, random, threads, tally);
    }
    MESSAGE("compared ", tally.compared, ", not applicable ", tally.not_applicable);
    CHECK(tally.compared >= 300);
}
