#include "tuner/space.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/tuner/operators.h"

namespace saku::tuner {

namespace {

Space space_of(const std::string& op, const std::string& machine = "zen5", SpaceOptions options = {}) {
    auto space = make_space(tests::operator_named(op), tests::machine_named(machine), options);
    REQUIRE_MESSAGE(space.ok(), (space.ok() ? std::string() : space.error().text()));
    return std::move(*space);
}

std::vector<std::string> names(const Space& space) {
    std::vector<std::string> list;
    for (const Sketch& sketch : *space.sketches) list.push_back(sketch.name);
    return list;
}

const char* const operators[] = {
    "matmul:m=128,n=768,k=768",
    "matmul:m=1,n=1,k=1",
    "matmul:m=1,n=1000,k=2048",
    "matmul:m=7,n=13,k=1",
    "matmul:m=17,n=1,k=31",
    "matmul:m=37,n=53,k=479,ta=1,tb=1",
    "conv2d:c=64,h=56,w=56,k=64,r=3,s=3,pad=1",
    "conv2d:c=3,h=224,w=224,k=64,r=7,s=7,stride=2,pad=3",
    "conv2d:c=64,h=56,w=56,k=256,r=1,s=1",
    "conv2d:n=3,c=6,h=9,w=11,k=10,r=3,s=2,stride=2,pad=1,dilation=2,groups=2",
    "depthwise_conv2d:c=32,h=112,w=112,r=3,s=3,pad=1",
};

}  // namespace

TEST_CASE("canonicalising twice changes nothing, and does not change the decisions") {
    Random random(11);
    for (const char* op : operators) {
        const Space space = space_of(op, "zen5", {.threads = 4});
        INFO(op);
        for (int i = 0; i < 300; ++i) {
            const Id id = random.below(space.ids.numbering.size);
            const Id canonical = canonical_id(space.ids, id);
            CHECK(canonical_id(space.ids, canonical) == canonical);
            CHECK(schedule_of(space, canonical) == schedule_of(space, id));
        }
    }
}

TEST_CASE("what canonical digits decide is found without canonicalising them") {
    Random random(12);
    std::size_t blocked = 0;
    const auto compare = [&](const Space& space) {
        for (int i = 0; i < 200; ++i) {
            const auto number = static_cast<int>(random.below(space.sketches->size()));
            Point point = point_of(space.ids.numbering, random_id_in(space.ids, number, random));
            const Sketch& sketch = (*space.sketches)[static_cast<std::size_t>(number)];
            const std::vector<int> digits = point.digits;
            const Decisions quick = decisions_of_canonical(sketch, point.digits);
            CHECK(point.digits == digits);
            CHECK(quick == settle(sketch, point.digits));
            if (quick.block_n > 0) ++blocked;
        }
    };
    for (const char* op : operators) {
        INFO(op);
        compare(space_of(op, "zen5", {.threads = 4}));
        compare(space_of(op, "neoverse-n1"));
    }
    compare(space_of(operators[0], "zen5", {.pinned = {{"prefetch", "4"}, {"tile_m", "6"}}}));
    CHECK(blocked > 100);
}

TEST_CASE("canonical ids of one sketch give different schedules") {
    // A space small enough to enumerate: pins leave a few holes.
    const Space space = space_of("matmul:m=24,n=40,k=96", "zen5",
                                 {.pinned = {{"tile_m", "6"}, {"tile_n", "32"}, {"unroll", "1"}, {"prefetch", "0"}}});
    std::vector<std::string> seen;
    for (Id id = 0; id < space.ids.numbering.size; ++id) {
        if (canonical_id(space.ids, id) == id) seen.push_back(schedules::to_text(schedule_of(space, id)));
    }
    REQUIRE(seen.size() > 20);
    std::sort(seen.begin(), seen.end());
    CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
}

TEST_CASE("what a sketch is about") {
    CHECK(names(space_of("matmul:m=8,n=64,k=64")) == std::vector<std::string>{"vector j, unrolled i"});
    CHECK(names(space_of("conv2d:c=64,h=56,w=56,k=64,r=3,s=3,pad=1")) ==
          std::vector<std::string>{"vector o, unrolled yx", "vector o, unrolled x y", "vector yx, unrolled o",
                                   "vector x, unrolled y o"});
    CHECK(names(space_of("conv2d:c=64,h=56,w=56,k=256,r=1,s=1")) ==
          std::vector<std::string>{"vector o, unrolled yx", "vector yx, unrolled o"});
    CHECK(names(space_of("depthwise_conv2d:c=32,h=12,w=12,r=3,s=3")) ==
          std::vector<std::string>{"vector x, unrolled y"});
    CHECK(names(space_of("matmul:m=9,n=1,k=77")) ==
          std::vector<std::string>{"vector i", "partial sums k, unrolled i", "scalar, unrolled i"});
    CHECK(names(space_of("matmul:m=1,n=1,k=31")) == std::vector<std::string>{"scalar"});
    CHECK(names(space_of("matmul:m=1,n=1,k=77")) == std::vector<std::string>{"partial sums k", "scalar"});
}

TEST_CASE("with threads, two blocks of an axis of up to 1024 tiles can be had") {
    for (const std::int64_t tiles : {5, 7, 16, 30, 60, 62, 63, 767, 1024}) {
        CAPTURE(tiles);
        const std::string op = "matmul:m=64,k=64,n=" + std::to_string(16 * tiles);
        const Space space = space_of(op, "zen5", {.threads = 2});
        const Sketch& sketch = space.sketches->front();
        const int hole = sketch.hole_of_knob[static_cast<std::size_t>(Knob::block_n)];
        REQUIRE(hole >= 0);
        const std::vector<std::int64_t>& values = sketch.holes[static_cast<std::size_t>(hole)].values;
        CHECK(std::is_sorted(values.begin(), values.end()));
        const auto makes_two = [&](std::int64_t block) { return block < tiles && 2 * block >= tiles; };
        CHECK(std::count_if(values.begin(), values.end(), makes_two) == 1);
    }
}

TEST_CASE("pinned holes") {
    const Space space = space_of("matmul:m=128,n=768,k=768", "zen5", {.pinned = {{"tile_m", "8"}, {"pack_a", "none"}}});
    Random random(5);
    for (int i = 0; i < 50; ++i) {
        const Decisions decisions = decisions_of(space, random.below(space.ids.numbering.size));
        CHECK(decisions.tile_m == 8);
        CHECK(decisions.packings[0] == Packing::none);
    }
}

TEST_CASE("constants are always packed: how a kernel takes them does not hang on its schedule") {
    for (const char* text : {"matmul:m=128,n=768,k=768", "matmul:m=1,n=100,k=64", "matmul:m=64,n=1,k=64",
                             "conv2d:c=8,h=9,w=9,k=16,r=3,s=3,pad=1", "depthwise_conv2d:c=16,h=8,w=8,r=3,s=3,pad=1",
                             "depthwise_conv2d:c=32,h=28,w=28,r=3,s=3,pad=1,layout=any"}) {
        for (const char* machine : {"zen5", "haswell", "neoverse-n1"}) {
            CAPTURE(std::string(text));
            CAPTURE(std::string(machine));
            const Space space = space_of(text, machine);
            Random random(5);
            for (int i = 0; i < 20; ++i) {
                const auto id = random_id(space.ids, random);
                if (!id) continue;
                const Decisions decisions = decisions_of(space, *id);
                CHECK(decisions.packings[1] == Packing::offline);
            }
        }
    }
}

TEST_CASE("every layout that can be fixed has schedules") {
    std::vector<std::string> layouts{"NCHW16c", "NCHW8c", "NHCW16w", "CHWN", "HWCN", "WHCN", "NWHC", "CNHW"};
    for (const char* text : {"max_pool2d:c=64,h=28,w=28,r=2,s=2,stride=2", "avg_pool2d:c=12,h=13,w=9,r=3,s=2,stride=3",
                             "depthwise_conv2d:n=1,c=11,h=13,w=12,r=4,s=2,stride=3",
                             "conv2d:c=5,h=13,w=12,k=6,r=4,s=2,stride=3", "conv2d:n=2,c=5,h=6,w=12,k=6,r=1,s=1"}) {
        for (const std::string& layout : layouts) {
            for (const char* machine : {"zen5", "x86-64-v3", "cortex-a53"}) {
                CAPTURE(std::string(text));
                CAPTURE(layout);
                CAPTURE(std::string(machine));
                CHECK(space_of(std::string(text) + ",layout=" + layout, machine).ids.numbering.size > 0);
            }
        }
    }
}

TEST_CASE("wrong pins are errors that list what there is") {
    const ir::Operator op = tests::operator_named("matmul:m=3,n=20,k=8");
    const targets::Machine machine = tests::machine_named("zen5");
    const auto message = [&](const std::string& name, const std::string& label) {
        const auto space = make_space(op, machine, {.pinned = {{name, label}}});
        REQUIRE_FALSE(space.ok());
        return space.error().text();
    };
    CHECK(message("tile_m", "4") == "--fix tile_m=4: '4' is no value of tile_m, expected one of 1, 2, 3");
    CHECK(message("pack_b", "late") == "--fix pack_b=late: 'late' is no value of pack_b, expected one of offline");
    CHECK(message("tile_q", "4").starts_with("--fix tile_q=4: there is no hole 'tile_q' here, expected one of "));
}

}  // namespace saku::tuner
