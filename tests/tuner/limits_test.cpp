#include "tuner/limits.h"

#include <doctest/doctest.h>

#include "base/random.h"
#include "features/table_of.h"
#include "ir/print.h"
#include "targets/emit.h"
#include "tests/tuner/operators.h"
#include "tuner/evaluate.h"
#include "tuner/small_code.h"
#include "tuner/tune.h"

namespace saku::tuner {

namespace {

TuneResult tuned(const std::string& op, const TuneOptions& options) {
    auto result = tune(tests::operator_named(op), tests::machine_named("zen5"), options);
    REQUIRE_MESSAGE(result.ok(), (result.ok() ? std::string() : result.error().text()));
    return std::move(*result);
}

std::int64_t workspace_of(const TuneResult& result) {
    return result.emitted->shared_workspace_bytes + result.threads * result.emitted->private_workspace_bytes;
}

}  // namespace

TEST_CASE("the workspace of a loop table is the one that emission lays out") {
    const targets::Machine& machine = tests::machine_named("zen5");
    for (const char* text : {"conv2d:c=24,h=20,w=20,k=48,r=3,s=3,pad=1", "batch_matmul:b=3,m=40,n=70,k=33"}) {
        for (const int threads : {1, 3}) {
            const ir::Operator op = tests::operator_named(text);
            const auto space = make_space(op, machine, {.threads = threads});
            REQUIRE(space.ok());
            std::size_t with_private = 0;
            std::size_t with_any = 0;
            Random random(7);
            for (int i = 0; i < 50; ++i) {
                const Id id = random.below(space->ids.numbering.size);
                const auto nest = scheduled(space->plain, schedule_of(*space, id));
                if (!nest) continue;
                const auto table = features::table_of(*nest);
                if (ir::print(*nest).size() > 6000) continue;  // long code takes long to make
                const auto emitted = targets::emit(*nest, machine.codegen, {.name = "k", .object = false});
                if (!table || !emitted) continue;
                CHECK(
                    workspace_bytes(*table, threads) ==
                    static_cast<double>(emitted->shared_workspace_bytes + threads * emitted->private_workspace_bytes));
                with_private += emitted->private_workspace_bytes > 0 ? 1 : 0;
                with_any += emitted->workspace_bytes > 0 ? 1 : 0;
            }
            CAPTURE(std::string(text));
            CHECK(with_any > 0);
            if (threads > 1) CHECK(with_private > 0);
        }
    }
}

TEST_CASE("no kernel takes more workspace than allowed, and who did is counted") {
    const std::string transposed = "batch_matmul:b=1,m=256,n=64,k=64,tb=1";
    const TuneResult free = tuned(transposed, {.candidates = 1500});
    REQUIRE(workspace_of(free) > 0);
    for (const std::int64_t most : {workspace_of(free) - 1, workspace_of(free) / 4}) {
        const TuneResult limited = tuned(transposed, {.candidates = 1500, .limits = {.workspace_bytes = most}});
        REQUIRE_FALSE(limited.top.empty());
        CHECK(workspace_of(limited) <= most);
        CHECK(limited.rejected.at("workspace over the limit") > 0);
    }
    // What copies nothing is left.
    const TuneResult none = tuned(transposed, {.candidates = 200, .limits = {.workspace_bytes = 0}});
    REQUIRE_FALSE(none.top.empty());
    CHECK(workspace_of(none) == 0);
    CHECK(none.rejected.at("workspace over the limit") > 0);
    const TuneResult roomy = tuned(transposed, {.candidates = 1500, .limits = {.workspace_bytes = workspace_of(free)}});
    CHECK(workspace_of(roomy) <= workspace_of(free));
}

TEST_CASE("no kernel has more code than allowed") {
    const std::string op = "matmul:m=37,n=70,k=33";
    const TuneResult free = tuned(op, {.candidates = 200});
    const std::int64_t whole = free.emitted->code_bytes;
    REQUIRE(whole > 0);
    CHECK(whole < static_cast<std::int64_t>(free.emitted->object.size()));
    for (const std::int64_t most : {whole, whole - 1, whole * 3 / 4}) {
        CAPTURE(most);
        const TuneResult limited = tuned(op, {.candidates = 200, .limits = {.code_bytes = most}});
        REQUIRE_FALSE(limited.top.empty());
        CHECK(limited.emitted->code_bytes <= most);
        if (most < whole) CHECK(limited.rejected.at("code over the limit") > 0);
    }
    const TuneResult none = tuned(op, {.candidates = 200, .limits = {.code_bytes = 16}});
    CHECK(none.top.empty());
    CHECK(none.rejected.at("code over the limit") > 0);
}

TEST_CASE("a limit that only the smallest kernels meet is met, or the smallest size is known") {
    for (const char* op : {"matmul:m=37,n=70,k=33", "max_pool2d:c=8,h=20,w=37,r=3,s=3,pad=1", "row_sum:m=20,n=37"}) {
        CAPTURE(std::string(op));
        const TuneResult none = tuned(op, {.candidates = 100, .limits = {.code_bytes = 1}});
        CHECK(none.top.empty());
        REQUIRE(none.least_code_bytes);
        const std::int64_t least = *none.least_code_bytes;
        CHECK(least > 32);
        const TuneResult smallest = tuned(op, {.candidates = 100, .limits = {.code_bytes = least}});
        REQUIRE_FALSE(smallest.top.empty());
        CHECK(smallest.emitted->code_bytes <= least);
        const TuneResult again = tuned(op, {.candidates = 100, .jobs = 3, .limits = {.code_bytes = least}});
        CHECK(again.top.front().schedule == smallest.top.front().schedule);
    }
}

TEST_CASE("small code of a padded convolution is found, though reading the image in place needs code for its borders") {
    const std::string op = "conv2d:c=16,h=28,w=28,k=16,r=3,s=3,pad=1";
    const Limits limits{.code_bytes = 4000};
    const TuneResult limited = tuned(op, {.candidates = 6000, .limits = limits});
    const TuneResult copied =
        tuned(op, {.candidates = 3000, .pinned = {{"pack_in", "region_whole"}}, .limits = limits});
    REQUIRE_FALSE(limited.top.empty());
    REQUIRE_FALSE(copied.top.empty());
    CHECK(limited.emitted->code_bytes <= 4000);
    CHECK(limited.top.front().cost.seconds <= 1.1 * copied.top.front().cost.seconds);
}

TEST_CASE("ids with little code are canonical and have the smallest tiles") {
    const auto space = make_space(tests::operator_named("conv2d:c=24,h=20,w=20,k=48,r=3,s=3,pad=1"),
                                  tests::machine_named("zen5"), {.threads = 2});
    REQUIRE(space.ok());
    for (std::size_t sketch = 0; sketch < space->sketches->size(); ++sketch) {
        const std::vector<Id> ids = ids_with_little_code(*space, sketch);
        CHECK(ids.size() <= 128);
        REQUIRE_FALSE(ids.empty());
        for (const Id id : ids) {
            CHECK(sketch_number(*space, id) == sketch);
            CHECK(canonical_id(space->ids, id) == id);
            const Decisions decisions = decisions_of(*space, id);
            CHECK(decisions.tile_m * decisions.tile_m2 * decisions.vectors == 1);
            CHECK(decisions.block_k == 0);
        }
    }
}

}  // namespace saku::tuner
