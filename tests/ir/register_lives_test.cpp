// Where register tiles begin, and whether what they held before is dead by then.
#include "ir/register_lives.h"

#include <doctest/doctest.h>

#include <string>

#include "ir/print.h"

using namespace saku;

namespace {

ir::LoopNest nest_with(const std::string& body) {
    const auto nest = ir::parse(
        "nest n {\n  arg a: f32[4, 16] in\n  arg out: f32[4, 16] out\n  registers acc: f32[2, 16]\n"
        "  body {\n" +
        body + "\n  }\n}");
    REQUIRE_MESSAGE(nest.ok(), (nest ? std::string() : nest.error().text()));
    return *nest;
}

bool is_afresh(const ir::LoopNest& nest) {
    const std::vector<bool> afresh = ir::begins_afresh(nest);
    CHECK_FALSE(afresh[0]);  // arguments never
    return afresh.back();
}

}  // namespace

TEST_CASE("what begins a register tile") {
    const auto begins = [](const std::string& code) {
        const ir::LoopNest nest = nest_with(code);
        return ir::begun_by(nest, nest.body.front()).has_value();
    };
    CHECK(begins("unrolled for i < 2 { vector for l < 16 { acc[i, l] = 0 } }"));
    CHECK(begins("unrolled for v < 2 { vector for l < 8 { acc[1, 8*v + l] = a[0, l] } }"));
    CHECK(begins("vector for l < 16 { if -l + 7 >= 0 { acc[0, l] = 0 } }"));
    CHECK(begins("unrolled for i < 2 { if i - 1 >= 0 { vector for l < 16 { acc[i, l] = 0 } } }"));
    // With gaps, along a diagonal, under a guard on several loops.
    CHECK(begins("unrolled for l < 8 { acc[0, 2*l] = 0 }"));
    CHECK(begins("unrolled for i < 2 { acc[i, i] = 0 }"));
    CHECK(begins("unrolled for i < 2 { unrolled for l < 16 { if l - 2*i >= 0 { acc[i, l] = 0 } } }"));
    // Updates, values of the tile itself, other buffers, loops that run.
    CHECK_FALSE(begins("vector for l < 16 { acc[0, l] += 1 }"));
    CHECK_FALSE(begins("vector for l < 16 { acc[0, l] = acc[1, l] }"));
    CHECK_FALSE(begins("vector for l < 16 { out[0, l] = 0 }"));
    CHECK_FALSE(begins("for i < 2 { vector for l < 16 { acc[0, l] = 0 } }"));
}

TEST_CASE("both branches of a guard begin what they have in common") {
    const auto begins = [](const std::string& then, const std::string& otherwise) {
        const ir::LoopNest nest = nest_with("for o < 4 { if o - 1 >= 0 { " + then + " } else { " + otherwise + " } }");
        const auto& loop = std::get<ir::Loop>(nest.body.front().node);
        return ir::begun_by(nest, loop.body.front()).has_value();
    };
    CHECK(begins("vector for l < 16 { acc[0, l] = a[o, l] }", "vector for l < 16 { acc[0, l] = 0 }"));
    CHECK_FALSE(begins("vector for l < 16 { acc[0, l] = a[o, l] }", "vector for l < 8 { acc[0, l] = 0 }"));
    CHECK_FALSE(begins("vector for l < 16 { acc[0, l] = a[o, l] }", "vector for l < 16 { acc[0, l] += 1 }"));
}

TEST_CASE("tiles whose old contents are dead where they begin") {
    CHECK(
        is_afresh(nest_with("for o < 4 { vector for l < 16 { acc[0, l] = 0 } for k < 4 { vector for l < 16 "
                            "{ acc[0, l] += a[k, l] } } vector for l < 16 { out[o, l] = acc[0, l] } }")));
    // The last tile is smaller.
    CHECK(is_afresh(nest_with(
        "for o < 2 { if -o >= 0 { unrolled for i < 2 { vector for l < 16 { acc[i, l] = a[i, l] } } unrolled for i < 2 "
        "{ "
        "vector for l < 16 { out[i, l] = acc[i, l] } } } else { vector for l < 16 { if -l + 2 >= 0 { acc[0, l] = "
        "a[2, l] } } vector for l < 16 { if -l + 2 >= 0 { out[2, l] = acc[0, l] } } } }")));
    // The last vector is half full: a guard on two loops.
    const std::string half = "unrolled for i < 2 { vector for l < 16 { if -16*i - l + 27 >= 0 { ";
    CHECK(is_afresh(nest_with("for o < 4 { " + half + "acc[i, l] = 0 } } } " + half + "acc[i, l] += a[i, l] } } } " +
                              half + "out[i, l] = acc[i, l] } } } }")));
    // One begins where the other has ended.
    CHECK(is_afresh(
        nest_with("vector for l < 16 { acc[0, l] = 0 } vector for l < 16 { out[0, l] = acc[0, l] } vector for "
                  "l < 8 { acc[1, l] = 1 } vector for l < 8 { out[1, l] = acc[1, l] }")));
}

TEST_CASE("tiles that go on holding what they held") {
    // Begun once, then in part again.
    CHECK_FALSE(
        is_afresh(nest_with("vector for l < 16 { acc[0, l] = 0 } for o < 3 { vector for l < 8 { acc[0, l] = "
                            "a[o, l] } } vector for l < 16 { out[0, l] = acc[0, l] }")));
    CHECK_FALSE(
        is_afresh(nest_with("vector for l < 16 { acc[0, l] = 0 } vector for l < 8 { acc[0, l] = 1 } vector for l "
                            "< 16 { out[0, l] = acc[0, l] }")));
    // More is read than was begun.
    CHECK_FALSE(is_afresh(
        nest_with("for o < 4 { unrolled for i < 2 { vector for l < 16 { if -16*i - l + 27 >= 0 { acc[i, l] = 0 } } } "
                  "unrolled for i < 2 { vector for l < 16 { if -16*i - l + 28 >= 0 { out[i, l] = acc[i, l] } } } }")));
    // What the iteration before left.
    CHECK_FALSE(
        is_afresh(nest_with("for o < 4 { if -o >= 0 { vector for l < 16 { acc[0, l] = 0 } } vector for l < 8 { "
                            "acc[0, l] = a[o, l] } vector for l < 16 { out[o, l] = acc[0, l] } }")));
    CHECK_FALSE(
        is_afresh(nest_with("vector for l < 16 { acc[0, l] = 0 } for k < 4 { vector for l < 16 { acc[0, l] += "
                            "a[k, l] } vector for l < 8 { acc[1, l] = acc[0, l] } vector for l < 8 { out[k, l] "
                            "= acc[1, l] } }")));
}
