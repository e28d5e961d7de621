#include "tuner/access_pattern.h"

#include <doctest/doctest.h>

#include "tests/tuner/operators.h"

namespace saku::tuner {

TEST_CASE("matmul: i is m, j is n, k is reduced") {
    const AccessPattern pattern = access_pattern(tests::operator_named("matmul:m=5,n=7,k=9"), 0);
    CHECK(to_text(pattern) ==
          "i<5 m: out strided 7 a strided 9 b invariant\n"
          "j<7 n: out contiguous a invariant b contiguous\n"
          "k<9 k: out invariant a contiguous b strided 7\n");
    CHECK(pattern.arithmetic == 2);
}

TEST_CASE("conv2d: image axes are m, output channels n, groups batch") {
    const AccessPattern pattern =
        access_pattern(tests::operator_named("conv2d:n=2,c=6,h=8,w=10,k=4,r=3,s=3,stride=2,pad=1,groups=2"), 0);
    CHECK(to_text(pattern) ==
          "b<2 m: out strided 80 in strided 480 wt invariant\n"
          "g<2 batch: out strided 40 in strided 240 wt strided 54\n"
          "o<2 n: out strided 20 in invariant wt strided 27\n"
          "y<4 m: out strided 5 in strided 20 wt invariant\n"
          "x<5 m: out contiguous in strided 2 wt invariant\n"
          "i<3 k: out invariant in strided 80 wt strided 9\n"
          "u<3 k: out invariant in strided 10 wt strided 3\n"
          "v<3 k: out invariant in contiguous wt contiguous\n");
    CHECK(pattern.operands[0].slides);
    CHECK(pattern.operands[0].is_padded);
    CHECK(pattern.operands[1].is_constant);
    CHECK_FALSE(pattern.operands[1].slides);
}

TEST_CASE("padding that never shows is no padding") {
    const AccessPattern pattern = access_pattern(tests::operator_named("conv2d:n=1,c=6,h=8,w=10,k=4,r=3,s=3"), 0);
    CHECK_FALSE(pattern.operands[0].is_padded);
    CHECK(pattern.operands[0].slides);
}

TEST_CASE("an axis of one iteration does not make a subscript slide") {
    const AccessPattern pattern = access_pattern(tests::operator_named("conv2d:n=1,c=6,h=8,w=10,k=4,r=1,s=1"), 0);
    CHECK_FALSE(pattern.operands[0].slides);
}

}  // namespace saku::tuner
