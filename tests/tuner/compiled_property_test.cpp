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
#include "tests/equivalence.h"
#include "tests/targets/run_nest.h"
#include "tests/tuner/random_operators.h"
#include "tuner/space.h"

using namespace saku;

namespace {

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
    ir::Arguments laid_out(before.size());
    REQUIRE(tests::convert(*nest, before, laid_out, false) == "");
    const auto done = ir::interpret(*nest, laid_out);
    REQUIRE_MESSAGE(done.ok(), (done ? std::string() : done.error().text()));
    REQUIRE(tests::convert(*nest, laid_out, interpreted, true) == "");
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

/// Draws operators and schedules; at least `expected` of them must get as far as being compared.
void check_draws(const std::vector<std::string>& operators, int schedules, Random& random, int expected) {
    const auto machine = targets::machine_for_target("host");
    REQUIRE(machine.ok());
    Tally tally;
    for (const std::string& text : operators) {
        const auto op = frontends::operator_from(text);
        if (!op) continue;  // a kernel larger than the image, say: drawn at random
        const int threads = random.below(4) == 0 ? 2 : 1;
        const auto space = tuner::make_space(*op, *machine, {.threads = threads});
        REQUIRE(space.ok());
        for (int draw = 0; draw < schedules; ++draw) check_case(*op, *machine, *space, random, threads, tally);
    }
    MESSAGE("compared ", tally.compared, ", not applicable ", tally.not_applicable);
    CHECK(tally.compared >= expected);
}

TEST_CASE("random operators under random schedules: interpreted, scheduled and compiled agree") {
    Random random(20260);
    std::vector<std::string> operators;
    for (int i = 0; i < 70; ++i) operators.push_back(tests::random_classic(random));
    check_draws(operators, 3, random, 180);
}

TEST_CASE("every built-in under random schedules: interpreted, scheduled and compiled agree") {
    Random random(20261);
    for (const char* name :
         {"matmul", "conv2d", "depthwise_conv2d", "batch_matmul", "conv2d_nhwc", "max_pool2d", "avg_pool2d", "add",
          "mul", "relu", "relu6", "clamp", "scale", "bias_add", "row_sum", "row_max"}) {
        INFO("operator ", std::string(name));
        std::vector<std::string> operators;
        for (int i = 0; i < 48; ++i) operators.push_back(tests::random_built_in(name, random));
        check_draws(operators, 1, random, 40);
    }
}

TEST_CASE("sums along vectors under random schedules: interpreted, scheduled and compiled agree") {
    Random random(20264);
    check_draws({"matmul:m=16,n=1,k=256", "matmul:m=37,n=1,k=67,bias=1,relu=1", "matmul:m=5,n=1,k=40,accumulate=1",
                 "matmul:m=1,n=1,k=300,alpha=2,beta=4", "matmul:m=19,n=1,k=83,lda=90,ldout=3,beta=1",
                 "batch_matmul:b=3,m=7,n=1,k=50", "batch_matmul:b=2,m=5,n=9,k=64,tb=1", "row_sum:m=13,n=100",
                 "row_max:m=29,n=77", "row_sum:m=1,n=1000", "avg_pool2d:c=6,h=3,w=84,r=3,s=84",
                 "conv2d:c=5,h=3,w=40,k=1,r=3,s=40"},
                12, random, 120);
}

TEST_CASE("fixed layouts under random schedules: interpreted, scheduled and compiled agree") {
    Random random(20263);
    std::vector<std::string> operators;
    for (const char* layout : {"NHWC", "NCHW16c", "NCHW8c", "NHWC3c", "CHNW4h2c", "CHWN", "NHCW16w"}) {
        for (const char* name : {"conv2d", "conv2d_nhwc", "depthwise_conv2d", "max_pool2d", "avg_pool2d"}) {
            for (int i = 0; i < 2; ++i) {
                std::string text = tests::random_free_layout(name, random);
                operators.push_back(text.replace(text.find("layout=any"), 10, std::string("layout=") + layout));
            }
        }
    }
    check_draws(operators, 2, random, 40);
}

TEST_CASE("free layouts under random schedules: interpreted, scheduled and compiled agree") {
    Random random(20262);
    for (const char* name : {"conv2d", "depthwise_conv2d", "max_pool2d"}) {
        INFO("operator ", std::string(name));
        std::vector<std::string> operators;
        for (int i = 0; i < 24; ++i) operators.push_back(tests::random_free_layout(name, random));
        check_draws(operators, 2, random, 30);
    }
}
