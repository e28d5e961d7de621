// Whole schedules: the nests that fast kernels are made of, as golden texts, and at awkward sizes.
#include "tests/schedules/support.h"

namespace saku::tests {

namespace {

const char* const gemm = R"(
    split(i, 8, i_o, i_i)  split(j, 48, j_o, j_i)  split(j_i, 16, j_v, j_l)
    split(i_o, 12, i_oo, i_m)  split(j_o, 4, j_oo, j_m)  split(k, 256, k_o, k_i)
    reorder(j_oo, k_o, i_oo, j_m, i_m, k_i, i_i, j_v, j_l)
    accumulate(k_i, acc)
    pack(b, "", b_p, axes(j_oo, j_m, k_o, k_i, j_v, j_l))
    unroll(i_i)  unroll(j_v)  vectorize(j_l)
)";

const char* const direct_convolution = R"(
    split(o, 32, o_o, o_i)  split(o_i, 16, o_v, o_l)  split(x, 14, x_o, x_i)
    reorder(b, g, o_o, y, x_o, i, u, v, x_i, o_v, o_l)
    pack(in, body, in_p, region, 16)
    pack(wt, "", wt_p, axes(g, o_o, i, u, v, o_v, o_l))
    accumulate(i, acc, transpose)
    unroll(x_i)  unroll(o_v)  vectorize(o_l)
    unroll(o_v_w)  unroll(o_l_w)  vectorize(x_i_w)
)";

const char* const implicit_gemm = R"(
    fuse(y, x, f)  split(f, 48, f_o, f_i)  split(f_i, 16, f_v, f_l)  split(o, 8, o_o, o_i)
    reorder(b, g, f_o, o_o, i, u, v, o_i, f_v, f_l)
    parallelize(f_o)
    accumulate(i, acc)
    pack(in, f_o, in_p, axes(i, u, v, f_v, f_l), 16)
    pack(wt, "", wt_p, axes(g, o_o, i, u, v, o_i))
    unroll(o_i)  unroll(f_v)  vectorize(f_l)
)";

std::string both(const std::string& schedule, const std::string& more) { return schedule + more; }

}  // namespace

TEST_CASE("GEMM: peeled on both sides, a packed after the tails") {
    const std::string schedule = both(gemm, "tail(i_i, peel) tail(j_v, peel) pack(a, i_oo, a_p, axes(i_m, k_i, i_i))");
    const std::string text = ir::print(checked("matmul:m=100,n=200,k=300", schedule));
    CHECK(text == golden("schedules/gemm_peeled.txt", text));
}

TEST_CASE("GEMM: packed before the tails, any mix of peel and mask, at awkward sizes") {
    const std::string pack_a = "pack(a, i_oo, a_p, axes(i_m, k_i, i_i))";
    for (const char* size :
         {"m=1,n=1,k=1", "m=8,n=48,k=3", "m=7,n=49,k=257", "m=97,n=97,k=5", "m=200,n=13,k=2", "m=3,n=193,k=300"}) {
        for (const char* tails : {"", "tail(i_i, peel)", "tail(j_v, peel)", "tail(j_v, mask)", "tail(i_i, mask)",
                                  "tail(i_i, peel) tail(j_v, mask)", "tail(i_i, mask) tail(j_v, peel)",
                                  "tail(j_v, peel) tail(i_i, peel)", "tail(j_v, mask) tail(i_i, mask)"}) {
            checked(std::string("matmul:") + size, both(gemm, pack_a + " " + tails));
            checked(std::string("matmul:") + size, both(gemm, tails + (" " + pack_a)));
        }
    }
}

TEST_CASE("direct convolution: lanes over output channels, transposed writeback") {
    const std::string text = ir::print(
        checked("conv2d:c=5,h=9,w=19,k=40,r=3,s=3,pad=1", both(direct_convolution, "tail(o_v, mask) tail(x_i, peel)")));
    CHECK(text == golden("schedules/direct_convolution.txt", text));
}

TEST_CASE("direct convolution: strides, dilation, groups, any tails") {
    for (const char* op : {"conv2d:c=3,h=5,w=17,k=33,r=3,s=3,pad=1,stride=2", "conv2d:c=6,h=7,w=7,k=4,r=1,s=1,groups=2",
                           "conv2d:n=2,c=2,h=9,w=31,k=36,r=3,s=2,pad=2,dilation=2,groups=2"}) {
        for (const char* tails : {"", "tail(o_v, peel) tail(x_i, mask)", "tail(x_i, peel) tail(o_v, peel)",
                                  "tail(o_v, mask) tail(x_i, mask)", "tail(x_i, peel) tail(x_i_w, peel)"}) {
            checked(op, both(direct_convolution, tails));
        }
    }
}

TEST_CASE("implicit GEMM: fused y and x, packed strips, epilogue on the tile") {
    const std::string tails = "tail(o_i, peel) tail(f_v, peel) epilogue(1) prefetch(wt_p, v, 4)";
    const std::string text = ir::print(checked("conv2d:c=5,h=9,w=19,k=20,r=3,s=3,pad=1,stride=2,bias=1,relu=1",
                                               both(implicit_gemm, tails + " epilogue(2)")));
    CHECK(text == golden("schedules/implicit_gemm.txt", text));
    checked("conv2d:c=4,h=8,w=8,k=16,r=1,s=1,bias=1", both(implicit_gemm, tails));
    checked("conv2d:n=2,c=4,h=13,w=7,k=14,r=3,s=3,pad=1,groups=2,relu=1",
            both(implicit_gemm, "epilogue(1) tail(o_i, mask) tail(f_v, mask)"));
}

}  // namespace saku::tests
