// Each step alone: what it makes of a small nest, as golden texts, and that the nest still computes the same.
#include "ir/verify.h"
#include "tests/schedules/support.h"

namespace saku::tests {

namespace {

struct Example {
    const char* title;
    const char* op;
    const char* steps;
};

const char* const copy =
    "op copy() { a: f32[I=6, J=10]  out: f32[I=6, J=10] out  axes i<6, j<10  out[i, j] = a[i, j] }";
const char* const blur =
    "op blur() { in: f32[X=20] pad 0  out: f32[X=20] out  axes x<20, v<3  out[x] += in[x + v - 1] }";
const char* const sum = "op sum() { a: f32[I=4, K=10]  out: f32[I=4] out  axes i<4, k<10  out[i] += a[i, k] }";
const char* const matmul = "matmul:m=10,n=6,k=7";

const char* const free_copy =
    "op copy() { a: f32[I=6, J=10] layout any  out: f32[I=6, J=10] out layout any  axes i<6, j<10  out[i, j] = a[i, j] "
    "}";

const Example examples[] = {
    {"set_layout: another order", free_copy, "set_layout(a, 1, 0)"},
    {"set_layout: blocks, the last one padded", free_copy, "set_layout(out, 1, 0, block(1, 4))"},
    {"set_layout: by the letters of the dimensions", free_copy, "set_layout(a, JI) set_layout(out, JI4j)"},
    {"set_layout: blocks of blocks", free_copy, "set_layout(a, block(1, 3), 0, 1, block(1, 2))"},
    {"set_layout: a loop split by the block needs no division", free_copy,
     "set_layout(a, 0, 1, block(1, 4)) split(j, 4, j_o, j_i) vectorize(j_i)"},
    {"split: a factor that divides", copy, "split(j, 5, j_o, j_i)"},
    {"split: a factor that does not", copy, "split(j, 4, j_o, j_i)"},
    {"split: a factor larger than the loop", copy, "split(i, 8, i_o, i_i)"},
    {"split: a reduction; the start of the sum is split, too", sum, "split(k, 4, k_o, k_i)"},
    {"reorder: guards stand as far out as their loops", copy, "split(j, 4, j_o, j_i) reorder(j_o, j_i, i)"},
    {"reorder: listed loops take the places of listed loops", matmul, "reorder(k, i)"},
    {"reorder: groups of three channels, kept apart by the guard of a ragged split",
     "conv2d:c=2,h=1,w=2,k=6,r=1,s=1,groups=2", "split(o, 2, o_o, o_i) reorder(o_i, i, o_o, g)"},
    {"fuse", copy, "fuse(i, j, f)"},
    {"fuse: split by a factor that divides the inner extent", copy, "fuse(i, j, f) split(f, 5, f_o, f_i)"},
    {"fuse: a guard between the loops", copy, "split(i, 4, i_o, i_i) fuse(i_i, j, f)"},
    {"unroll, vectorize, parallelize", copy, "split(j, 4, j_o, j_i) parallelize(i) unroll(j_o) vectorize(j_i)"},
    {"accumulate: all of a reduction", matmul, "reorder(k, i, j) accumulate(k, acc)"},
    {"accumulate: a blocked reduction starts from the old contents", sum,
     "split(k, 4, k_o, k_i) reorder(k_o, i, k_i) split(i, 3, i_o, i_i) reorder(i_o, k_i, i_i) accumulate(k_i, acc)"},
    {"accumulate: no loop of the tile is left, one element", sum, "accumulate(k, acc)"},
    {"accumulate: onto old contents", "matmul:m=4,n=3,k=2,accumulate=1", "accumulate(k, acc)"},
    {"accumulate: transposed", "conv2d:c=1,h=3,w=5,k=4,r=1,s=1",
     "reorder(b, g, y, i, u, v, x, o) accumulate(i, acc, transpose) vectorize(o) vectorize(x_w) unroll(o_w)"},
    {"accumulate: partial sums, on old contents", "matmul:m=3,n=1,k=8,accumulate=1",
     "split(k, 4, k_o, k_l) reorder(k_o, i, j, k_l) accumulate(k_o, acc, partial(k_l)) vectorize(k_l)"},
    {"accumulate: partial sums in vectors, added up by vectors, then by lanes, then a bias",
     "matmul:m=5,n=1,k=19,bias=1",
     "split(i, 2, i_o, i_i) split(k, 8, k_t, k_i) split(k_i, 4, k_v, k_l) reorder(i_o, j, k_t, i_i, k_v, k_l) "
     "accumulate(k_t, acc, partial(k_v, k_l)) reorder(k_v_w, i_i_w, k_l_w) accumulate(k_v_w, rows, partial(k_l_w)) "
     "accumulate(k_l_w_w, sums) epilogue(1) tail(i_i, peel) partition(k_t)"},
    {"accumulate: partial sums of a blocked reduction", sum,
     "split(k, 4, k_o, k_i) split(k_i, 2, k_t, k_l) reorder(k_o, k_t, i, k_l) accumulate(k_t, acc, partial(k_l))"},
    {"pack by region: a padded copy", blur, "pack(in, body, in_p, region)"},
    {"pack by region: at a loop", blur, "split(x, 5, x_o, x_i) pack(in, x_o, in_p, region)"},
    {"pack by region: rows of whole vectors", blur, "pack(in, body, in_p, region, 8)"},
    {"pack by region: steps that all reads leap over are left out",
     "op even() { in: f32[X=21]  out: f32[X=10] out  axes x<10  out[x] = in[2*x + 1] }",
     "pack(in, body, in_p, region)"},
    {"pack by region: another order of dimensions", copy, "pack(a, i, a_p, region(1, 0))"},
    {"pack by axes: panels, guarded as the reads but for the tile", matmul,
     "split(i, 4, i_o, i_i) split(k, 3, k_o, k_i) reorder(k_o, i_o, k_i, i_i, j) pack(a, k_o, a_p, axes(i_o, k_i, "
     "i_i))"},
    {"pack by axes: offline", matmul, "split(j, 4, j_o, j_i) pack(b, \"\", b_p, axes(j_o, k, j_i))"},
    {"pack by axes: im2col", blur, "split(x, 8, x_o, x_i) reorder(x_o, v, x_i) pack(in, x_o, in_p, axes(v, x_i), 4)"},
    {"prefetch: the lines of the next iteration", copy, "prefetch(a, i, 1, 4)"},
    {"prefetch: nothing ahead", matmul, "prefetch(out, i, 0)"},
    {"partition: padding", blur, "partition(x)"},
    {"partition: a guard", copy, "split(i, 4, i_o, i_i) partition(i_o)"},
    {"partition: nothing to cut", copy, "partition(i)"},
    {"tail, peel", sum, "split(i, 3, i_o, i_i) reorder(i_o, k, i_i) tail(i_i, peel)"},
    {"tail, peel: the rest on a vector loop is a mask", copy, "split(j, 4, j_o, j_i) vectorize(j_i) tail(j_i, peel)"},
    {"tail, peel: shorter than one tile", sum, "split(i, 8, i_o, i_i) tail(i_i, peel)"},
    {"tail, peel: two levels; the cache level keeps its guard", copy,
     "split(j, 2, j_o, j_i) split(j_o, 3, j_oo, j_m) split(i, 4, i_o, i_i) tail(i_i, peel)"},
    {"tail, mask", sum, "split(i, 3, i_o, i_i) reorder(i_o, k, i_i) accumulate(k, acc) tail(i_i, mask)"},
    {"tail, mask: old results keep their guard", "matmul:m=4,n=5,k=2,accumulate=1",
     "split(j, 4, j_o, j_i) reorder(j_o, k, j_i) accumulate(k, acc) vectorize(j_i) tail(j_i, mask)"},
    {"epilogue", "matmul:m=4,n=3,k=5,bias=1,relu=1", "accumulate(k, acc) epilogue(1) epilogue(2)"},
    {"epilogue: in the last iteration of a blocked reduction", "matmul:m=4,n=3,k=5,relu=1",
     "split(k, 2, k_o, k_i) reorder(k_o, i, j, k_i) accumulate(k_i, acc) epilogue(1)"},
};

std::string body_of(const ir::LoopNest& nest) {
    const std::string text = ir::print(nest);
    // Most arguments stay as they are; laid-out ones, scratch, offline packs and the body are of interest.
    std::string shown;
    std::size_t from = 0;
    while (from < text.size()) {
        const std::size_t to = text.find('\n', from) + 1;
        const std::string line = text.substr(from, to - from);
        const bool declares = line.starts_with("nest ") || line.starts_with("  variables ") ||
                              (line.starts_with("  arg ") && line.find(" layout ") == std::string::npos);
        if (!declares && line != "}\n") shown += line;
        from = to;
    }
    return shown;
}

}  // namespace

TEST_CASE("steps: before and after") {
    std::string all;
    for (const Example& example : examples) {
        const ir::LoopNest plain = plain_nest(example.op);
        const Fitted<ir::LoopNest> after = after_steps(plain, example.steps);
        REQUIRE_MESSAGE(after.ok(), example.title, ": ", problem(after));
        const Result<Done> sound = ir::verify(*after);
        CHECK_MESSAGE(sound.ok(), example.title, ": ", problem(sound));
        CHECK_MESSAGE(difference_between(plain, *after) == "", example.title);
        all += std::string("# ") + example.title + "\n" + example.steps + "\n" + body_of(*after) + "\n";
    }
    CHECK(all == golden("schedules/steps.txt", all));
}

TEST_CASE("a whole schedule is tidied at its end") {
    const ir::LoopNest nest = plain_nest(matmul);
    const schedules::Schedule schedule = schedule_of("split(i, 10, i_o, i_i) split(j, 3, j_o, j_i)");
    const Fitted<ir::LoopNest> whole = schedules::apply(nest, schedule);
    REQUIRE(whole.ok());
    CHECK(body_of(*whole) == R"(  body {
    for i_i < 10 {
      for j_o < 2 {
        for j_i < 3 {
          for k < 7 {
            out[i_i, 3*j_o + j_i] += a[i_i, k] * b[k, 3*j_o + j_i] first (k)
          }
        }
      }
    }
  }
)");
}

TEST_CASE("steps on a variable with several loops change all of them") {
    const std::string text =
        body_of(checked("op sum() { a: f32[I=10, K=10]  out: f32[I=10] out  axes i<10, k<10  out[i] += a[i, k] }",
                        "split(i, 4, i_o, i_i) reorder(i_o, k, i_i) tail(i_i, peel) accumulate(k, acc) unroll(i_i) "
                        "split(k, 5, k_o, k_i)"));
    std::size_t unrolled = 0;
    std::size_t split = 0;
    for (std::size_t at = 0; (at = text.find("unrolled for i_i", at)) != std::string::npos; ++at) ++unrolled;
    for (std::size_t at = 0; (at = text.find("for k_o", at)) != std::string::npos; ++at) ++split;
    CHECK(unrolled == 6);
    CHECK(split == 2);
}

TEST_CASE("outputs are packed where the copy reads what is read anyway") {
    const char* const matmul = "matmul:m=10,n=6,k=7";
    const std::string blocked =
        "split(k, 3, k_o, k_i) split(i, 4, i_o, i_i) reorder(k_o, i_o, k_i, i_i, j) accumulate(k_i, acc) ";
    checked(matmul, blocked + "pack(out, i_i, out_p, region)");
    checked(matmul, blocked + "pack(out, i_i, out_p, axes(j))");
    checked("matmul:m=10,n=6,k=7,accumulate=1", blocked + "pack(out, i_i, out_p, region)");
}

TEST_CASE("a region whose guards are those of its tile reads outputs not yet written") {
    // The guards keep o inside its group, not inside the output: the copy would read the next group's channels, which
    // no iteration has written.
    const std::string steps =
        "split(v, 7, v_o, v_i) split(o, 6, o_o, o_i) split(g, 6, g_o, g_i) split(o_i, 3, o_i_o, o_i_i) split(o_i_o, 4, "
        "o_i_o_o, o_i_o_i) "
        "split(v_o, 5, v_o_o, v_o_i) reorder(g_o, g_i, o_i_o_i, y, v_o_o, x, v_i, u, i, o_i_i, o_i_o_o, o_o, v_o_i) "
        "accumulate(i, acc8) ";
    const ir::LoopNest plain =
        plain_nest("conv2d:n=2,c=4,h=5,w=7,k=2,r=2,s=1,stride=1,pad=2,dilation=2,groups=2,bias=1,layout=any");
    REQUIRE(after_steps(plain, steps).ok());
    const Fitted<ir::LoopNest> packed = after_steps(plain, steps + "pack(out, o_i_o_o, p9, region)");
    REQUIRE(!packed.ok());
    CHECK(packed.error().text() == "copy of unwritten output: out may hold nothing yet where no loop reads it");
}

}  // namespace saku::tests
