// The two producers of loop tables agree: from a sketch's decisions, and from the scheduled nest. They also agree on
// which schedules there are.
#include "tuner/table_producer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/random.h"
#include "features/table_of.h"
#include "frontends/operator_from.h"
#include "tests/tuner/operators.h"
#include "tests/tuner/table_difference.h"
#include "tuner/space.h"

using namespace saku;

namespace {

struct Tally {
    int compared = 0;
    int refused = 0;      ///< by both
    int not_covered = 0;  ///< priced through their nests
    int turned = 0;       ///< of those compared: with copies that are turned in registers
    [[nodiscard]] int all() const { return compared + refused + not_covered; }
};

/// Is a loop of a copy straight code?
bool turns_copies(const schedules::Schedule& schedule) {
    return std::any_of(schedule.steps.begin(), schedule.steps.end(), [](const schedules::Step& step) {
        const auto* unroll = std::get_if<schedules::Unroll>(&step);
        return unroll != nullptr && unroll->loop.find("_p_") != std::string::npos;
    });
}

/// Random ids of every sketch; at least one each.
Tally compare(const std::string& text, const char* machine, int threads, int draws, std::uint64_t seed) {
    const auto space =
        tuner::make_space(tests::operator_named(text), tests::machine_named(machine), {.threads = threads});
    REQUIRE(space.ok());
    Random random(seed);
    tuner::TableScratch scratch;
    Tally tally;
    for (std::size_t s = 0; s < space->sketches->size(); ++s) {
        const tuner::Sketch& sketch = (*space->sketches)[s];
        const auto shape = tuner::table_template(*space, sketch);
        for (int draw = 0; draw < draws; ++draw) {
            const tuner::Id id = tuner::random_id_in(space->ids, static_cast<int>(s), random);
            INFO(text, " on ", machine, ": ", tuner::to_text(*space, id));
            const tuner::Decisions decisions = tuner::decisions_of(*space, id);
            const auto made =
                shape ? tuner::produce_table(*shape, sketch, space->laid_out[s], decisions, scratch) : std::nullopt;
            if (!made) {
                ++tally.not_covered;
                continue;
            }
            const schedules::Schedule schedule = tuner::schedule_of(*space, id);
            const auto nest = tuner::scheduled(space->plain, schedule);
            if (!nest || !made->ok()) {
                CHECK_MESSAGE(nest.ok() == made->ok(), (nest ? made->error() : nest.error()).text());
                if (!nest && !made->ok()) CHECK(nest.error().reason == made->error().reason);
                ++tally.refused;
                continue;
            }
            const auto expected = features::table_of(*nest);
            REQUIRE(expected.ok());
            CHECK(tests::difference(*expected, scratch.table) == "");
            ++tally.compared;
            if (turns_copies(schedule)) ++tally.turned;
        }
    }
    return tally;
}

std::string number(const char* key, std::int64_t value) { return std::string(key) + "=" + std::to_string(value); }

std::string random_flags(Random& random, const std::vector<const char*>& flags) {
    std::string text;
    for (const char* flag : flags) {
        if (random.below(4) == 0) text += "," + number(flag, 1);
    }
    return text;
}

/// Rows, channels and images further apart than their elements, one time in three, and factors, one time in four.
std::string random_view(Random& random, std::int64_t channels, std::int64_t h, std::int64_t w) {
    std::string text = random.below(4) == 0 ? ",alpha=0.5,beta=-2" : "";
    if (random.below(3) != 0) return text;
    const std::int64_t row = w + random.between(0, 5);
    const std::int64_t channel = h * row + random.between(0, 40);
    return text + "," + number("ldin", row) + "," + number("stride_in_c", channel) + "," +
           number("stride_in_n", channels * channel + 7);
}

std::string random_operator(Random& random) {
    switch (random.below(3)) {
        case 0:
            return "matmul:" + number("m", random.between(1, 90)) + "," + number("n", random.between(1, 150)) + "," +
                   number("k", random.between(1, 300)) +
                   (random.below(4) == 0 ? random_flags(random, {"ta", "tb", "bias"}) + ",alpha=0.5,beta=-2"
                                         : random_flags(random, {"ta", "tb", "bias", "relu", "accumulate"}));
        case 1: {
            const std::int64_t r = random.between(1, 4);
            const std::int64_t s = random.between(1, 4);
            const std::int64_t c = random.between(1, 70);
            const std::int64_t h = r + random.between(0, 20);
            const std::int64_t w = s + random.between(0, 25);
            return "conv2d:" + number("n", random.between(1, 3)) + "," + number("c", c) + "," + number("h", h) + "," +
                   number("w", w) + "," + number("k", random.between(1, 80)) + "," + number("r", r) + "," +
                   number("s", s) + "," + number("stride", random.between(1, 2)) + "," +
                   number("pad", random.between(0, 2)) + random_flags(random, {"bias", "relu", "residual"}) +
                   random_view(random, c, h, w);
        }
        default: {
            const std::int64_t r = random.between(1, 5);
            const std::int64_t c = random.between(1, 9);
            const std::int64_t h = r + random.between(0, 30);
            const std::int64_t w = r + random.between(0, 40);
            return "depthwise_conv2d:" + number("n", random.between(1, 2)) + "," + number("c", c) + "," +
                   number("h", h) + "," + number("w", w) + "," + number("r", r) + "," + number("s", r) + "," +
                   number("stride", random.between(1, 2)) + "," + number("pad", random.between(0, 2)) +
                   random_flags(random, {"bias", "relu"}) + random_view(random, c, h, w);
        }
    }
}

}  // namespace

TEST_CASE("layers of well-known networks: all schedules are covered, and their tables are those of their nests") {
    const char* const layers[] = {"matmul:m=128,n=768,k=768,bias=1",
                                  "matmul:m=49,n=1000,k=2048",
                                  "conv2d:c=64,h=56,w=56,k=64,r=3,s=3,pad=1",
                                  "conv2d:c=3,h=224,w=224,k=64,r=7,s=7,stride=2,pad=3,relu=1",
                                  "conv2d:c=256,h=14,w=14,k=64,r=1,s=1,bias=1,relu=1",
                                  "conv2d:c=512,h=7,w=7,k=512,r=3,s=3,pad=1",
                                  "conv2d:n=4,c=64,h=28,w=28,k=24,r=1,s=1,stride=2",
                                  "conv2d_nhwc:c=64,h=28,w=28,k=96,r=3,s=3,pad=1,relu6=1",
                                  "matmul:m=37,n=50,k=70,alpha=0.5,beta=2,bias=1,relu=1",
                                  "batch_matmul:b=12,m=128,n=128,k=64",
                                  "max_pool2d:c=64,h=112,w=112,r=3,s=3,stride=2,pad=1",
                                  "add:m=500,n=1000",
                                  "row_max:m=100,n=300",
                                  "depthwise_conv2d:c=96,h=56,w=56,r=3,s=3,pad=1",
                                  "depthwise_conv2d:n=2,c=32,h=29,w=31,r=5,s=5,stride=2,pad=2"};
    std::uint64_t seed = 1;
    for (const char* layer : layers) {
        for (const char* machine : {"zen5", "haswell", "neoverse-n1"}) {
            const Tally tally = compare(layer, machine, 1 + static_cast<int>(seed % 2), 8, seed);
            ++seed;
            INFO(layer, " on ", machine);
            CHECK(tally.not_covered == 0);
            CHECK(tally.compared * 10 >= tally.all() * 9);
        }
    }
}

TEST_CASE("copies turned in registers: tables are those of the nests") {
    // Panels of b along k, of a along k, of an image along its channels; columns are cut, whole, and whole tiles.
    const char* const turned[] = {"batch_matmul:b=3,m=32,n=64,k=48,tb=1", "batch_matmul:b=2,m=96,n=128,k=64",
                                  "matmul:m=96,n=192,k=6", "matmul:m=64,n=96,k=160,ta=1,tb=1",
                                  "conv2d_nhwc:c=64,h=16,w=16,k=96,r=1,s=1"};
    std::uint64_t seed = 1;
    for (const std::string operation : turned) {
        int met = 0;
        for (const std::string machine : {"zen5", "haswell", "neoverse-n1"}) {
            const Tally tally = compare(operation, machine.c_str(), 1 + static_cast<int>(seed % 2), 60, seed);
            ++seed;
            INFO(operation, " on ", machine);
            CHECK(tally.not_covered == 0);
            met += tally.turned;
        }
        CHECK_MESSAGE(met >= 3, operation, ": ", met);
    }
}

TEST_CASE("random operators and ids: tables are those of the nests") {
    Random random(77);
    Tally all;
    for (int i = 0; i < 120; ++i) {
        const std::string text = random_operator(random);
        if (!frontends::operator_from(text)) continue;  // a kernel larger than the image, say
        const char* const machines[] = {"zen5", "haswell", "neoverse-n1"};
        const Tally tally = compare(text, machines[random.below(3)], 1 + static_cast<int>(random.below(2)), 6,
                                    static_cast<std::uint64_t>(i));
        all.compared += tally.compared;
        all.refused += tally.refused;
        all.not_covered += tally.not_covered;
    }
    MESSAGE("compared ", all.compared, ", refused by both ", all.refused, ", not covered ", all.not_covered);
    CHECK(all.compared >= 1000);
    CHECK(all.not_covered * 8 < all.all());
}

TEST_CASE("free layouts: tables are those of the nests") {
    Random random(79);
    Tally all;
    for (int i = 0; i < 60; ++i) {
        const std::string text = random_operator(random) + ",layout=any";
        if (!frontends::operator_from(text)) continue;
        const Tally tally =
            compare(text, "zen5", 1 + static_cast<int>(random.below(2)), 4, static_cast<std::uint64_t>(i));
        all.compared += tally.compared;
        all.refused += tally.refused;
        all.not_covered += tally.not_covered;
    }
    MESSAGE("compared ", all.compared, ", refused by both ", all.refused, ", not covered ", all.not_covered);
    CHECK(all.compared >= 300);
    CHECK(all.not_covered * 3 < all.all());  // batches fused with rows and columns are not
}

TEST_CASE("sums along vectors: all schedules are covered, and their tables are those of their nests") {
    const char* const sums[] = {"matmul:m=16,n=1,k=256",
                                "matmul:m=2048,n=1,k=1000,bias=1,relu=1",
                                "matmul:m=103,n=1,k=333,accumulate=1",
                                "matmul:m=29,n=1,k=415,lda=431,ldout=2,beta=2",
                                "matmul:m=1,n=1,k=4096",
                                "batch_matmul:b=12,m=128,n=1,k=64",
                                "batch_matmul:b=5,m=1,n=30,k=80,tb=1",
                                "row_sum:m=1000,n=100",
                                "row_max:m=7,n=500",
                                "avg_pool2d:c=6,h=3,w=84,r=3,s=84",
                                "conv2d:c=5,h=3,w=40,k=1,r=3,s=40"};
    std::uint64_t seed = 1;
    for (const char* op : sums) {
        for (const char* machine : {"zen5", "haswell", "neoverse-n1"}) {
            const Tally tally = compare(op, machine, 1 + static_cast<int>(seed % 2), 12, seed);
            ++seed;
            INFO(op, " on ", machine);
            CHECK(tally.not_covered == 0);
            CHECK(tally.refused == 0);
        }
    }
}

// Where a loop has one iteration only, its variable goes from the subscripts but not from the guards.
TEST_CASE("tiny outputs: tables are those of the nests, and fused epilogues apply") {
    Random random(80);
    Tally all;
    for (int i = 0; i < 60; ++i) {
        const std::int64_t r = random.between(1, 2);
        const std::string text = "conv2d:" + number("n", random.between(1, 3)) + "," +
                                 number("c", random.between(1, 16)) + "," + number("h", r + random.between(0, 3)) +
                                 "," + number("w", r + random.between(0, 6)) + "," +
                                 number("k", random.between(1, 20)) + "," + number("r", r) + "," + number("s", r) +
                                 "," + number("stride", random.between(1, 2)) + "," +
                                 number("pad", random.between(0, 2)) + random_flags(random, {"bias", "relu"});
        if (!frontends::operator_from(text)) continue;
        const Tally tally = compare(text, "zen5", 1, 6, static_cast<std::uint64_t>(i));
        all.compared += tally.compared;
        all.refused += tally.refused;
        all.not_covered += tally.not_covered;
    }
    MESSAGE("compared ", all.compared, ", refused by both ", all.refused, ", not covered ", all.not_covered);
    CHECK(all.compared >= 300);
}
