// Every reason why a step does not apply, with its message.
#include <set>

#include "tests/schedules/support.h"

namespace saku::tests {

namespace {

struct Refusal {
    const char* reason;
    const char* nest;   ///< an operator, or a nest
    const char* steps;  ///< the last one is refused
};

const char* const matmul = "matmul:m=10,n=6,k=7";
const char* const conv = "conv2d:c=2,h=6,w=6,k=4,r=3,s=3,pad=1,relu=1";
const char* const copy =
    "op copy() { a: f32[I=6, J=10]  out: f32[I=6, J=10] out  axes i<6, j<10  out[i, j] = a[i, j] }";
const char* const free_copy =
    "op copy() { a: f32[I=6, J=10] layout any  out: f32[I=6, J=10] out  axes i<6, j<10  out[i, j] = a[i, j] }";
const char* const two_updates = R"(nest two { arg a: f32[4, 5] in  arg out: f32[4] out  arg more: f32[4] out  body {
    for i < 4 { for k < 5 { out[i] += a[i, k] first (k)  more[i] += a[i, k] first (k) } } } })";
const char* const overlapping = R"(nest overlap { arg a: f32[9, 5] in  arg out: f32[9] out accumulated  body {
    for k < 5 { for i < 4 { for j < 5 { out[i + j] += a[i + j, k] } } } } })";
const char* const groups_overlap = R"(nest groups { arg a: f32[2, 8, 3] in  arg out: f32[11] out  body {
    for g < 2 { for l < 8 { if 5 - l >= 0 { for k < 3 { out[5*g + l] += a[g, l, k] first (k) } } } } } })";
const char* const own_result = R"(nest own { arg a: f32[4, 5] in  arg out: f32[4] out accumulated  body {
    for i < 4 { for k < 5 { out[i] += out[i] * a[i, k] } } } })";
const char* const run_time = R"(nest open { arg a: f32[8, 64] in  arg out: f32[8] out accumulated  body {
    for i < 8 { for k < n <= 64 { for l < 1 { out[i] += a[i, k] } } } } })";
const char* const either = R"(nest either { arg a: f32[4, 5] in  arg out: f32[4] out accumulated  body {
    for k < 5 { for i < 4 { if i - 1 >= 0, 2 - i >= 0 { } else { out[i] += a[i, k] } } } } })";
const char* const odd_start = R"(nest odd { arg a: f32[4, 5] in  arg out: f32[4] out accumulated  body {
    for i < 4 { for k < 5 { out[i] += a[i, k] first (k - 2) } } } })";
const char* const late_start = R"(nest late { arg a: f32[4, 5] in  arg out: f32[4] out accumulated  body {
    for i < 4 { for k < 5 { if k - 1 >= 0 { out[i] += a[i, k] first (k) } } } } })";
const char* const two_tiles = R"(nest tiles { arg a: f32[4, 5] in  arg out: f32[4, 2] out  body {
    for k < 5 { for i < 4 { out[i, 0] += a[i, k] first (k) } }
    for k < 5 { for i < 4 { for j < 1 { out[i, j + 1] += a[i, k] first (k) } } } } })";
const char* const two_reads = R"(nest reads { arg a: f32[8, 5] in const  arg out: f32[4] out  body {
    for i < 4 { for k < 5 { out[i] += a[i, k] * a[i + 4, k] first (k) } } } })";
const char* const crossing = R"(nest crossing { arg a: f32[8, 8] in  arg out: f32[4, 5] out  body {
    for i < 4 { for j < 5 { out[i, j] = a[i, j] * a[j, i] } } } })";
const char* const pads = R"(nest pads { arg a: f32[4] in  arg out: f32[4] out  body {
    for i < 4 { out[i] = a[i - 1] pad 0 * a[i + 1] pad 1 } } })";
const char* const in_place = R"(nest place { arg out: f32[8] out accumulated  body {
    for i < 7 { for j < 1 { out[i + 1] = out[i] * 2 } } } })";
const char* const epilogues =
    R"(nest late { arg a: f32[4] in  arg out: f32[4] out  arg b: f32[4] out  arg c: f32[4] out  body {
    for i < 4 { out[i] = a[i] }
    for i_1 < 4 { b[i_1] = a[i_1] + out[i_1] statement 1 }
    for i_2 < 4 { out[i_2] = out[i_2] * 2 statement 2 }
    for i_3 < 4 { c[i_3] = a[i_3] statement 3 }
    for i_4 < 4 { b[i_4] = b[i_4] + c[i_4] statement 4 }
    for i_5 < 3 { c[i_5] = c[i_5] * 2 statement 5 }
    for i_6 < 2 { for j_6 < 2 { c[i_6 + j_6] = c[i_6 + j_6] * 2 statement 6 } }
    for i_7 < 4 { c[i_7] += a[i_7] first () statement 7 }
    for i_8 < 4 { out[i_8] = out[i_8] + a[3 - i_8] statement 8 }
    for i_9 < 4 { out[i_9] = out[i_9] * 3 statement 9 } } })";
const char* const scattered = R"(nest scattered { arg a: f32[16] in  arg t: f32[4] in  arg out: f32[4] out  body {
    for i < 4 { out[i] = a[i] }
    for i_1 < 4 { out[i_1] = out[i_1] + t[floor(i_1/2)] statement 1 } } })";
const char* const blocked_sum =
    "split(k, 2, k_o, k_i) split(k_o, 3, k_oo, k_om) reorder(k_om, k_oo, i, j, k_i) accumulate(k_i, acc) epilogue(1)";

const Refusal refusals[] = {
    {"unknown loop", matmul, "split(x, 2, x_o, x_i)"},
    {"unknown loop", matmul, "split(i, 2, i_o, i_i) unroll(i)"},
    {"unknown buffer", matmul, "pack(c, body, c_p, region)"},
    {"name taken", matmul, "split(i, 2, j, i_i)"},
    {"name taken", matmul, "split(i, 2, x, x)"},
    {"name taken", matmul, "accumulate(k, a)"},
    {"factor out of range", matmul, "split(i, 1000000000000, i_o, i_i) split(i_o, 1000000000000, i_oo, i_oi)"},
    {"not a serial loop", matmul, "unroll(i) split(i, 2, i_o, i_i)"},
    {"not a serial loop", matmul, "unroll(i) parallelize(i)"},
    {"not a serial loop", matmul, "unroll(j) fuse(i, j, f)"},
    {"extent not constant", run_time, "split(k, 4, k_o, k_i)"},
    {"extent not constant", run_time, "fuse(k, l, f)"},
    {"extent not constant", run_time, "unroll(k)"},
    {"extent not constant", run_time, "partition(k)"},
    {"extent too large", "matmul:m=100000,n=100000,k=10000", "fuse(i, j, f) fuse(f, k, g)"},
    {"not directly nested", matmul, "fuse(i, k, f)"},
    {"not directly nested", matmul, "accumulate(k, acc) split(j, 2, j_o, j_i) reorder(k, i)"},
    {"not directly nested", conv, "reorder(x, x_2)"},
    {"loop listed twice", matmul, "reorder(i, j, i)"},
    {"a dependence would be broken", in_place, "reorder(j, i)"},
    {"a dependence would be broken", groups_overlap, "reorder(l, k, g)"},
    {"vector loop not innermost", copy, "vectorize(j) reorder(j, i)"},
    {"too many iterations", "matmul:m=300,n=100,k=2", "unroll(i)"},
    {"too many iterations", "matmul:m=300,n=100,k=2", "reorder(i, k, j) vectorize(j)"},
    {"not an innermost loop", matmul, "vectorize(j)"},
    {"iterations depend on each other", matmul, "vectorize(k)"},
    {"iterations depend on each other", matmul, "parallelize(k)"},
    {"iterations depend on each other", in_place, "parallelize(i)"},
    {"scratch shared by iterations", matmul, "pack(a, body, a_p, region) parallelize(a_p_0)"},
    {"scratch shared by iterations", matmul, "reorder(k, i, j) accumulate(k, acc) parallelize(i)"},
    {"parallel loops nested", matmul, "parallelize(j) parallelize(i)"},
    {"not under serial loops", matmul, "unroll(i) parallelize(j)"},
    {"not a reduction loop", matmul, "accumulate(i, acc)"},
    {"several reductions", two_updates, "accumulate(k, acc)"},
    {"already in registers", matmul, "accumulate(k, acc) accumulate(k, acc2)"},
    {"result used inside the reduction", own_result, "accumulate(k, acc)"},
    {"tile too complicated", either, "accumulate(k, acc)"},
    {"tile elements overlap", overlapping, "accumulate(k, acc)"},
    {"start of the reduction unclear", odd_start, "accumulate(k, acc)"},
    {"start of the reduction guarded", late_start, "accumulate(k, acc)"},
    {"tiles differ", two_tiles, "accumulate(k, acc)"},
    {"register tile too large", "matmul:m=100,n=100,k=2", "reorder(k, i, j) accumulate(k, acc)"},
    {"loop listed twice", matmul, "split(k, 2, k_o, k_i) accumulate(k_o, acc, partial(k_i, k_i))"},
    {"unknown loop", matmul, "accumulate(k, acc, partial(l))"},
    {"not a reduction loop inside", matmul, "accumulate(k, acc, partial(k))"},
    {"not a reduction loop inside", matmul, "accumulate(k, acc, partial(i))"},
    {"not a reduction loop inside", matmul, "reorder(k, i) accumulate(k, acc, partial(i))"},
    {"not a reduction loop inside", matmul, "split(k, 2, k_o, k_i) accumulate(k_i, acc, partial(k_o))"},
    {"masked reduction loop", "matmul:m=4,n=1,k=19",
     "split(k, 8, k_t, k_l) reorder(k_t, i, j, k_l) accumulate(k_t, acc, partial(k_l)) tail(k_l, mask)"},
    {"tensor not constant", matmul, "pack(a, \"\", a_p, axes(i, k))"},
    {"offline by region", matmul, "pack(b, \"\", b_p, region)"},
    {"axis listed twice", matmul, "pack(b, \"\", b_p, axes(k, k))"},
    {"axis not used", matmul, "pack(b, \"\", b_p, axes(i, k, j))"},
    {"axis outside", matmul, "pack(b, j, b_p, axes(j, k))"},
    {"axis not around the read", conv, "pack(in, body, in_p, axes(b, g, i, y, u, x, v, x_2))"},
    {"loop not an axis", matmul, "pack(b, \"\", b_p, axes(k))"},
    {"reads differ", two_reads, "pack(a, \"\", a_p, axes(i, k))"},
    {"reads differ", crossing, "pack(a, i, a_p, region)"},
    {"reads differ", pads, "pack(a, body, a_p, region)"},
    {"region not a box", copy, "fuse(i, j, f) split(f, 7, f_o, f_i) pack(a, f_o, a_p, region)"},
    {"region not a box", copy, "fuse(i, j, f) split(f, 7, f_o, f_i) prefetch(a, f_o, 1)"},
    {"invalid order", copy, "pack(a, body, a_p, region(0, 0))"},
    {"invalid order", copy, "pack(a, body, a_p, region(0))"},
    {"layout is fixed", free_copy, "set_layout(out, 1, 0)"},
    {"layout is fixed", "matmul:m=2,n=2,k=2,layout=any", "set_layout(b, 1, 0)"},
    {"unknown buffer", free_copy, "set_layout(b, 1, 0)"},
    {"invalid order", free_copy, "set_layout(a, 1)"},
    {"invalid order", free_copy, "set_layout(a, 0, 1, 0)"},
    {"invalid order", free_copy, "set_layout(a, 0, block(1, 4))"},
    {"invalid order", free_copy, "set_layout(a, 0, 1, 2)"},
    {"invalid order", free_copy, "set_layout(a, NK)"},
    {"invalid order", free_copy, "set_layout(a, IJ1j)"},
    {"layout too large", free_copy, "set_layout(a, 0, 1, block(1, 1000000000000))"},
    {"layout too large", free_copy,
     "set_layout(a, 0, 1, block(0, 1000000000), block(0, 1000000000), block(0, 1000000000))"},
    {"tensor not read here", matmul, "pack(out, body, out_p, region)"},
    {"tensor written here", in_place, "pack(out, i, out_p, region)"},
    {"tensor in registers", matmul, "accumulate(k, acc) pack(acc, i, acc_p, region)"},
    {"tensor in registers", matmul, "accumulate(k, acc) prefetch(acc, k, 1)"},
    {"inside a vector or unrolled loop", matmul, "unroll(i) pack(b, j, b_p, region)"},
    {"copy too large", "matmul:m=500000,n=1,k=500000", "pack(a, body, a_p, axes(i, k))"},
    {"copy of unwritten scratch", matmul,
     "split(k, 3, k_o, k_i) reorder(k_o, i, j, k_i) pack(a, k_o, a_p, axes(i, k_i)) pack(a_p, i, a_q, region)"},
    {"copy of unwritten output", "conv2d:n=2,c=4,h=5,w=7,k=2,r=2,s=1,groups=2",
     "split(o, 6, o_o, o_i) split(g, 6, g_o, g_i) split(u, 1, u_o, u_i) reorder(u_o, b, g_o, g_i, y, x, i, v, u_i, "
     "o_i, "
     "o_o) accumulate(i, acc) pack(out, o_i, out_p, region)"},
    {"tensor not used here", matmul, "accumulate(k, acc) prefetch(out, k, 1)"},
    {"too many lines", "matmul:m=2,n=200,k=2", "prefetch(out, i, 1, 1)"},
    {"vector loop", copy, "vectorize(j) prefetch(a, j, 1)"},
    {"private scratch", matmul,
     "pack(a, i, a_p, region) split(i, 10, i_o, i_i) parallelize(i_i) prefetch(a_p, i_o, 1)"},
    {"no iteration without guards",
     "op wide() { in: f32[X=3] pad 0  out: f32[X=3] out  axes x<3, v<7  out[x] += in[x + v - 3] }", "partition(x)"},
    {"parallel loop", conv, "parallelize(x) partition(x)"},
    {"masked reduction loop", matmul,
     "split(k, 4, k_o, k_i) reorder(k_o, i, k_i, j) accumulate(k_o, acc) tail(k_i, mask)"},
    {"register tile too small", matmul, "reorder(k, i, j) accumulate(k, acc) split(i, 4, i_o, i_i) tail(i_i, mask)"},
    {"masked read of unwritten scratch", matmul,
     "split(i, 4, i_o, i_i) pack(a, body, a_p, axes(i_o, i_i, k)) reorder(i_o, j, k, i_i) accumulate(k, acc) "
     "tail(i_i, mask)"},
    {"unknown statement", matmul, "epilogue(1)"},
    {"not a plain nest", conv, "split(x_2, 4, x_o, x_i) accumulate(i, acc) epilogue(1)"},
    {"statement not accumulated", conv, "epilogue(1)"},
    {"last iteration unclear", "matmul:m=2,n=2,k=9,relu=1", blocked_sum},
    {"reduction in parts",
     "op pool() { in: f32[X=7] pad 0  out: f32[X=7] out  axes x<7, v<3  out[x] += in[x + v - 1]  "
     "out[x] = max(out[x], 1) }",
     "partition(v) accumulate(v, acc) epilogue(1)"},
    {"not element-wise", epilogues, "epilogue(6)"},
    {"not element-wise", epilogues, "epilogue(7)"},
    {"not the whole tensor", epilogues, "epilogue(5)"},
    {"nothing to follow", epilogues, "epilogue(0)"},
    {"read before the epilogue", epilogues, "epilogue(2)"},
    {"operand computed too late", epilogues, "epilogue(4)"},
    {"written by several nests", epilogues, "epilogue(9)"},
    {"operand not along the tensor", scattered, "epilogue(1)"},
};

/// What a step given as a value, not as text, can get wrong.
struct Direct {
    const char* reason;
    schedules::Step step;
};

}  // namespace

TEST_CASE("steps that do not apply say why") {
    std::string all;
    std::set<std::string> seen;
    for (const Refusal& refusal : refusals) {
        const Fitted<ir::LoopNest> after = after_steps(plain_nest(refusal.nest), refusal.steps);
        const std::string steps = refusal.steps;
        CHECK_MESSAGE(!after.ok(), steps, " applies");
        if (after) continue;
        CHECK_MESSAGE(after.error().reason == std::string(refusal.reason), steps, ": ", after.error().text());
        all += std::string(refusal.steps) + "\n    " + after.error().text() + "\n";
        seen.insert(after.error().reason);
    }
    CHECK(all == golden("schedules/reasons.txt", all));
    CHECK(seen.size() >= 60);
}

TEST_CASE("steps built by hand are checked like steps from text") {
    using namespace schedules;
    Pack no_axes;
    no_axes.tensor = "a";
    no_axes.at = "body";
    no_axes.buffer = "a_p";
    no_axes.by = Pack::By::axes;
    Pack lanes = no_axes;
    lanes.by = Pack::By::region;
    lanes.vector = 65;
    const Direct direct[] = {
        {"factor out of range", Split{"i", 0, "i_o", "i_i"}},
        {"factor out of range", Split{"i", -3, "i_o", "i_i"}},
        {"invalid name", Split{"i", 2, "", "i_i"}},
        {"invalid name", Split{"i", 2, "i-o", "i_i"}},
        {"invalid name", Split{"i", 2, "body", "i_i"}},
        {"invalid name", Fuse{"i", "j", std::string(65, 'x')}},
        {"invalid name", Accumulate{"k", "2acc", false}},
        {"no loop listed", Reorder{}},
        {"no axes", no_axes},
        {"lanes out of range", lanes},
        {"distance out of range", Prefetch{"a", "i", -1, 16}},
        {"line too short", Prefetch{"a", "i", 1, 0}},
        {"unknown statement", Epilogue{-1}},
        {"layout is fixed", SetLayout{"a", {{0, 0}, {1, 0}}}},
    };
    const ir::LoopNest nest = plain_nest(matmul);
    for (const Direct& one : direct) {
        const Fitted<ir::LoopNest> after = schedules::apply(nest, one.step);
        REQUIRE_FALSE(after.ok());
        CHECK_MESSAGE(after.error().reason == std::string(one.reason), after.error().text());
    }
}

TEST_CASE("a schedule says which of its steps does not apply") {
    const Fitted<ir::LoopNest> after =
        schedules::apply(plain_nest(matmul), schedule_of("split(i, 4, i_o, i_i) unroll(i)"));
    REQUIRE_FALSE(after.ok());
    CHECK(after.error().reason == "unknown loop");
    CHECK(after.error().text() == "unknown loop: step 2, unroll(i): i, expected one of i_o, i_i, j, k");
}

}  // namespace saku::tests
