// NaN and infinity flow through compiled kernels as docs/numerics.md says: as through the interpreted plain loops.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

#include "base/random.h"
#include "runtime/saku_runtime.h"
#include "tests/targets/run_nest.h"
#include "tests/tuner/operators.h"
#include "tuner/space.h"

using namespace saku;

namespace {

/// One element in four is a NaN, an infinity or a zero of either sign.
void add_special_values(ir::Arguments& arguments, Random& random) {
    const double infinity = std::numeric_limits<double>::infinity();
    const double special[] = {std::nan(""), infinity, -infinity, 0.0, -0.0};
    for (auto& values : arguments) {
        for (double& x : values) {
            if (random.below(4) == 0) x = special[random.below(5)];
        }
    }
}

/// The same number, or both NaN; zeros of different sign are the same.
bool are_same(const ir::Arguments& a, const ir::Arguments& b) {
    for (std::size_t t = 0; t < a.size(); ++t) {
        for (std::size_t i = 0; i < a[t].size(); ++i) {
            if (!(a[t][i] == b[t][i]) && !(std::isnan(a[t][i]) && std::isnan(b[t][i]))) return false;
        }
    }
    return true;
}

}  // namespace

TEST_CASE("NaN and infinity flow as in plain loops") {
    Random random(20262);
    const auto machine = targets::machine_for_target("host");
    REQUIRE(machine.ok());
    int compared = 0;
    for (const char* text :
         {"relu:m=3,n=37", "relu6:n=50", "clamp:n=50,lo=-0.5,hi=0.75", "add:m=2,n=35,relu=1", "mul:n=40", "scale:n=33",
          "row_max:m=19,n=5", "row_max:m=3,n=41", "row_sum:m=18,n=3", "max_pool2d:c=2,h=7,w=20,r=3,s=3,stride=2,pad=1",
          "max_pool2d:c=3,h=5,w=19,r=2,s=3", "matmul:m=5,n=20,k=3,relu=1", "matmul:m=4,n=18,k=2,alpha=0.5,beta=2",
          "conv2d:c=2,h=5,w=9,k=5,r=3,s=3,pad=1,relu6=1", "conv2d_nhwc:c=2,h=4,w=5,k=17,r=3,s=1,pad=1,clamp=1"}) {
        const ir::Operator op = tests::operator_named(text);
        const auto space = tuner::make_space(op, *machine, {});
        REQUIRE(space.ok());
        for (int draw = 0; draw < 3; ++draw) {
            const auto id = tuner::random_id(space->ids, random);
            REQUIRE(id.has_value());
            CAPTURE(text);
            CAPTURE(tuner::to_text(*space, *id));
            const auto nest = tuner::scheduled(space->plain, tuner::schedule_of(*space, *id));
            if (!nest) continue;
            ir::Arguments before = tests::random_arguments(space->plain, random);
            add_special_values(before, random);
            ir::Arguments plain = before;
            REQUIRE(ir::interpret(space->plain, plain).ok());
            const tests::CompiledRun run = tests::run_compiled(*nest, before, machine->codegen, draw % 2 == 0,
                                                               reinterpret_cast<void*>(&saku_parallel_for));
            if (!run.failure.empty()) continue;
            CHECK(are_same(run.arguments, plain));
            ++compared;
        }
    }
    CHECK(compared >= 40);
}
